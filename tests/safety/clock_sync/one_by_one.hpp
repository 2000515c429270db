#pragma once
// Who sends what, and when.

#include "tests/safety/clock_sync/exchanges.hpp"

namespace coordbench::testing::clock_sync {

template <class P>
struct OneByOne {
  static constexpr std::string_view sentence =
      "One by one: each probe that comes is answered at once with the rank's clock; the answer to the open probe, and nothing "
      "else, leads to the next, until all are answered";
  explicit OneByOne(const Schedule& schedule) : probes_(schedule.shape["probes"]), exchanges_(schedule) {}

  bool holds(const Step<P>& step, const auto& world) {
    exchanges_.follow(step, world);
    if (step.cause == Cause::begin) return begins(step);
    if (step.cause == Cause::tick) return sends_again(step);
    if (step.cause != Cause::deliver) return step.sent.empty();
    if (step.from > step.rank) return answers(step, world.clock(step.rank));
    const bool goes_on = exchanges_.is_heard() && step.message->probe < probes_;
    return goes_on ? step.sent.size() == 1 && is_probe(step.sent[0], step.from, step.message->first, step.message->probe + 1, 1)
                   : step.sent.empty();
  }

 private:
  static bool is_probe(const auto& sent, Rank to, Operation operation, std::int64_t probe, int count) {
    return sent.to == to && sent.message.first == operation && sent.message.probe == probe && sent.message.count == count;
  }
  static bool begins(const Step<P>& step) {
    if (static_cast<int>(step.sent.size()) != probed_by<P>(step.rank)) return false;
    for (Rank other = 0; other < probed_by<P>(step.rank); ++other)
      if (!is_probe(step.sent[static_cast<std::size_t>(other)], other, step.operation, 1, 1)) return false;
    return true;
  }
  [[nodiscard]] bool sends_again(const Step<P>& step) const {
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      const std::int64_t open = sent.to < step.rank ? exchanges_.open_probe(step.rank, sent.to) : 0;
      return open > 0 && is_probe(sent, sent.to, exchanges_.begun(step.rank), open, sent.message.count);
    });
  }
  static bool answers(const Step<P>& step, Time now) {
    return step.sent.size() == 1 && step.sent[0].message.stamp == now &&
           is_probe(step.sent[0], step.from, step.message->first, step.message->probe, step.message->count);
  }

  std::int64_t probes_;
  Exchanges<P> exchanges_;
};

}  // namespace coordbench::testing::clock_sync
