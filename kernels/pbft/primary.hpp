#pragma once
// The primary of a view gives requests their numbers, each client's in the order of asking.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.2, 4.4 (watermarks).

#include "kernels/pbft/agreement.hpp"
#include "kernels/replication/asked.hpp"

namespace coordbench::pbft {

class Primary {
 public:
  using Kind = Message::Kind;

  Primary(Replica& replica, Agreement& agreement) : replica_(replica), agreement_(agreement) {}

  /// A request takes the next number if it is its turn and there is room between the watermarks; else it waits for that. Where
  /// time-outs are on it is kept until it is carried out, so that another primary can be told of it.
  void request(Operation operation, const Payload& carried, Out& out) {
    const bool takes_one = is_due(operation) && has_room();
    if (!takes_one || replica_.timers.are_on()) replica_.pending.add(operation, carried);
    if (takes_one) give_number(operation, carried, out);
    if (!replica_.pending.is_empty()) order_pending(out);
  }
  void order_pending(Out& out) {
    for (int client = 0; client < replica_.setting.sessions(); ++client)
      while (has_room()) {
        const Operation due = asked_.due(replica_.service.state(), client);
        const Pending::Asked* asked = replica_.pending.find(due);
        if (!asked) break;
        give_number(due, asked->payload, out);
      }
  }
  /// Numbers behind those that the new view does again. What is there already is asked for no more.
  [[gnu::noinline, gnu::cold]] void begin_view(Out& out) {
    last_ = std::max(replica_.selected.last(), replica_.low());
    asked_.begin(replica_.service.state());
    for (Sequence sequence = replica_.executed + 1; sequence <= last_; ++sequence) {
      const Request request = replica_.selected.request_of(sequence);
      if (request.count > 0 && is_due(request.first)) asked_.note(replica_.service.state(), number(request.first));
    }
    order_pending(out);
  }

 private:
  static std::int32_t number(Operation operation) { return static_cast<std::int32_t>(operation); }
  [[nodiscard]] bool is_due(Operation operation) const { return asked_.is_due(replica_.service.state(), number(operation)); }
  /// Where nobody times out nothing is said again: the primary waits for the slowest replica, which has to have room, too.
  [[nodiscard]] bool has_room() {
    if (replica_.timers.are_on()) pass_over_decided();
    const Sequence low = replica_.timers.are_on() ? replica_.stable : replica_.checkpoints.slowest();
    return last_ < low + replica_.setting.log_size;
  }
  /// A primary that others have left may hear what they decided under the numbers that it would give next.
  void pass_over_decided() {
    for (const Slot* next = replica_.log.find(last_ + 1); next && next->is_committed; next = replica_.log.find(last_ + 1))
      ++last_;
    last_ = std::max(last_, replica_.executed);
  }
  void give_number(Operation operation, const Payload& carried, Out& out) {
    asked_.note(replica_.service.state(), number(operation));
    Payload payload = kept(replica_.setting.replicate, without_credentials(replica_.setting, carried), out);
    const Request request{static_cast<std::uint32_t>(operation), 1, digest_of(payload, out)};
    out.send_others(about(Kind::pre_prepare, replica_.view, ++last_, request), carried);
    agreement_.begin(last_, request, std::move(payload), carried, out);
  }

  Replica& replica_;
  Agreement& agreement_;
  Sequence last_ = 0;  ///< the last number given
  replication::Asked asked_;
};

}  // namespace coordbench::pbft
