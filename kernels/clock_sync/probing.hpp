#pragma once
// Exchanges by which a rank learns how much another's clock is ahead of its own, as Cristian described them.
//
//   prober, higher rank   t1 ──probe──►            lower rank      t1, t4: the prober's clock
//                         t4 ◄──answer, stamp──    lower rank      stamp: the lower rank's, when the probe comes
//
// The estimate is stamp - (t1 + t4) / 2. However long each of the two messages takes, the probe comes at an instant of the
// prober's clock from t1 to t4: so the estimate is wrong about the clocks of that instant by half the round trip t4 - t1 at
// most, whatever their drift, which only ages it. A prober makes `probes` exchanges with a rank, one after the other, and keeps
// the estimate of the shortest round trip. An answer belongs to the probe whose operation and number it bears, and only the
// probe that is open is heard of: an answer to an earlier one was stamped before t1. A probe that is sent again keeps its t1,
// because the answer may be the first copy's; this makes the bound larger, never wrong.
// Source: Cristian, Distributed Computing 3, 1989; Mills, RFC 5905 (the least round trip of eight as the filter).

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "harness/protocol.hpp"
#include "kernels/delivery/acknowledged.hpp"

namespace coordbench::clock_sync {

constexpr Parameter probes(std::int64_t lowest) {
  return {
      .name = "probes", .initial = 8, .lowest = lowest, .highest = 1000, .help = "exchanges that a rank makes with another"};
}
inline constexpr Parameter kResend{
    .name = "resend_us", .highest = 1'000'000'000, .help = "time after which an unanswered probe is sent again, 0: never"};

/// A kernel adds whom a rank probes, its cost, and its answer.
class Probing {
 public:
  struct Message {
    std::uint32_t first;  ///< the operation
    std::uint16_t probe;  ///< the number of the exchange, from 1
    std::uint16_t count;  ///< 0: a probe that is sent again, and the answer to it
    Time stamp;           ///< of an answer, see above; of a probe, the estimate of the exchanges before it, if any
  };
  using Out = Outbox<Message>;
  enum { synchronised };
  static constexpr std::array marks{Mark{.name = "synchronised", .where = Where::everywhere, .answers = true}};

  static std::string unfit(const Shape& shape) {
    if (shape.in_flight == 1) return "";
    return "--in-flight " + std::to_string(shape.in_flight) +
           " was given, but all clocks are compared at once: give --in-flight 1";
  }
  /// Clocks are only read in cases with time-outs, so there are always some; without resend_us none ever expires.
  static bool times_out(const Shape& /*shape*/) { return true; }
  static UnderLoss under_loss(const Shape& shape) {
    return shape["resend_us"] > 0 || shape.loss.lost == 0 ? UnderLoss::tolerates : UnderLoss::stops;
  }
  /// Any offset may be right between nodes; ranks of one node read one clock.
  static bool accepts(const Shape& shape, Operation /*k*/, const Answer& answer) {
    const bool is_one_clock = shape.ranks_per_node >= shape.ranks;
    return answer.of == Answer::nothing && answer.outcome != kUnknown && (!is_one_clock || std::abs(answer.outcome) < kSecond);
  }

  void begin(Operation k, Out& out) {
    take_up(k);
    has_begun_ = true;
    for (Rank peer = 0; peer < probed_; ++peer) ask(peer, 1, out);
    if (resend_ > 0 && probed_ > 0) alarm_ = out.now() + resend_;
    end_if_complete(out);
  }
  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    if (from < self_) return hear(from, message, out);
    out.send(from, {.first = message.first, .probe = message.probe, .count = message.count, .stamp = out.now()});
    if (tellers_ > 0 && message.probe == probes_) be_told(from, message, out);
  }

  [[nodiscard]] Time deadline() const { return alarm_; }
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    alarm_ = kNever;
    for (Rank peer = 0; peer < probed_; ++peer) {
      Exchanges& with = exchanges_with(peer);
      if (with.probe > probes_) continue;
      if (with.due <= out.now()) send(peer, carried_again_, out);
      alarm_ = std::min(alarm_, with.due);
    }
  }

