#pragma once
// What the sequencer of a shard does: it gives numbers, keeps everybody supplied, and takes over where a configuration from
// outside excludes its predecessor.
//
// In a new epoch every rank forgets undelivered operations, and tells the shard's sequencer how far it has got (`state`).
// When all that take part have told, the sequencer asks the furthest one for operations that it lacks (`ask`). Then it has
// delivered all that anybody has, and goes on numbering (`open`). Senders ask again for operations that they have not
// delivered.

#include <optional>

#include "kernels/sequencer/issuer.hpp"
#include "kernels/sequencer/site.hpp"

namespace coordbench::sequencer {

class Seat : public Site {
 protected:
  Seat(const Shape& shape, Rank self) : Site(shape, self), shape_(shape), issuers_(setting_.shards.by()) {
    for (std::size_t shard = 0; shard < issuers_.size(); ++shard)
      if (leads(shard)) take_seat(shard);
  }

  // ---- numbers -----------------------------------------------------------------------------------------------------------

  void accept(Issuer::Request request, Out& out) {
    const std::size_t shard = setting_.shard_of(request.operation);
    Issuer& issuer = *issuers_[shard];
    if (!issuer.is_open()) [[unlikely]]
      return;  // its sender asks again
    if (!issuer.accept(request.operation)) return;
    if (issuer.may_issue(orders_[shard].next_number())) [[likely]]
      return issue(shard, std::move(request), out);
    issuer.wait(std::move(request));
  }
  void issue(std::size_t shard, Issuer::Request request, Out& out) {
    const std::uint32_t k = request.operation;
    const bool is_own = request.from == self_;
    if (setting_.asks_first) return issue_ahead(shard, std::move(request), out);
    if (epoch_ > 0 && setting_.broadcasts) [[unlikely]]
      forget_early(shard, k);
    const std::uint32_t number = orders_[shard].append(k, request.payload);
    const bool is_whole = !setting_.broadcasts || is_own;
    out.send_others({k, number, 1, is_whole ? Kind::ordered : Kind::number, epoch_},
                    is_whole ? std::move(request.payload) : Payload());
    out.complete(k, ordered);
    out.complete(k, delivered);
    latest_ = shard;
    if (setting_.timeout > 0 && is_own) close(k);
  }
  /// UUB: the payload is still at its sender, so the sequencer delivers later.
  void issue_ahead(std::size_t shard, Issuer::Request request, Out& out) {
    const std::uint32_t k = request.operation, number = orders_[shard].next_number();
    const bool is_own = request.from == self_;
    orders_[shard].learn(number, k, is_own, request.payload);
    if (is_own)
      out.send_others({k, number, 1, Kind::ordered, epoch_}, std::move(request.payload));
    else
      out.send(request.from, {k, number, 1, Kind::number, epoch_});
    out.complete(k, ordered);
    if (is_own) deliver_here(shard, out);
  }
  void deliver_here(std::size_t shard, Out& out) {
    deliver(shard, out);
    issuers_[shard]->note(self_, orders_[shard].delivered());
  }
  void issue_waiting(std::size_t shard, Out& out) {
    Issuer& issuer = *issuers_[shard];
    while (issuer.has_waiting() && issuer.may_issue(orders_[shard].next_number())) issue(shard, issuer.take_waiting(), out);
  }
  /// BB: of an operation whose payload came in an earlier epoch, when another rank ordered the shard.
  [[gnu::noinline, gnu::cold]] void forget_early(std::size_t shard, std::uint32_t k) {
    Payload early;
    early_.take(k, early);
    done_[shard][k] = k + 1;
  }

  // ---- what others tell --------------------------------------------------------------------------------------------------

  void hear_report(Rank from, const Message& report, Out& out) {
    const std::size_t shard = report.first;
    if (!leads(shard)) [[unlikely]]
      return hear_sequencer(from, shard, report, out);
    Issuer& issuer = *issuers_[shard];
    if (report.kind == Kind::state) [[unlikely]]
      return hear_state(from, shard, report.number, out);
    issuer.note(from, report.number);
    if (!issuer.is_open()) return;
    issue_waiting(shard, out);
    if (report.kind == Kind::ask && report.number == issuer.delivered_at(from) && report.number < orders_[shard].delivered())
      send_again(from, shard, report.number, out);
  }
  /// A number, or a payload with one, has come to the rank that gives them: UUB, or in a new epoch. Only news (`wants_more`)
  /// leads to another question: if each copy of an answer led to one, duplicates would multiply with every round.
  void hear_own_shard(std::size_t shard, bool wants_more, Out& out) {
    Issuer& issuer = *issuers_[shard];
    if (!issuer.is_open()) {
      if (wants_more) collect(shard, out);
      return;
    }
    issuer.note(self_, orders_[shard].delivered());
    issue_waiting(shard, out);
    if (wants_more) ask_sender(shard, out);
  }
  /// UUB: the sender of the first operation whose payload is missing here is told its number again.
  void ask_sender(std::size_t shard, Out& out) {
    Order& order = orders_[shard];
    if (!order.has_gap()) return;
    const std::uint32_t k = std::as_const(order).at(order.delivered()).operation;
    out.send(setting_.sender_of(k), {k, order.delivered(), 0, Kind::number, epoch_});
  }

