#pragma once
// What a proposer has asked of a register, and what it was answered.

#include "kernels/parts/window.hpp"

namespace coordbench {

struct Request {
  Operation operation = -1;
  bool is_open = false, is_read = false;
  bool was_looked_at = false;  ///< when a time-out last expired: it has waited for a whole one
  Payload payload{};           ///< of a write, or what a read has returned
  Operation writer = -1;       ///< of what a read has returned
  std::uint32_t version = 0;   ///< where values have some: of what a read may return at least, then of what it has returned

  [[nodiscard]] Answer answer() const { return {1, payload, is_read ? writer : Answer::nothing}; }
};

class Requests {
 public:
  Requests(const Shape& shape, int proposers)
      : proposers_(static_cast<std::uint32_t>(proposers)), requests_(Window<Request>::length(shape)) {}

  [[nodiscard]] Request& operator[](Operation k) { return requests_[slot(k)]; }
  [[nodiscard]] const Request& operator[](Operation k) const { return requests_[slot(k)]; }
  /// The request that a reply is for; null if it has been answered already.
  [[nodiscard]] Request* find(Operation k) {
    Request& request = (*this)[k];
    return request.operation == k && request.is_open ? &request : nullptr;
  }
  [[nodiscard]] auto begin() { return requests_.begin(); }
  [[nodiscard]] auto end() { return requests_.end(); }

 private:
  [[nodiscard]] std::size_t slot(Operation k) const {
    return proposers_.quotient(static_cast<std::uint32_t>(k)) & (requests_.size() - 1);
  }

  Divisor proposers_;
  std::vector<Request> requests_;  ///< [operation div proposers, mod their number]: only this proposer's own
};

}  // namespace coordbench