 protected:
  static constexpr std::int64_t kUnknown = kNever;

  /// The rank probes ranks 0 … `probed` - 1, and the estimates of `tellers` higher ranks are told to it. Tellers are all higher
  /// ranks or none.
  Probing(const Shape& shape, Rank self, int probed, int tellers)
      : self_(self),
        probed_(probed),
        tellers_(tellers),
        probes_(static_cast<int>(shape["probes"])),
        resend_(1000 * shape["resend_us"]),
        carried_again_(shape.loss.any() ? 1 : 0),
        with_(static_cast<std::size_t>(tellers > 0 ? shape.ranks : probed + 1)) {}

  /// What so many pairs of ranks send where messages are lost and doubled.
  static double messages_under_loss(const Shape& shape, double pairs) {
    using Sent = delivery::Acknowledged;
    return pairs * static_cast<double>(shape["probes"]) * (Sent::attempts(shape.loss) + Sent::arrivals(shape.loss));
  }
  [[nodiscard]] bool is_complete(Operation k) const { return k == operation_ && has_begun_ && missing_ == 0; }
  /// How much another rank's clock is ahead of this one's; 0 of its own.
  [[nodiscard]] Time estimate(Rank peer) const { return with_[static_cast<std::size_t>(peer)].estimate; }

  Rank self_;

 private:
  /// With one other rank, in the operation that goes on.
  struct Exchanges {
    int probe = 0;  ///< the one that is open; one more than all: they are over, or the estimate was told
    Time asked_at = 0, due = kNever;
    Time shortest = kNever;
    Time estimate = 0;
  };

  Exchanges& exchanges_with(Rank peer) { return with_[static_cast<std::size_t>(peer)]; }

  /// A higher rank's probe may come before this rank begins.
  void take_up(Operation k) {
    if (k <= operation_) return;
    operation_ = k;
    has_begun_ = false;
    missing_ = probed_ + tellers_;
    std::fill(with_.begin(), with_.end(), Exchanges{});
  }
  void ask(Rank peer, int probe, Out& out) {
    Exchanges& with = exchanges_with(peer);
    with.probe = probe;
    with.asked_at = out.now();
    send(peer, 1, out);
  }
  void send(Rank peer, std::uint16_t count, Out& out) {
    Exchanges& with = exchanges_with(peer);
    with.due = resend_ > 0 ? out.now() + resend_ : kNever;
    out.send(peer, {.first = static_cast<std::uint32_t>(operation_),
                    .probe = static_cast<std::uint16_t>(with.probe),
                    .count = count,
                    .stamp = with.estimate});
  }

  void hear(Rank peer, const Message& answer, Out& out) {
    Exchanges& with = exchanges_with(peer);
    if (answer.first != operation_ || answer.probe != with.probe) return;
    const Time round_trip = out.now() - with.asked_at;
    if (round_trip < with.shortest) {
      with.shortest = round_trip;
      with.estimate = answer.stamp - with.asked_at - round_trip / 2;
    }
    if (with.probe < probes_) return ask(peer, with.probe + 1, out);
    ++with.probe;
    --missing_;
    end_if_complete(out);
  }
  /// The last probe of a higher rank bears the estimate of the exchanges before it, from the other side.
  void be_told(Rank teller, const Message& probe, Out& out) {
    take_up(probe.first);
    Exchanges& with = exchanges_with(teller);
    if (probe.first != operation_ || with.probe > probes_) return;
    with.probe = probes_ + 1;
    with.estimate = -probe.stamp;
    --missing_;
    end_if_complete(out);
  }
  void end_if_complete(Out& out) const {
    if (is_complete(operation_)) out.complete(operation_, synchronised);
  }

  int probed_, tellers_, probes_;
  Time resend_;  ///< ns; 0: never
  std::uint16_t carried_again_;
  std::vector<Exchanges> with_;  ///< [rank], as far as it knows of it; its own is empty
  Operation operation_ = -1;
  bool has_begun_ = false;
  int missing_ = 0;  ///< ranks whose clocks are not known yet
  Time alarm_ = kNever;
};

}  // namespace coordbench::clock_sync