  /// A rank that has lacked something for two time-outs may not know it, or it would have asked: the last number tells it.
  bool look_at_ranks(std::size_t shard, Out& out) {
    Issuer& issuer = *issuers_[shard];
    if (!issuer.is_open()) return collect(shard, out), true;
    Order& order = orders_[shard];
    if (order.look()) ask_sender(shard, out);
    const std::uint32_t issued = order.delivered(), looked = issuer.look(issued);
    for (Rank rank = 0; rank < setting_.ranks; ++rank)
      if (rank != self_ && issuer.delivered_at(rank) < looked) send_again(rank, shard, issued - 1, out);
    return issuer.delivered_everywhere() < issued || order.has_gap();
  }

  // ---- a new epoch -------------------------------------------------------------------------------------------------------

  void take_seat(std::size_t shard) {
    issuers_[shard].emplace(setting_, shape_, configuration_);
    if (epoch_ == 0 && !setting_.asks_first) issuers_[shard]->note_own(self_);
  }
  [[gnu::noinline, gnu::cold]] void enter(std::size_t shard, Out& out) {
    issuers_[shard].reset();
    has_heard_open_[shard] = leads(shard);
    if (!leads(shard)) return tell(seats_.of(shard), shard, Kind::state, orders_[shard].delivered(), out);
    take_seat(shard);
    hear_state(self_, shard, orders_[shard].delivered(), out);
  }
  [[gnu::noinline, gnu::cold]] void hear_state(Rank from, std::size_t shard, std::uint32_t number, Out& out) {
    Issuer& issuer = *issuers_[shard];
    issuer.hear_state(from, number);
    if (!issuer.is_open()) return collect(shard, out);
    tell(from, shard, Kind::open, orders_[shard].delivered(), out);
    issue_waiting(shard, out);
  }
  [[gnu::noinline, gnu::cold]] void collect(std::size_t shard, Out& out) {
    Issuer& issuer = *issuers_[shard];
    const Order& order = orders_[shard];
    if (!issuer.has_heard_all()) return;
    const Rank furthest = issuer.furthest();
    if (issuer.delivered_at(furthest) > order.delivered()) return tell(furthest, shard, Kind::ask, order.delivered(), out);
    issuer.open(order);
    if (setting_.asks_first)
      issuer.note(self_, order.delivered());
    else
      issuer.note_own(self_);
    for (Rank rank = 0; rank < setting_.ranks; ++rank)
      if (rank != self_ && !configuration_.is_down(rank)) tell(rank, shard, Kind::open, order.delivered(), out);
    ask_again_for_own(shard, out);
  }
  /// The sequencer of a new epoch lacks something, or gives numbers again.
  [[gnu::noinline, gnu::cold]] void hear_sequencer(Rank from, std::size_t shard, const Message& message, Out& out) {
    Order& order = orders_[shard];
    if (message.kind == Kind::ask && message.number < order.delivered()) send_again(from, shard, message.number, out);
    if (message.kind != Kind::open) return;
    has_heard_open_[shard] = true;
    order.expect(message.number);
    if (order.has_gap()) report(shard, Kind::ask, out);
    ask_again_for_own(shard, out);
  }
  void ask_again_for_own(std::size_t shard, Out& out) {
    for (std::size_t i = 0; i < open_.size();
         ++i)  // an operation that is delivered at once is removed; the next look finds the one that this skips
      if (setting_.shard_of(open_[i].operation) == shard) ask_again(open_[i], out);
  }
  /// A request may have been lost; if it was not, its sequencer knows it and does nothing.
  void ask_again(const Open& open, Out& out) {
    const std::size_t shard = setting_.shard_of(open.operation);
    if (leads(shard)) {  // not more in one step than are kept for its answers
      if (orders_[shard].unsettled() < setting_.keep) accept({open.operation, self_, open.payload}, out);
      return;
    }
    out.send(seats_.of(shard), {open.operation, 0, 0, Kind::request, epoch_}, setting_.asks_first ? Payload() : open.payload);
  }

  Shape shape_;
  std::vector<std::optional<Issuer>> issuers_;  ///< [shard]: of those that this rank orders
};

}  // namespace coordbench::sequencer
