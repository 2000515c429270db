#pragma once
// Whose an operation is: operation k is the (k div C)th of client k mod C. Where the leader itself asks, C is 1.

#include "kernels/parts/window.hpp"

namespace coordbench::replication {

struct Turn {
  std::uint32_t client, number;
};

class Turns {
 public:
  explicit Turns(int clients) : clients_(static_cast<std::uint32_t>(clients)) {}

  [[nodiscard]] int clients() const { return static_cast<int>(clients_.by()); }
  [[nodiscard]] Turn of(Operation operation) const {
    const auto k = static_cast<std::uint32_t>(operation);
    if (clients_.by() == 1) [[likely]]
      return {0, k};
    const std::uint32_t number = clients_.quotient(k);
    return {k - number * clients_.by(), number};
  }

 private:
  Divisor clients_;
};

}  // namespace coordbench::replication
