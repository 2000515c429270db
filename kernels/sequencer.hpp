#pragma once
// sequencer — every rank delivers all operations of a shard in one order, as one of them, the sequencer, numbers them.
//
//   unicast_broadcast (UB)                        broadcast_broadcast (BB)
//   sender ──request──► sequencer                 sender ──request──► everybody      the payload travels once
//          ◄──ordered── sequencer ──ordered──►           ◄──number─── sequencer ──number──►
//                       everybody                                     everybody
//
// `ordered` at the sequencer, `delivered` at every rank once all lower numbers of the shard have been. With n = N - 1: UB takes
// N messages, BB 2n, both 2 delays; what the sequencer itself sends takes n messages and 1 delay. Two operations of one sender
// that are open at once may be ordered either way; shards are not ordered against each other. Every sender delivers too, so
// there are no clients. Latency is the sender's: its own delivery; others may lag behind, by `keep` numbers at most, because
// each rank acknowledges every quarter of that (background) and the sequencer gives no number that is further ahead. With
// `timeout_us` a rank asks again for missing messages (also background). Then the protocol survives loss, duplication,
// reordering, and crashes that keep the state. A sequencer that stays down stops its shard: nobody takes over.
// Source: Défago, Schiper, Urbán, ACM Computing Surveys 36(4) 2004, 4.1 (fixed sequencer, UB and BB); Kaashoek, Tanenbaum,
// ICDCS 1991 (BB, history, negative acknowledgements).

#include <optional>

#include "harness/protocol.hpp"
#include "kernels/sequencer/early.hpp"
#include "kernels/sequencer/issuer.hpp"
#include "kernels/sequencer/message.hpp"
#include "kernels/sequencer/order.hpp"

namespace coordbench {

class Sequencer {
 public:
  using Message = sequencer::Message;
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 2,  // one coordinator and no way to replace it; consensus (level 4) is what could
      .group = "order",
      .promise = "every rank delivers the operations in one order (per shard); blocks if the sequencer crashes",
      .messages = "unicast_broadcast: N; broadcast_broadcast: 2n, n = N - 1; n if the sequencer itself sends",
      .delays = "ordered 1, delivered 2; if the sequencer itself sends: 0 and 1",
      .source = "Defago, Schiper, Urban, ACM CSUR 2004, 4.1",
      .latency = Latency::proposer};
  static constexpr std::array parameters = sequencer::kParameters;
  enum { ordered, delivered };
  static constexpr std::array marks{Mark{.name = "ordered"},  // at the shard's sequencer: see `reaches`
                                    Mark{.name = "delivered", .where = Where::everywhere, .answers = true}};

