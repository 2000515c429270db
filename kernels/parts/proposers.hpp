#pragma once
// Servers that ask, where a user says how many: ranks 0 … P - 1. Operation k is number k div P, from 0, of proposer k mod P.

#include "harness/protocol.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench {

/// For protocols without clients; `Proposers::parameter` is one of their parameters.
class Proposers {
 public:
  static constexpr Parameter parameter(std::string_view help) {
    return {.name = "proposers", .highest = 1 << 20, .help = help};
  }
  static int proposers(const Shape& shape) {
    const std::int64_t some = shape["proposers"];
    return some > 0 ? static_cast<int>(some) : shape.ranks;
  }
  static std::string unfit(const Shape& shape) { return proposers(shape) > shape.ranks ? "more proposers than ranks" : ""; }

 protected:
  explicit Proposers(const Shape& shape) : proposers_(static_cast<std::uint32_t>(proposers(shape))) {}

  [[nodiscard]] std::uint32_t number_of(Operation k) const { return proposers_.quotient(static_cast<std::uint32_t>(k)); }
  [[nodiscard]] Rank proposer_of(Operation k) const {
    return static_cast<Rank>(static_cast<std::uint32_t>(k) - number_of(k) * proposers_.by());
  }
  [[nodiscard]] Operation operation_of(Rank proposer, Operation number) const { return number * proposers_.by() + proposer; }

  Divisor proposers_;
};

}  // namespace coordbench
