#pragma once
// Memory that the ranks of one case see, a part for each rank, and where what lies in it. What a rank reads most lies in its
// own part, so that it is the first to touch it and the memory is near it.
//
//   part of rank r:  rings into r, one per writer │ how far r's readers are, one line each │ what r asked back │ r's arena

#include <cstddef>
#include <span>
#include <vector>

#include "harness/description.hpp"
#include "harness/transport/ring.hpp"

namespace coordbench {

/// How far the reader of large messages is with copying them, so that their writer may use the bytes again.
using Acknowledged = RingProgress;

class SharedRegion {
 public:
  SharedRegion() = default;
  /// `parts[r]` is where rank r's part begins in this process, kLineBytes aligned; each is `part_bytes` long.
  SharedRegion(std::vector<std::byte*> parts, std::size_t part_bytes, Rank self)
      : parts_(std::move(parts)), part_bytes_(part_bytes), self_(self) {}

  [[nodiscard]] Rank self() const { return self_; }
  [[nodiscard]] int members() const { return members_; }
  [[nodiscard]] std::size_t ring_slots() const { return ring_slots_; }

  /// The same memory, laid out for the first `members` ranks with rings of `ring_slots` slots (a power of two) each.
  [[nodiscard]] SharedRegion laid_out(int members, std::size_t ring_slots) const {
    SharedRegion region = *this;
    region.members_ = members;
    region.ring_slots_ = ring_slots;
    return region;
  }

  /// What the rings and their progress take in one part: members × (ring_slots + 2) lines.
  static std::size_t ring_bytes(int members, std::size_t ring_slots) {
    return static_cast<std::size_t>(members) * bytes_per_pair(ring_slots);
  }
  static constexpr std::size_t bytes_per_pair(std::size_t ring_slots) { return (ring_slots + 2) * kLineBytes; }

  [[nodiscard]] RingSlot* ring(Rank writer, Rank reader) const {
    return reinterpret_cast<RingSlot*>(part(reader)) + static_cast<std::size_t>(writer) * ring_slots_;
  }
  [[nodiscard]] RingProgress* progress(Rank writer, Rank reader) const {
    return lines(writer) + static_cast<std::size_t>(reader);
  }
  [[nodiscard]] Acknowledged* acknowledged(Rank writer, Rank reader) const {
    return lines(writer) + static_cast<std::size_t>(members_ + reader);
  }
  [[nodiscard]] std::span<std::byte> arena(Rank rank) const {
    const std::size_t before = ring_bytes(members_, ring_slots_);
    return {part(rank) + before, part_bytes_ - before};
  }

  /// This rank's readers and writers, made ready; nobody may write before everybody has done so.
  [[nodiscard]] std::vector<RingReader> readers() const {
    std::vector<RingReader> all;
    for (Rank from = 0; from < members_; ++from) {
      all.emplace_back(ring(from, self_), ring_slots_, progress(from, self_));
      all.back().clear();
    }
    return all;
  }
  [[nodiscard]] std::vector<RingWriter> writers() const {
    std::vector<RingWriter> all;
    for (Rank to = 0; to < members_; ++to) {
      new (progress(self_, to)) RingProgress{};
      new (acknowledged(self_, to)) Acknowledged{};
      all.emplace_back(ring(self_, to), ring_slots_, progress(self_, to));
    }
    return all;
  }

 private:
  [[nodiscard]] std::byte* part(Rank rank) const { return parts_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] RingProgress* lines(Rank writer) const {
    return reinterpret_cast<RingProgress*>(part(writer) + static_cast<std::size_t>(members_) * ring_slots_ * kLineBytes);
  }

  std::vector<std::byte*> parts_;
  std::size_t part_bytes_ = 0;
  Rank self_ = 0;
  int members_ = 0;
  std::size_t ring_slots_ = 0;
};

}  // namespace coordbench