  static Cost cost(const Shape& shape, Operation k);
  static int proposers(const Shape& shape) { return sequencer::Setting::senders_of(shape); }
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation k) {
    return mark == delivered ? rank < shape.ranks : rank == shape.ranks - 1 - k % shape["shards"];
  }
  static std::string unfit(const Shape& shape);
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  static Bounds bounds(const Shape& shape, Rank rank);
  /// With one shard and UB only the sequencer speaks to the others.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    const sequencer::Setting setting(shape);
    const bool one = setting.shards.by() == 1 && !setting.broadcasts && !setting.is_seat(rank);
    return one ? std::optional<Rank>(setting.seat_of_shard(0)) : std::nullopt;
  }

  Sequencer(const Shape& shape, Rank self);

  void propose(Operation operation, Payload payload, Out& out) {
    begin(out);
    const auto k = static_cast<std::uint32_t>(operation);
    const Rank seat = setting_.seat_of(operation);
    if (seat == self_) return accept({k, true, std::move(payload)}, out);
    if (setting_.timeout > 0) open_.push_back({k, seat, false, payload});
    if (setting_.broadcasts) early_.put(k, payload);
    const Message request{.first = k, .number = 0, .count = 1, .kind = Kind::request};
    if (setting_.broadcasts)
      out.send_others(request, std::move(payload));
    else
      out.send(seat, request, std::move(payload));
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    begin(out);
    if (message.kind == Kind::request)
      hear_request(message.first, payload, out);
    else if (message.kind <= Kind::number)
      hear_number(from, message, payload, out);
    else
      hear_report(from, message, out);
  }

  /// Asks for what was missing at the last look already, and looks again while there is anything to wait for.
  void tick(Out& out);
  [[nodiscard]] Time deadline() const { return looks_at_; }

  /// Of an operation that the last step delivered.
  [[nodiscard]] Answer answer(Operation operation) const {
    const Payload* payload = orders_[latest_].just_delivered(static_cast<std::uint32_t>(operation));
    return payload ? Answer{1, *payload} : Answer{};
  }

 private:
  using Kind = sequencer::Kind;
  using Entry = sequencer::Entry;
  using Order = sequencer::Order;
  using Issuer = sequencer::Issuer;

  /// An operation of this rank's that it has not delivered, and another rank orders; kept only where messages may be lost.
  struct Open {
    std::uint32_t operation;
    Rank seat;
    bool was_looked_at;
    Payload payload;
  };

  void begin(const Out& out) {
    orders_[latest_].settle();
    if (setting_.timeout > 0 && looks_at_ == kNever) looks_at_ = out.now() + setting_.timeout;
  }

  // ---- the sequencer -----------------------------------------------------------------------------------------------------

  void hear_request(std::uint32_t k, const Payload& payload, Out& out) {
    if (setting_.broadcasts && setting_.seat_of(k) != self_) return hear_early(k, payload, out);
    accept({k, false, payload}, out);
  }
  void accept(Issuer::Request request, Out& out) {
    if (!issuer_->accept(request.operation)) return;
    if (issuer_->may_issue(own().delivered())) [[likely]]
      return issue(std::move(request), out);
    issuer_->wait(std::move(request));
  }
  void issue(Issuer::Request request, Out& out) {
    const std::uint32_t k = request.operation, number = own().append(k, request.payload);
    const bool is_whole = !setting_.broadcasts || request.is_own;
    out.send_others({.first = k, .number = number, .count = 1, .kind = is_whole ? Kind::ordered : Kind::number},
                    is_whole ? std::move(request.payload) : Payload());
    out.complete(k, ordered);
    out.complete(k, delivered);
    latest_ = own_;
  }
  void hear_report(Rank from, const Message& report, Out& out) {
    issuer_->note(from, report.number);
    while (issuer_->has_waiting() && issuer_->may_issue(own().delivered())) issue(issuer_->take_waiting(), out);
    if (report.kind == Kind::ask && report.number == issuer_->delivered_at(from) && report.number < own().delivered())
      send_again(from, report.number, out);
  }
  [[gnu::noinline, gnu::cold]] void send_again(Rank to, std::uint32_t number, Out& out) {
    const Entry& entry = std::as_const(own()).at(number);
    out.send(to, {.first = entry.operation, .number = number, .count = 0, .kind = Kind::ordered}, entry.payload);
  }
  Order& own() { return orders_[own_]; }

  // ---- everybody ---------------------------------------------------------------------------------------------------------

  void hear_early(std::uint32_t k, const Payload& payload, Out& out) {
    const auto shard = static_cast<std::size_t>(setting_.shard_of(k));
    if (done_[shard][k] > k) return;  // a late copy
    early_.put(k, payload);
    deliver(shard, out);
  }
  void hear_number(Rank from, const Message& message, const Payload& payload, Out& out) {
    const auto shard = static_cast<std::size_t>(setting_.shard_at(from));
    orders_[shard].learn(message.number, message.first, message.kind == Kind::ordered, payload);
    deliver(shard, out);
    if (message.count == 0) [[unlikely]]  // the sequencer does not know how far this rank is
      report(shard, orders_[shard].has_gap() ? Kind::ask : Kind::acknowledge, out);
  }
  void deliver(std::size_t shard, Out& out) {
    Order& order = orders_[shard];
    latest_ = shard;
    while (Entry* entry = order.next()) {
      if (setting_.broadcasts && !complete(*entry, shard)) break;
      order.advance();
      out.complete(entry->operation, delivered);
      if (setting_.timeout > 0) close(entry->operation);
    }
    if (order.unreported() >= quarter_) report(shard, Kind::acknowledge, out);
  }
  /// BB: the payload, unless it came with the number. False while it is missing.
  bool complete(Entry& entry, std::size_t shard) {
    Payload early;
    const bool has_come = early_.take(entry.operation, early);
    if (entry.state != Entry::whole) {
      if (!has_come) return false;
      entry.payload = std::move(early);
    }
    done_[shard][entry.operation] = entry.operation + 1;
    return true;
  }
  void report(std::size_t shard, Kind kind, Out& out) {
    Order& order = orders_[shard];
    order.report();
    out.send(setting_.seat_of_shard(static_cast<int>(shard)),
             {.first = 0, .number = order.delivered(), .count = 0, .kind = kind});
  }
  [[gnu::noinline, gnu::cold]] void close(std::uint32_t k) {
    std::erase_if(open_, [k](const Open& open) { return open.operation == k; });
  }

  // ---- time-outs ---------------------------------------------------------------------------------------------------------

  bool look_at_own_operations(Out& out);
  bool look_at_orders(Out& out);
  bool look_at_ranks(Out& out);

  const sequencer::Setting setting_;
  Rank self_;
  std::uint32_t quarter_;             ///< of `keep`: what is delivered between two acknowledgements
  std::vector<Order> orders_;         ///< [shard]
  std::size_t own_ = 0, latest_ = 0;  ///< the shard that is ordered here; in which the last step delivered
  std::optional<Issuer> issuer_;      ///< at a sequencer
  sequencer::Early early_;
  std::vector<Window<std::uint32_t>> done_;  ///< BB, [shard]: one more than the last delivered operation of a slot
  std::vector<Open> open_;
  Time looks_at_ = kNever;
};

