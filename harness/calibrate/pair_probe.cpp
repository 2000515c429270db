#include "harness/calibrate/pair_probe.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/calibrate/probe_buffers.hpp"
#include "harness/loggp/fit.hpp"
#include "harness/machine/clock.hpp"
#include "harness/machine/simulator.hpp"
#include "harness/measure/bell.hpp"
#include "harness/measure/control_tree.hpp"
#include "harness/measure/start_line.hpp"
#include "harness/pattern.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/endpoint.hpp"

namespace coordbench {
namespace {

constexpr int kTag = 1, kControlTag = 2, kBellTag = kControlTag + ControlTree::kTags;
constexpr std::int32_t kMessages = ProbeBuffers::kBuffers;  ///< of a burst
constexpr int kVisitExchanges = kSimulated ? 1 : 12;        ///< of each kind, at a visit to a size; simulated time has no noise
constexpr int kSearchExchanges = kSimulated ? 1 : 3;
constexpr Rank kClient = 0, kServer = 1;

/// Spins without calling MPI, as computation would.
Time wait_here(Time ns) {
  const Time begin = now_ns();
  if constexpr (kSimulated) {
    simulator::sleep(ns);
    return now_ns() - begin;
  }
  Time now = begin;
  while (now - begin < ns) now = now_ns();
  return now - begin;
}

class PairProbe {
 public:
  explicit PairProbe(const PairSetting& setting)
      : setting_(setting),
        bell_(setting.control, kBellTag, !kSimulated),
        tree_(setting.control, kControlTag, {setting.deadline, &bell_}),
        line_(tree_, Sync::round_time, setting.clock, setting.yields),
        endpoint_(setting.exchanges, kTag, kMessages, {setting.deadline, &bell_}),
        is_client_(endpoint_.rank() == kClient) {}

  std::vector<ExchangeSample> probe() {
    try {
      return exchange_all();
    } catch (const std::exception& error) {
      bell_.ring_for(error);
      throw;
    }
  }

 private:
  std::vector<ExchangeSample> exchange_all() {
    const Time begin = now_ns();
    for (int block = 0; block < setting_.blocks && agree(block == 0 || now_ns() - begin < setting_.budget_ns); ++block)
      for (const std::int64_t bytes : shuffled(block)) visit(bytes);
    search_held();
    hand_over();
    return is_client_ ? samples_ : std::vector<ExchangeSample>();
  }

  /// What the client says.
  std::int64_t agree(std::int64_t value) {
    if (!is_client_) return tree_.await_word().value;
    tree_.say({Cue::run_block, value});
    return value;
  }

  [[nodiscard]] std::vector<std::int64_t> shuffled(int block) const {
    std::vector<std::int64_t> bytes = setting_.bytes;
    const std::uint64_t seed = mix(setting_.seed ^ static_cast<std::uint64_t>(block));
    for (std::size_t i = bytes.size(); i > 1; --i) std::swap(bytes[i - 1], bytes[mix(seed ^ mix(i)) % i]);
    return bytes;
  }

  /// The delay is the usual time of one round trip, once for each message of a burst. It is long enough for the whole burst to
  /// arrive, so the receiver never becomes the bottleneck.
  Time agree_on_delay(std::int64_t bytes, int exchanges) {
    outgoing_ = ProbeBuffers(bytes);
    incoming_ = ProbeBuffers(bytes);
    std::vector<Time> round_trips;
    for (int i = 0; i < exchanges; ++i) round_trips.push_back(exchange(Exchange::round_trip, bytes, 1, 0));
    const auto middle = round_trips.begin() + exchanges / 2;
    std::nth_element(round_trips.begin(), middle, round_trips.end());
    return agree(kMessages * *middle);
  }
  void visit(std::int64_t bytes) {
    const Time delay_ns = agree_on_delay(bytes, kVisitExchanges);
    for (int i = 0; i < kVisitExchanges; ++i) exchange(Exchange::burst, bytes, kMessages, 0);
    for (int i = 0; i < kVisitExchanges; ++i) exchange(Exchange::spaced, bytes, kMessages, delay_ns);
    for (int i = 0; i < kVisitExchanges; ++i) exchange(Exchange::late_receive, bytes, kMessages, delay_ns);
  }

  /// Halves the gap between the largest size whose sends did not wait and the smallest whose sends did.
  void search_held() {
    std::int64_t held = is_client_ ? first_held_bytes(samples_) : 0, free = 0;
    for (const std::int64_t bytes : setting_.bytes)
      if (bytes < held) free = bytes;
    while (const std::int64_t bytes = agree(held - free > 1 ? free + (held - free) / 2 : 0)) {
      const Time delay_ns = agree_on_delay(bytes, kSearchExchanges);
      for (int i = 0; i < kSearchExchanges; ++i) exchange(Exchange::late_receive, bytes, kMessages, delay_ns);
      if (!is_client_) continue;
      const std::int64_t first = first_held_bytes(samples_);
      (first >= 0 && first <= bytes ? held : free) = bytes;
    }
  }

