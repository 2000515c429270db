#pragma once
// Which requests have come to the server before: a message may come twice, and long after its operation has ended. An operation
// makes requests of growing value, so the greatest value of each slot's newest operation tells them apart.

#include "kernels/parts/window.hpp"

namespace coordbench::locked_counter {

class Requests {
 public:
  Requests(const Shape& shape, int proposers) : newest_(shape, proposers) {}

  /// Notes a request; false if it is not news.
  bool note(Operation operation, std::int64_t value) {
    Request& newest = newest_[operation];
    if (operation < newest.operation || (operation == newest.operation && value <= newest.value)) return false;
    newest = {operation, value};
    return true;
  }

 private:
  struct Request {
    Operation operation = -1;
    std::int64_t value = 0;
  };
  Window<Request> newest_;
};

}  // namespace coordbench::locked_counter
