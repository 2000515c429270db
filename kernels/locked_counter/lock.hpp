#pragma once
// A lock at its server: which operation has it, and which ones wait, in the order in which they asked.

#include "harness/protocol.hpp"

namespace coordbench::locked_counter {

class Lock {
 public:
  static constexpr Operation nobody = -1;

  /// At most `most` operations wait.
  explicit Lock(std::size_t most) : line_(most) {}

  void join(Operation operation) {
    line_[end_] = operation;
    end_ = after(end_);
    ++waiting_;
  }
  [[nodiscard]] bool is_held_by(Operation operation) const { return holder_ == operation; }
  void release() { holder_ = nobody; }
  /// Gives the lock to the first in line and returns it; nobody, if the lock is held or no operation waits.
  Operation grant() {
    if (holder_ != nobody || waiting_ == 0) return nobody;
    holder_ = line_[first_];
    first_ = after(first_);
    --waiting_;
    return holder_;
  }

 private:
  [[nodiscard]] std::size_t after(std::size_t place) const { return place + 1 == line_.size() ? 0 : place + 1; }

  std::vector<Operation> line_;  ///< a ring
  std::size_t first_ = 0, end_ = 0, waiting_ = 0;
  Operation holder_ = nobody;
};

}  // namespace coordbench::locked_counter
