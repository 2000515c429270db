#pragma once
// Memory that ranks of one case see, a part for each rank of a node, and where what lies in it. What a rank reads most lies in
// its own part, so that it is the first to touch it and the memory is near it. Ranks of other nodes have no part, and no ring.
//
//   part of rank r:  rings into r, one per writer │ how far r's readers are, one line each │ what r asked back │ r's arena

#include <cstddef>
#include <span>
#include <vector>

#include "harness/description.hpp"
#include "harness/transport/neighbours.hpp"
#include "harness/transport/ring.hpp"

namespace coordbench {

/// How far the reader of large messages is with copying them, so that their writer may use the bytes again.
using Acknowledged = RingProgress;

class SharedRegion {
 public:
  SharedRegion() = default;
  /// `parts[r]` is where rank r's part begins in this process, kLineBytes aligned, or null if this rank sees none; each is
  /// `part_bytes` long.
  SharedRegion(std::vector<std::byte*> parts, std::size_t part_bytes, Rank self)
      : parts_(std::move(parts)), part_bytes_(part_bytes), self_(self) {}

  [[nodiscard]] Rank self() const { return self_; }
  /// Of the case, whether they have a part or not.
  [[nodiscard]] int members() const { return members_; }
  [[nodiscard]] bool has(Rank rank) const { return part(rank) != nullptr; }

  /// The same memory, laid out for those of the first `members` ranks that have a part, with rings of `ring_slots` slots (a
  /// power of two) each. Who is no neighbour has none any more.
  [[nodiscard]] SharedRegion laid_out(int members, std::size_t ring_slots, const Neighbours& neighbours = {}) const {
    SharedRegion region = *this;
    region.members_ = members;
    region.ring_slots_ = ring_slots;
    region.sharing_ = 0;
    region.places_.clear();
    for (Rank rank = 0; rank < members; ++rank) {
      if (neighbours.are_apart_from(rank)) region.parts_[static_cast<std::size_t>(rank)] = nullptr;
      region.places_.push_back(region.sharing_);
      if (region.has(rank)) ++region.sharing_;
    }
    return region;
  }

  /// What the rings and their progress take in one part: (ring_slots + 2) lines for each of `sharing` ranks.
  static std::size_t ring_bytes(std::size_t sharing, std::size_t ring_slots) { return sharing * bytes_per_pair(ring_slots); }
  static constexpr std::size_t bytes_per_pair(std::size_t ring_slots) { return (ring_slots + 2) * kLineBytes; }

  [[nodiscard]] RingSlot* ring(Rank writer, Rank reader) const {
    return reinterpret_cast<RingSlot*>(part(reader)) + place(writer) * ring_slots_;
  }
  [[nodiscard]] RingProgress* progress(Rank writer, Rank reader) const { return lines(writer) + place(reader); }
  [[nodiscard]] Acknowledged* acknowledged(Rank writer, Rank reader) const { return lines(writer) + sharing_ + place(reader); }
  [[nodiscard]] std::span<std::byte> arena(Rank rank) const {
    const std::size_t before = ring_bytes(sharing_, ring_slots_);
    return {part(rank) + before, part_bytes_ - before};
  }

  /// This rank's readers and writers, [peer], made ready; nobody may write before everybody has done so. Those of peers without
  /// a part lead nowhere.
  [[nodiscard]] std::vector<RingReader> readers() const {
    std::vector<RingReader> all(places_.size());
    for (Rank from = 0; from < members_; ++from) {
      if (!has(from)) continue;
      RingReader& reader = all[static_cast<std::size_t>(from)];
      reader = {ring(from, self_), ring_slots_, progress(from, self_)};
      reader.clear();
    }
    return all;
  }
  [[nodiscard]] std::vector<RingWriter> writers() const {
    std::vector<RingWriter> all(places_.size());
    for (Rank to = 0; to < members_; ++to) {
      if (!has(to)) continue;
      new (progress(self_, to)) RingProgress{};
      new (acknowledged(self_, to)) Acknowledged{};
      all[static_cast<std::size_t>(to)] = {ring(self_, to), ring_slots_, progress(self_, to)};
    }
    return all;
  }

 private:
  [[nodiscard]] std::byte* part(Rank rank) const { return parts_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] RingProgress* lines(Rank writer) const {
    return reinterpret_cast<RingProgress*>(part(writer) + sharing_ * ring_slots_ * kLineBytes);
  }
  /// Among the ranks of the case that have a part.
  [[nodiscard]] std::size_t place(Rank rank) const { return places_[static_cast<std::size_t>(rank)]; }

  std::vector<std::byte*> parts_;
  std::size_t part_bytes_ = 0;
  Rank self_ = 0;
  int members_ = 0;
  std::vector<std::size_t> places_;  ///< [member]
  std::size_t sharing_ = 0;          ///< members that have a part
  std::size_t ring_slots_ = 0;
};

}  // namespace coordbench