  /// One exchange, its buffers before and after it outside the clock. Returns this rank's time in it.
  Time exchange(Exchange kind, std::int64_t bytes, std::int32_t messages, Time delay_ns) {
    const std::uint64_t number = exchanges_++;
    outgoing_.rotate();
    incoming_.rotate();
    for (std::int32_t i = 0; i < messages; ++i)
      is_client_ ? pattern(number, i).fill(outgoing_.at(i)) : spoil(incoming_.at(i), pattern(number, i));
    if (is_client_) incoming_.at(0)[0] = ~outgoing_.at(0)[0];
    line_.line_up();
    const Time took_ns = is_client_ ? ask(kind, bytes, messages, delay_ns) : answer(kind, bytes, messages, delay_ns);
    bool arrived = !is_client_ || incoming_.at(0)[0] == outgoing_.at(0)[0];
    for (std::int32_t i = 0; i < messages && !is_client_; ++i) arrived &= pattern(number, i).matches(incoming_.at(i));
    if (!arrived) throw std::runtime_error("calibration: a message did not arrive as it was sent");
    return took_ns;
  }

  Time ask(Exchange kind, std::int64_t bytes, std::int32_t messages, Time delay_ns) {
    const Time begin = now_ns();
    Time in_calls_ns = 0, held_ns = 0;
    if (kind == Exchange::round_trip) {
      endpoint_.send(kServer, outgoing_.at(0));
    } else if (kind == Exchange::spaced) {
      for (std::int32_t i = 0; i < messages; ++i) {
        const Time before = now_ns();
        endpoint_.post_send(kServer, outgoing_.at(i));
        in_calls_ns += now_ns() - before;
        wait_here(delay_ns);
      }
    } else {
      for (std::int32_t i = 0; i < messages; ++i) endpoint_.post_send(kServer, outgoing_.at(i));
    }
    if (kind == Exchange::late_receive) {
      endpoint_.wait_oldest();
      held_ns = now_ns() - begin;
    }
    endpoint_.wait_all();
    endpoint_.receive(kServer, incoming_.at(0).first(kAnswerBytes));
    const Time took_ns = now_ns() - begin;
    if (kind == Exchange::late_receive)
      keep(Exchange::held_send, bytes, 1, held_ns, delay_ns);
    else
      keep(kind, bytes, messages, kind == Exchange::spaced ? in_calls_ns : took_ns, delay_ns);
    return took_ns;
  }

  Time answer(Exchange kind, std::int64_t bytes, std::int32_t messages, Time delay_ns) {
    const Time begin = now_ns();
    if (kind == Exchange::round_trip) {
      endpoint_.receive(kClient, incoming_.at(0));
    } else if (kind == Exchange::late_receive) {
      wait_here(delay_ns);
      const Time before = now_ns();
      for (std::int32_t i = 0; i < messages; ++i) endpoint_.receive(kClient, incoming_.at(i));
      keep(kind, bytes, messages, now_ns() - before, delay_ns);
    } else {
      for (std::int32_t i = 0; i < messages; ++i) endpoint_.post_receive(kClient, incoming_.at(i));
      endpoint_.wait_all();
    }
    endpoint_.send(kClient, incoming_.at(0).first(kAnswerBytes));
    return now_ns() - begin;
  }

  void keep(Exchange kind, std::int64_t bytes, std::int32_t messages, Time time_ns, Time waited_ns) {
    samples_.push_back({kind, messages, setting_.pass, bytes, time_ns, waited_ns});
  }

  /// Sends the server's samples to the client.
  void hand_over() {
    const auto count = static_cast<std::int64_t>(samples_.size());
    if (!is_client_) {
      tree_.send_to_root(&count, sizeof count);
      tree_.send_to_root(samples_.data(), samples_.size() * sizeof(ExchangeSample));
      return;
    }
    std::int64_t theirs = 0;
    tree_.receive_from(kServer, &theirs, sizeof theirs);
    samples_.resize(static_cast<std::size_t>(count + theirs));
    tree_.receive_from(kServer, samples_.data() + count, static_cast<std::size_t>(theirs) * sizeof(ExchangeSample));
  }

  [[nodiscard]] Pattern pattern(std::uint64_t number, std::int32_t message) const {
    return Pattern::of(setting_.seed, static_cast<std::int64_t>(number), message);
  }
  /// Old contents could be right by chance, so a few spots are overwritten. Overwriting all would fill the cache.
  static void spoil(std::span<std::byte> buffer, Pattern right) {
    Pattern{~right.base, right.stride}.fill(buffer, Effort::sampled);
  }

  PairSetting setting_;
  Bell bell_;
  ControlTree tree_;
  StartLine line_;
  Endpoint endpoint_;
  bool is_client_;
  ProbeBuffers outgoing_{0}, incoming_{0};
  std::vector<ExchangeSample> samples_;
  std::uint64_t exchanges_ = 0;
};

}  // namespace

std::vector<ExchangeSample> probe_pair(const PairSetting& setting) { return PairProbe(setting).probe(); }

}  // namespace coordbench
