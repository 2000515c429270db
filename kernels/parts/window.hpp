#pragma once
// A slot for each operation that may be open at once. Proposers drift apart without bound, so each has a part of its own: an
// operation k of P proposers lies at [k mod P][(k div P) mod twice the operations in flight], and is forgotten once its
// proposer is a whole part ahead.

#include <bit>

#include "harness/protocol.hpp"

namespace coordbench {

/// Division by a number that is known only when a case begins, without the 20 to 40 cycles that a division takes: a product
/// with 2^64 / d, rounded up, which is exact below 2^32. Source: Lemire, Kaser, Kurz, Software: Practice and Experience 49(6)
/// 2019.
class Divisor {
 public:
  explicit Divisor(std::uint32_t by) : by_(by), reciprocal_(by > 1 ? UINT64_MAX / by + 1 : 0) {}
  [[nodiscard]] std::uint32_t quotient(std::uint32_t of) const {
    if (reciprocal_ == 0) return of;
    return static_cast<std::uint32_t>(static_cast<Wide>(reciprocal_) * of >> 64U);
  }
  [[nodiscard]] std::uint32_t by() const { return by_; }

 private:
  __extension__ using Wide = unsigned __int128;

  std::uint32_t by_;
  std::uint64_t reciprocal_;
};

template <class T>
class Window {
 public:
  /// `proposers` of the protocol while it has no clients.
  Window(const Shape& shape, int proposers)
      : proposers_(static_cast<std::uint32_t>(shape.clients > 0 ? shape.clients : proposers)),
        mask_(length(shape) - 1),
        slots_(length(shape) * proposers_.by()) {}

  /// Operations of one proposer that have a slot.
  static std::size_t length(const Shape& shape) { return std::bit_ceil(2 * static_cast<std::size_t>(shape.in_flight)); }

  [[nodiscard]] T& operator[](Operation operation) { return slots_[index(operation)]; }
  [[nodiscard]] const T& operator[](Operation operation) const { return slots_[index(operation)]; }
  [[nodiscard]] std::size_t index(Operation operation) const {
    const auto k = static_cast<std::uint32_t>(operation);
    if (proposers_.by() == 1) [[likely]]  // the commonest: one operation instead of six
      return k & mask_;
    const std::uint32_t turn = proposers_.quotient(k), proposer = k - turn * proposers_.by();
    return static_cast<std::size_t>(proposer) * (mask_ + 1) + (turn & mask_);
  }

  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] auto begin() { return slots_.begin(); }
  [[nodiscard]] auto end() { return slots_.end(); }
  [[nodiscard]] auto begin() const { return slots_.begin(); }
  [[nodiscard]] auto end() const { return slots_.end(); }

 private:
  Divisor proposers_;
  std::size_t mask_;
  std::vector<T> slots_;
};

}  // namespace coordbench
