#include "tests/safety/soak.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace coordbench::testing {
namespace {

/// What the jobs share: the seeds that nobody has taken yet, and the lowest that failed.
struct Seeds {
  static constexpr std::uint64_t kPortion = 64;
  std::uint64_t end;
  std::atomic<std::uint64_t> next;
  std::atomic<std::uint64_t> failing{UINT64_MAX};

  void fail(std::uint64_t seed) {
    std::uint64_t lowest = failing.load();
    while (seed < lowest && !failing.compare_exchange_weak(lowest, seed)) continue;
  }
};

/// Whether the protocol says that operations end once everything has healed.
bool promises_an_end(const Subject& subject) {
  return std::ranges::any_of(subject.sentences, [](std::string_view sentence) {
    return sentence.starts_with("Termination") || sentence.starts_with("Liveness");
  });
}

void count_end(const Subject& subject, const Schedule& schedule, const Outcome& outcome, Soaked& sum) {
  if (outcome.happened.is_nothing() || schedule.faults.heals_at_ns == kNever || !promises_an_end(subject)) return;
  ++sum.healed;
  if (!outcome.violated.empty()) return;
  const Time to_end_ns = std::max<Time>(0, outcome.at_ns - schedule.faults.heals_at_ns);
  ++sum.ended;
  sum.to_end_ns += to_end_ns;
  sum.to_end_most_ns = std::max(sum.to_end_most_ns, to_end_ns);
}

void run_one(const Subject& subject, std::uint64_t seed, Seeds& seeds, Soaked& sum) {
  const Schedule schedule = subject.draw(seed);
  const Outcome outcome = subject.run(schedule, false);
  ++sum.schedules;
  sum.redrawn += schedule.redrawn;
  sum.events += outcome.events;
  sum.messages += outcome.messages;
  sum.happened += outcome.happened;
  sum.refused = sum.refused + outcome.refused;
  sum.betrayed += outcome.happened.betrayed() > 0 ? 1 : 0;
  count_end(subject, schedule, outcome, sum);
  if (!outcome.violated.empty()) seeds.fail(seed);
}

void work(const Subject& subject, Seeds& seeds, Soaked& sum) {
  for (;;) {
    const std::uint64_t first = seeds.next.fetch_add(Seeds::kPortion);
    const std::uint64_t end = std::min(first + Seeds::kPortion, seeds.end);
    for (std::uint64_t seed = first; seed < end && seed < seeds.failing; ++seed) run_one(subject, seed, seeds, sum);
    if (end >= seeds.end || seeds.failing != UINT64_MAX) return;
  }
}

}  // namespace

Soaked soak(const Subject& subject, std::uint64_t first, std::uint64_t count, int jobs) {
  Seeds seeds{.end = first + count, .next = first};
  std::vector<Soaked> sums(static_cast<std::size_t>(jobs));
  {
    std::vector<std::jthread> threads;
    for (Soaked& sum : sums) threads.emplace_back([&] { work(subject, seeds, sum); });
  }
  Soaked all;
  for (const Soaked& sum : sums) {
    all.schedules += sum.schedules;
    all.events += sum.events;
    all.messages += sum.messages;
    all.redrawn += sum.redrawn;
    all.happened += sum.happened;
    all.refused = all.refused + sum.refused;
    all.betrayed += sum.betrayed;
    all.healed += sum.healed, all.ended += sum.ended, all.to_end_ns += sum.to_end_ns;
    all.to_end_most_ns = std::max(all.to_end_most_ns, sum.to_end_most_ns);
  }
  if (seeds.failing != UINT64_MAX) all.failing_seed = seeds.failing;
  return all;
}

}  // namespace coordbench::testing
