#pragma once
// sequencer — every rank delivers all operations of a shard in one order, as one of them, the sequencer, numbers them.
//
//   unicast_broadcast (UB)               broadcast_broadcast (BB)            unicast_unicast_broadcast (UUB)
//   sender ──request──► sequencer        sender ──request──► everybody       sender ──request──► sequencer
//          ◄──ordered── sequencer               ◄──number─── sequencer              ◄──number─── sequencer
//                       ──ordered──► all                     ──number──► all        ──ordered──► all
//
// `ordered` at the sequencer, `delivered` at every rank once all lower numbers of the shard have been. With n = N - 1: UB takes
// N messages, BB 2n, both 2 delays; UUB N + 1 and 3, or 2 to the sender itself; what the sequencer itself sends takes n
// messages and 1 delay. Two operations of one sender that are open at once may be ordered either way; shards are not ordered
// against each other. Every sender delivers too, so there are no clients. Latency is the sender's: its own delivery; others may
// lag behind, by `keep` numbers at most, because each rank acknowledges every quarter of that (background) and the sequencer
// gives no number that is further ahead. With `timeout_us` a rank asks again for missing messages (also background). Then the
// protocol survives loss, duplication, reordering, and crashes that keep the state. A shard stops while its sequencer is down,
// until a configuration from outside excludes it: the next rank then collects what the living have delivered, and goes on
// (kernels/sequencer/seat.hpp). What only excluded ranks had delivered may be lost. Source: Défago, Schiper, Urbán, ACM
// Computing Surveys 36(4) 2004, 4.1 (fixed sequencer, UB, BB and UUB); Kaashoek, Tanenbaum, ICDCS 1991 (BB, history, negative
// acknowledgements); Birman, Joseph, TOCS 5(1) 1987 (epochs, what is delivered before the next).

#include "kernels/sequencer/seat.hpp"

namespace coordbench {

class Sequencer : public sequencer::Seat {
 public:
  using Message = sequencer::Message;
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 2,  // one coordinator, which only a configuration from outside replaces; consensus (level 4) is what could
      .group = "order",
      .promise = "every rank delivers the operations in one order (per shard)",
      .survives = "loss, with timeout_us; crashes that keep memory; others once the rank is excluded",
      .blocks = "while the sequencer is down and not excluded; once a rank is `keep` numbers behind",
      .messages =
          "unicast_broadcast: N; broadcast_broadcast: 2n, n = N - 1; unicast_unicast_broadcast: N + 1; n if the sequencer "
          "itself sends",
      .delays = "ordered 1, delivered 2; unicast_unicast_broadcast: delivered 3; if the sequencer itself sends: 0 and 1",
      .source = "Defago, Schiper, Urban, ACM CSUR 2004, 4.1",
      .latency = Latency::proposer};
  static constexpr std::array parameters = sequencer::kParameters;
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
    const bool one = setting.shards.by() == 1 && !setting.broadcasts && !setting.asks_first && !setting.is_seat(rank);
    return one ? std::optional<Rank>(setting.seat_of_shard(0)) : std::nullopt;
  }

  Sequencer(const Shape& shape, Rank self) : Seat(shape, self) {}

  void propose(Operation operation, Payload payload, Out& out) {
    if (epoch_ == kPassive) [[unlikely]]
      return;
    begin(out);
    const auto k = static_cast<std::uint32_t>(operation);
    const Rank seat = seats_.of(setting_.shard_of(operation));
    if (setting_.timeout > 0) open_.push_back({k, false, payload});
    if (seat == self_) return accept({k, self_, std::move(payload)}, out);
    if (setting_.broadcasts || setting_.asks_first) early_.put(k, payload);
    const Message request{.first = k, .number = 0, .count = 1, .kind = Kind::request, .epoch = epoch_};
    if (setting_.broadcasts)
      out.send_others(request, std::move(payload));
    else
      out.send(seat, request, setting_.asks_first ? Payload() : std::move(payload));
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.epoch != epoch_) [[unlikely]]
      return;
    begin(out);
    if (message.kind == Kind::request)
      hear_request(from, message.first, payload, out);
    else if (message.kind <= Kind::number)
      hear_number(from, message, payload, out);
    else
      hear_report(from, message, out);
  }

  /// Asks for what was missing at the last look already, and looks again while there is anything to wait for.
  void tick(Out& out);
  /// A new epoch: whatever this rank has not delivered is ordered anew.
  void configure(const Configuration& configuration, Out& out);

 private:
  using Kind = sequencer::Kind;

  void hear_request(Rank from, std::uint32_t k, const Payload& payload, Out& out) {
    if (setting_.broadcasts && !leads(setting_.shard_of(k))) return hear_early(k, payload, out);
    accept({k, from, payload}, out);
  }
  void hear_number(Rank from, const Message& message, const Payload& payload, Out& out) {
    const std::size_t shard = setting_.shard_of(message.first);
    if (setting_.asks_first && message.kind == Kind::number) return take_number(from, shard, message, out);
    const bool is_news = orders_[shard].learn(message.number, message.first, message.kind == Kind::ordered, payload);
    deliver(shard, out);
    if (leads(shard)) [[unlikely]]
      return hear_own_shard(shard, message.count == 0 && is_news, out);
    if (message.count == 0) [[unlikely]]  // the sequencer does not know how far this rank is
      report(shard, is_news && orders_[shard].has_gap() ? Kind::ask : Kind::acknowledge, out);
  }
  /// UUB: the number of an operation of this rank's own. If it comes again, the sequencer lacks the payload.
  void take_number(Rank from, std::size_t shard, const Message& message, Out& out) {
    Payload payload;
    if (early_.take(message.first, payload)) {
      orders_[shard].learn(message.number, message.first, true, payload);
      out.send_others({message.first, message.number, 1, Kind::ordered, epoch_}, std::move(payload));
      deliver(shard, out);
    } else if (orders_[shard].holds(message.number, message.first)) {
      send_again(from, shard, message.number, out);
    }
  }

  bool look_at_own_operations(Out& out);
  bool look_at_shards(Out& out);
};

