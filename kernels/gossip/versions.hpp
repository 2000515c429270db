#pragma once
// The newest value of each origin, with its number: what replicas compare by a digest, the numbers alone, and make up for by
// entries, of the origins where the digest is behind.
// Source: van Renesse, Dumitriu, Gough, Thomas, LADIS 2008 (Scuttlebutt: one version a participant, reconciled by digests).

#include <cstring>
#include <span>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::gossip {

class Versions {
 public:
  using Number = std::uint32_t;  ///< of an origin's updates, from 1; 0: it has made none

  /// A value has `value_bytes`. A rank is sent at most `entries_most` entries at a time.
  Versions(int origins, std::int64_t value_bytes, std::int64_t entries_most)
      : numbers_(static_cast<std::size_t>(origins), 0),
        values_(numbers_.size()),
        value_bytes_(static_cast<std::size_t>(value_bytes)),
        entries_most_(entries_most_of(origins, entries_most)) {
    newer_.reserve(entries_most_);
  }

  [[nodiscard]] const std::vector<Number>& numbers() const { return numbers_; }
  [[nodiscard]] Number number(Rank origin) const { return numbers_[static_cast<std::size_t>(origin)]; }
  [[nodiscard]] const Payload& value(Rank origin) const { return values_[static_cast<std::size_t>(origin)]; }
  void set(Rank origin, Number number, const Payload& value) {
    numbers_[static_cast<std::size_t>(origin)] = number;
    values_[static_cast<std::size_t>(origin)] = value;
  }

  /// Whether a digest is ahead of this rank anywhere.
  [[nodiscard]] bool lacks(std::span<const std::byte> digest) const {
    for (std::size_t i = 0; i < numbers_.size(); ++i)
      if (number_in(digest, i) > numbers_[i]) return true;
    return false;
  }
  /// The origins where a digest is behind this rank, from `first` on and round; the list holds until the next call.
  std::span<const std::uint32_t> newer_than(std::span<const std::byte> digest, Rank first) {
    newer_.clear();
    auto origin = static_cast<std::uint32_t>(first);
    for (std::size_t left = numbers_.size(); left > 0 && newer_.size() < entries_most_; --left) {
      if (numbers_[origin] > number_in(digest, origin)) newer_.push_back(origin);
      if (++origin == numbers_.size()) origin = 0;
    }
    return newer_;
  }

  // ---- as bytes, in the order of this machine ------------------------------------------------------------------------

  [[nodiscard]] std::size_t digest_bytes() const { return numbers_.size() * sizeof(Number); }
  [[nodiscard]] std::size_t entry_bytes() const { return sizeof(Head) + value_bytes_; }
  static std::size_t bytes_most(int origins, std::int64_t value_bytes, std::int64_t entries_most) {
    return static_cast<std::size_t>(origins) * sizeof(Number) +
           entries_most_of(origins, entries_most) * (sizeof(Head) + static_cast<std::size_t>(value_bytes));
  }
  void write_digest(std::span<std::byte> bytes) const { std::memcpy(bytes.data(), numbers_.data(), digest_bytes()); }
  void write_entries(std::span<const std::uint32_t> origins, std::span<std::byte> bytes) const {
    std::byte* to = bytes.data();
    for (const std::uint32_t origin : origins) {
      const Head head{origin, numbers_[origin]};
      std::memcpy(to, &head, sizeof head);
      if (value_bytes_ > 0) std::memcpy(to + sizeof head, values_[origin].data(), value_bytes_);
      to += entry_bytes();
    }
  }
  /// Takes the entries that are newer, from `offset` on, and tells learn(origin, number) of each. `keep` says what is kept of a
  /// value.
  void join(const Payload& payload, std::size_t offset, auto&& keep, auto&& learn) {
    for (; offset < payload.size(); offset += entry_bytes()) {
      Head head;
      std::memcpy(&head, payload.data() + offset, sizeof head);
      if (head.number <= numbers_[head.origin]) continue;
      const auto origin = static_cast<Rank>(head.origin);
      set(origin, head.number, value_bytes_ > 0 ? keep(payload.part(offset + sizeof head, value_bytes_)) : Payload());
      learn(origin, head.number);
    }
  }

 private:
  /// In front of a value.
  struct Head {
    std::uint32_t origin;
    Number number;
  };
  static std::size_t entries_most_of(int origins, std::int64_t entries_most) {
    return static_cast<std::size_t>(std::min<std::int64_t>(origins, entries_most));
  }
  static Number number_in(std::span<const std::byte> digest, std::size_t origin) {
    Number number = 0;
    std::memcpy(&number, digest.data() + origin * sizeof number, sizeof number);
    return number;
  }

  std::vector<Number> numbers_;  ///< [origin]
  std::vector<Payload> values_;  ///< [origin]
  std::size_t value_bytes_, entries_most_;
  std::vector<std::uint32_t> newer_{};
};

}  // namespace coordbench::gossip