inline Cost Sequencer::cost(const Shape& shape, Operation k) {
  const sequencer::Setting setting(shape);
  const int others = shape.ranks - 1;
  if (k % setting.senders == setting.seat_of(k)) return {.messages = others, .delays = {0, others > 0 ? 1 : 0}};
  return {.messages = setting.broadcasts ? 2 * others : 1 + others, .delays = {1, 2}};
}

inline std::string Sequencer::unfit(const Shape& shape) {
  const auto more_than_ranks = [&](std::string_view what) {
    return shape[what] <= shape.ranks ? std::string()
                                      : std::string(what) + " is " + std::to_string(shape[what]) + ", more than the " +
                                            std::to_string(shape.ranks) + " of the ranks; choose at most as many";
  };
  const std::int64_t keep = shape["keep"];
  if (keep > 0 && !std::has_single_bit(static_cast<std::uint64_t>(keep)))
    return "keep is " + std::to_string(keep) + "; choose a power of two, or 0";
  const std::string senders = more_than_ranks("senders");
  return senders.empty() ? more_than_ranks("shards") : senders;
}

/// A sequencer may have to give as many numbers at once as somebody lagged behind, and keeps them all until everybody has them.
inline Bounds Sequencer::bounds(const Shape& shape, Rank rank) {
  const sequencer::Setting setting(shape);
  const bool is_seat = setting.is_seat(rank), again = times_out(shape);
  const std::size_t keep = setting.keep, shards = setting.shards.by(), in_flight = static_cast<std::size_t>(shape.in_flight);
  const std::size_t lag = setting.broadcasts || again ? shards * keep : 1;
  return {.sends = 4 + (is_seat ? std::min(keep, setting.open) : 0) +
                   (again ? in_flight + shards + static_cast<std::size_t>(shape.ranks) : 0),
          .completions = 2 * keep + 4,
          .leases = 4 + lag + (setting.broadcasts ? setting.open : in_flight) + (is_seat ? setting.open + keep : 0)};
}

inline Sequencer::Sequencer(const Shape& shape, Rank self)
    : setting_(shape),
      self_(self),
      quarter_(std::max(setting_.keep / 4, 1U)),
      early_(setting_.broadcasts ? setting_.shards.by() * std::size_t{setting_.keep} + setting_.open : 0) {
  const bool is_seat = setting_.is_seat(self);
  if (is_seat) own_ = static_cast<std::size_t>(setting_.shard_at(self));
  if (is_seat) issuer_.emplace(setting_, shape, self);
  for (std::size_t shard = 0; shard < setting_.shards.by(); ++shard) {
    orders_.emplace_back(setting_.keep, is_seat && shard == own_ && setting_.timeout > 0);
    if (setting_.broadcasts) done_.emplace_back(shape, setting_.senders);
  }
  open_.reserve(setting_.timeout > 0 ? static_cast<std::size_t>(shape.in_flight) : 0);
}

[[gnu::noinline, gnu::cold]] inline void Sequencer::tick(Out& out) {
  begin(out);
  const bool sends = look_at_own_operations(out), lags = look_at_orders(out), leads = look_at_ranks(out);
  looks_at_ = sends || lags || leads ? out.now() + setting_.timeout : kNever;
}

/// A request may have been lost; if it was not, its sequencer knows it and does nothing.
inline bool Sequencer::look_at_own_operations(Out& out) {
  for (Open& open : open_)
    if (std::exchange(open.was_looked_at, true))
      out.send(open.seat, {.first = open.operation, .number = 0, .count = 0, .kind = Kind::request}, open.payload);
  return !open_.empty();
}

inline bool Sequencer::look_at_orders(Out& out) {
  bool lags = false;
  for (std::size_t shard = 0; shard < orders_.size(); ++shard) {
    if (issuer_ && shard == own_) continue;
    Order& order = orders_[shard];
    if (order.look())
      report(shard, Kind::ask, out);
    else if (order.unreported() > 0)
      report(shard, Kind::acknowledge, out);
    lags |= order.has_gap();
  }
  return lags;
}

/// A rank that has lacked something for two time-outs may not know it, or it would have asked: the last number tells it.
inline bool Sequencer::look_at_ranks(Out& out) {
  if (!issuer_) return false;
  const std::uint32_t issued = own().delivered(), looked = issuer_->look(issued);
  for (Rank rank = 0; rank < setting_.ranks; ++rank)
    if (issuer_->delivered_at(rank) < looked) send_again(rank, issued - 1, out);
  return issuer_->delivered_everywhere() < issued;
}

}  // namespace coordbench
