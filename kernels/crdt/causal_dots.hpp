#pragma once
// Dots with their causal context: which additions there are, and which updates of each replica have been joined. A dot that is
// in the context and not among the dots was removed. The context is one number a replica, and single dots: those that were
// removed before they came.
// Source: Almeida, Shoker, Baquero, JPDC 111, 2018, section 7.2 (contexts of a version vector and a cloud of dots).

#include <array>
#include <cstring>

#include "kernels/crdt/dots.hpp"

namespace coordbench::crdt {

struct CausalDots {
  CausalDots(std::size_t dots_most, int replicas)
      : known(static_cast<std::size_t>(replicas), 0), dots(dots_most), early(dots_most) {}

  std::vector<Number> known;  ///< [replica]: its first so many updates are joined
  Dots dots;
  Dots early;  ///< removed, and not yet among the updates that are known

  [[nodiscard]] bool has_seen(const Dot& dot) const { return dot.number <= known[dot.replica] || early.covers(dot); }
  /// Drops the single dots that the numbers have caught up with.
  void compact() {
    early.drop([this](const Dot& dot) { return dot.number <= known[dot.replica]; });
  }

  // ---- as bytes, in the order of this machine ------------------------------------------------------------------------

  static std::size_t bytes_most(std::size_t dots_most, int replicas) {
    return sizeof(Head) + static_cast<std::size_t>(replicas) * sizeof(Number) + 2 * dots_most * sizeof(Dot);
  }
  [[nodiscard]] std::size_t bytes() const {
    return sizeof(Head) + known.size() * sizeof(Number) + (dots.all().size() + early.all().size()) * sizeof(Dot);
  }
  void write(std::span<std::byte> bytes) const {
    const Head head{static_cast<std::uint32_t>(dots.all().size()), static_cast<std::uint32_t>(early.all().size())};
    std::byte* to = put(bytes.data(), head.data(), head.size());
    to = put(to, known.data(), known.size());
    to = put(to, dots.all().data(), dots.all().size());
    put(to, early.all().data(), early.all().size());
  }
  void read(std::span<const std::byte> bytes) {
    Head head{};
    const std::byte* from = take(head.data(), bytes.data(), head.size());
    from = take(known.data(), from, known.size());
    from = take(dots.resized(head[0]), from, head[0]);
    take(early.resized(head[1]), from, head[1]);
  }

 private:
  using Head = std::array<std::uint32_t, 2>;  ///< how many dots, and how many early ones

  template <class T>
  static std::byte* put(std::byte* to, const T* values, std::size_t count) {
    if (count > 0) std::memcpy(to, values, count * sizeof(T));
    return to + count * sizeof(T);
  }
  template <class T>
  static const std::byte* take(T* values, const std::byte* from, std::size_t count) {
    if (count > 0) std::memcpy(values, from, count * sizeof(T));
    return from + count * sizeof(T);
  }
};

}  // namespace coordbench::crdt
