#pragma once
// Dots: which replica has put which element into a set, with which of its updates. Sorted by element, then replica; of one
// element and replica only the newest dot is kept, because a replica's later addition stands for its earlier ones.
// Source: Almeida, Shoker, Baquero, J. Parallel Distrib. Comput. 111, 2018, section 7 (dots and causal contexts).

#include <algorithm>
#include <span>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

using Number = std::uint32_t;  ///< of a replica's updates, from 1

/// 12 B, as it travels.
struct Dot {
  std::uint32_t element, replica;
  Number number;
  friend bool operator==(const Dot&, const Dot&) = default;
  [[nodiscard]] std::uint64_t key() const { return std::uint64_t{element} << 32U | replica; }
};

class Dots {
 public:
  /// Room for so many; more would allocate.
  explicit Dots(std::size_t most) { dots_.reserve(most); }

  [[nodiscard]] std::span<const Dot> all() const { return dots_; }
  [[nodiscard]] std::span<const Dot> of(std::uint32_t element) const {
    const auto from = place(std::uint64_t{element} << 32U), to = place((std::uint64_t{element} + 1) << 32U);
    return {dots_.data() + from, to - from};
  }
  /// A dot of the same element and replica that is no older.
  [[nodiscard]] bool covers(const Dot& dot) const {
    const std::size_t at = place(dot.key());
    return at < dots_.size() && dots_[at].key() == dot.key() && dots_[at].number >= dot.number;
  }

  void put(const Dot& dot) {
    const std::size_t at = place(dot.key());
    if (at < dots_.size() && dots_[at].key() == dot.key())
      dots_[at].number = std::max(dots_[at].number, dot.number);
    else
      dots_.insert(dots_.begin() + static_cast<std::ptrdiff_t>(at), dot);
  }
  /// Drops every dot that `goes` says is to go.
  void drop(auto&& goes) { std::erase_if(dots_, goes); }
  /// For a list that is read from bytes: room for so many dots, in the order of their keys.
  Dot* resized(std::size_t count) {
    dots_.resize(count);
    return dots_.data();
  }
  void clear() { dots_.clear(); }
  void swap(Dots& other) { dots_.swap(other.dots_); }

 private:
  [[nodiscard]] std::size_t place(std::uint64_t key) const {
    const auto at =
        std::lower_bound(dots_.begin(), dots_.end(), key, [](const Dot& dot, std::uint64_t k) { return dot.key() < k; });
    return static_cast<std::size_t>(at - dots_.begin());
  }

  std::vector<Dot> dots_{};
};

}  // namespace coordbench::crdt
