#pragma once
// What a server was asked while nobody led. It is appended once this server leads, in the order of asking.

#include "harness/protocol.hpp"

namespace coordbench::replication {

class Waiting {
 public:
  struct Asked {
    Operation operation;
    Payload payload;
  };

  /// Of at most `most` operations; the rest is passed over, and clients ask again.
  explicit Waiting(std::size_t most) : most_(most) { asked_.reserve(most); }

  [[nodiscard]] bool is_empty() const { return asked_.empty(); }

  /// An operation that waits already waits once.
  void add(Operation operation, Payload payload) {
    is_last_ = false;
    for (const Asked& one : asked_)
      if (one.operation == operation) return;
    if (asked_.size() < most_) asked_.push_back({operation, std::move(payload)});
  }
  /// Nobody will ask for more for now.
  void end() { is_last_ = true; }
  void clear() { asked_.clear(); }

  /// Calls ask(operation, payload) for each, which then waits no more; returns whether nothing will follow.
  template <class Ask>
  bool take(Ask&& ask) {
    for (Asked& one : asked_) ask(one.operation, std::move(one.payload));
    const bool is_last = is_last_ && !is_empty();
    clear();
    return is_last;
  }

 private:
  std::size_t most_;
  std::vector<Asked> asked_{};
  bool is_last_ = false;
};

}  // namespace coordbench::replication
