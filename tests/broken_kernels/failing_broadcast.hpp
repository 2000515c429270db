#pragma once
// failing_broadcast — a flat broadcast of which one rank fails, while it makes its buffers or in the middle of an operation:
// failed, and the others need not wait for it.

#include <new>
#include <stdexcept>

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

enum class Fails { making_buffers, running };

inline constexpr std::array kFailingParameters{
    kRoot, Parameter{.name = "fails", .highest = 1, .help = "when", .choices = {"making_buffers", "running"}},
    Parameter{.name = "at", .initial = 1, .highest = 7, .help = "the rank that fails"}};

inline bool fails(const Shape& shape, Rank self, Fails when) { return self == shape["at"] && shape["fails"] == int(when); }

class FailingBroadcast {
 public:
  struct Data : BroadcastData {
    Data(const Shape& shape, Rank self) : BroadcastData(shape, self) {
      if (fails(shape, self, Fails::making_buffers)) throw std::bad_alloc();
    }
  };
  static constexpr About about{
      .group = "broadcast", .promise = "nothing", .messages = "N - 1", .delays = "1", .source = "none"};
  static constexpr auto parameters = kFailingParameters;
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& /*shape*/) { return 1; }

  FailingBroadcast(const Shape& shape, Rank self) : fails_(fails(shape, self, Fails::running)) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (fails_ && ++operations_ == 3) throw std::runtime_error("the third operation is too much for it");
    if (endpoint.rank() != 0) return endpoint.receive(0, data.payload());
    for (Rank to = 1; to < endpoint.ranks(); ++to) endpoint.send(to, data.payload());
  }

 private:
  bool fails_;
  int operations_ = 0;
};

}  // namespace coordbench