inline Cost Sequencer::cost(const Shape& shape, Operation k) {
  const sequencer::Setting setting(shape);
  const int others = shape.ranks - 1;
  if (setting.sender_of(k) == setting.seat_of_shard(setting.shard_of(k)))
    return {.messages = others, .delays = {0, others > 0 ? 1 : 0}};
  if (setting.asks_first) return {.messages = 2 + others, .delays = {1, 3}};
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

/// A sequencer may have to give as many numbers at once as somebody lagged behind. If that was itself, it delivers what it
/// waited for, orders what waits, and delivers that too, if it is its own: `keep` marks each. Where messages may be lost, every
/// rank keeps what somebody may lack, and may become the sequencer of any shard.
inline Bounds Sequencer::bounds(const Shape& shape, Rank rank) {
  const sequencer::Setting setting(shape);
  const bool again = times_out(shape), may_lead = setting.is_seat(rank) || again;
  const std::size_t keep = setting.keep, shards = setting.shards.by(), in_flight = static_cast<std::size_t>(shape.in_flight);
  const std::size_t lag = setting.broadcasts || setting.asks_first || again ? shards * setting.room() : 1;
  const bool waits = setting.broadcasts || may_lead;
  return {.sends = 4 + (may_lead ? std::min(keep, setting.open) : 0) +
                   (again ? in_flight + shards * (2 + static_cast<std::size_t>(shape.ranks)) : 0),
          .completions = 3 * keep + 4 + (again ? 2 * in_flight : 0),
          .leases = 4 + lag + (waits ? setting.open : 0) + in_flight + (may_lead ? setting.open + keep : 0)};
}

[[gnu::noinline, gnu::cold]] inline void Sequencer::tick(Out& out) {
  if (epoch_ == kPassive) return;
  begin_all(out);
  const bool sends = look_at_own_operations(out), lags = look_at_orders(out), leads = look_at_shards(out);
  looks_at_ = sends || lags || leads ? out.now() + setting_.timeout : kNever;
}

inline bool Sequencer::look_at_own_operations(Out& out) {
  for (std::size_t i = 0; i < open_.size();
       ++i)  // an operation that is delivered at once is removed; the next look finds the one that this skips
    if (std::exchange(open_[i].was_looked_at, true)) ask_again(open_[i], out);
  return !open_.empty();
}

inline bool Sequencer::look_at_shards(Out& out) {
  bool is_anything_missing = false;
  for (std::size_t shard = 0; shard < orders_.size(); ++shard)
    if (leads(shard) && look_at_ranks(shard, out)) is_anything_missing = true;
  return is_anything_missing;
}

[[gnu::noinline, gnu::cold]] inline void Sequencer::configure(const Configuration& configuration, Out& out) {
  begin_all(out);
  configuration_ = configuration;
  if (configuration.is_down(self_)) {
    epoch_ = kPassive;
    looks_at_ = kNever;
    return;
  }
  epoch_ = static_cast<std::uint16_t>(configuration.epoch);
  seats_.configure(configuration);
  for (sequencer::Order& order : orders_) order.forget_undelivered();
  for (const Open& open : open_)
    if (setting_.asks_first) early_.put(open.operation, open.payload);
  for (std::size_t shard = 0; shard < orders_.size(); ++shard) enter(shard, out);
}

}  // namespace coordbench
