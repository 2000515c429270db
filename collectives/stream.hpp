#pragma once
// stream — messages flow from the first rank to the last, W = in_flight of them open at a time: one-way bandwidth and message
// rate.
//
//   0 ═══►═══►═══►═══► N-1        W sends open, W receives posted ahead
//   0 ◄ ─ ─ ─ ─ ─ ─ ─  N-1        a credit per W arrivals and block: the sender is at most 2W ahead
//
// 1 message per operation, 1 delay; none in a world of one rank. Credits are control traffic. The receiver's end is the
// arrival. Source: Bell et al., An evaluation of current high-performance networks, IPDPS 2003 (flood bandwidth).

#include <algorithm>

#include "collectives/parts/stream_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class Stream {
 public:
  using Data = StreamData;
  static constexpr About about{.level = 0,
                               .group = "point-to-point",
                               .promise = "rank 0 sends many payloads to the last rank without waiting; each one arrives",
                               .messages = "1; 0 for N = 1",
                               .delays = "1; 0 for N = 1",
                               .source = "Bell et al., IPDPS 2003",
                               .streams = true};
  static constexpr std::array parameters{kFill};
  static std::int64_t messages(const Shape& shape) { return shape.ranks > 1 ? 1 : 0; }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 1 : 0; }
  static std::size_t posted_max(const Shape& shape) { return static_cast<std::size_t>(shape.in_flight) + 1; }

  Stream(const Shape& shape, Rank /*self*/) : window_(shape.in_flight), last_(shape.ranks - 1) {}

  /// Every rank, before the block of operations [first, first + count): posts the first receives.
  template <class Endpoint>
  void begin(Endpoint& endpoint, Data& data, Operation first, Operation count) {
    end_ = first + count;
    open_ = 0;
    allowance_ = 2 * window_;
    consumed_ = 0;
    if (!data.receives()) return;
    for (Operation k = first; k < std::min(first + window_, end_); ++k) {
      data.expect(k);
      endpoint.post_receive(0, data.slot(k));
    }
  }

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    if (data.sends()) send(endpoint, data);
    if (data.receives()) receive(endpoint, data);
  }

  /// Every rank, after the block: a last credit says that all has arrived, so that the sender is not ahead in the next one
  /// either.
  template <class Endpoint>
  void finish(Endpoint& endpoint, Data& data) {
    endpoint.wait_all();
    if (data.receives()) endpoint.send_credit(0);
    if (data.sends()) endpoint.receive_credit(last_);
  }

 private:
  template <class Endpoint>
  void send(Endpoint& endpoint, Data& data) {
    if (allowance_ == 0) {
      endpoint.receive_credit(last_);
      allowance_ = window_;
    }
    --allowance_;
    endpoint.post_send(last_, data.slot(data.operation()));
    if (open_ == window_)
      endpoint.wait_oldest();
    else
      ++open_;
  }

  /// Credits beyond the ones that the sender will need before the end of the block are not sent: nobody would receive them.
  template <class Endpoint>
  void receive(Endpoint& endpoint, Data& data) {
    const Operation ahead = data.operation() + window_;
    endpoint.wait_oldest();
    if (ahead < end_) endpoint.post_receive(0, data.slot(ahead));
    if (++consumed_ < window_) return;
    consumed_ = 0;
    if (ahead + 1 < end_) endpoint.send_credit(0);
  }

  Operation window_;
  Rank last_;
  Operation end_ = 0;
  Operation open_ = 0;       ///< sends not known to have left
  Operation allowance_ = 0;  ///< operations that may start before the next credit
  Operation consumed_ = 0;   ///< arrivals since the last credit
};

}  // namespace coordbench
