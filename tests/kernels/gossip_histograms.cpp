// Prints, as JSON, what many rumours took, at several sizes:
//   lockstep  each kind of gossip: {kernel, ranks, fanout, runs, expected_messages, rounds, messages}
//   receipt   push_gossip: {ranks, fanout, expected_messages, distribution: [k], informed, messages}
//   timer     push_gossip, fan-out 1, a period of 20 delays: {ranks, messages} until the last rank was informed
//   anti_entropy  anti_entropy, calls at common instants: {ranks, expected_messages, rounds, messages}
// where rounds, messages and informed are {value: times}.
//
//   gossip-histograms RUNS SEED

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "kernels/anti_entropy.hpp"
#include "kernels/pull_gossip.hpp"
#include "kernels/push_gossip.hpp"
#include "kernels/push_pull_gossip.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/round_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {
namespace {

using Histogram = std::map<std::int64_t, std::int64_t>;

nlohmann::json json_of(const Histogram& histogram) {
  auto json = nlohmann::json::object();
  for (const auto& [value, times] : histogram) json[std::to_string(value)] = times;
  return json;
}

template <class Gossip>
nlohmann::json histograms(std::string_view kernel, int ranks, std::int64_t fanout, std::int64_t runs, std::uint64_t seed) {
  Shape shape = shape_of<Gossip>(ranks, 0, {{"fanout", fanout}, {"pace", gossip::lockstep}});
  shape.seed = seed;
  RoundWorld<Gossip> world(shape, runs);
  Histogram rounds, messages;
  for (Operation k = 0; k < runs; ++k) {
    const auto spread = world.spread(k);
    ++rounds[spread.rounds];
    ++messages[spread.messages];
  }
  return {{"kernel", kernel},
          {"ranks", ranks},
          {"fanout", fanout},
          {"runs", runs},
          {"expected_messages", cost_of<Gossip>(shape, {.count = 1}).messages.least},
          {"rounds", json_of(rounds)},
          {"messages", json_of(messages)}};
}

/// Counts the messages of one rumour that have arrived.
struct Arrivals {
  static constexpr bool watches = true;
  void saw(const auto& step, const auto& /*world*/) {
    if (step.cause == Cause::deliver && step.message->first == operation) ++count;
  }
  Operation operation = -1;
  std::int64_t count = 0;
};
using World = Cluster<PushGossip, Arrivals>;

std::int64_t informed_of(const World& world, Operation operation) {
  std::int64_t informed = 0;
  for (Rank rank = 0; rank < world.size(); ++rank) informed += world.machine(rank).answer(operation).outcome;
  return informed;
}

/// Everybody who hears calls once: how far that goes.
nlohmann::json reached_on_receipt(int ranks, std::int64_t fanout, std::int64_t runs, std::uint64_t seed) {
  Shape shape = shape_of<PushGossip>(ranks, 0, {{"fanout", fanout}, {"pace", gossip::receipt}});
  shape.seed = seed;
  World world(shape, {}, runs);
  Histogram informed, messages;
  for (Operation k = 0; k < runs; ++k) {
    world.observer() = {.operation = k};
    world.propose(k);
    world.run();
    ++informed[informed_of(world, k)];
    ++messages[world.observer().count];
  }
  return {{"ranks", ranks},
          {"fanout", fanout},
          {"expected_messages", cost_of<PushGossip>(shape, {.count = 1}).messages.least},
          {"distribution", gossip::Reach(ranks, static_cast<int>(fanout)).distribution()},
          {"informed", json_of(informed)},
          {"messages", json_of(messages)}};
}

nlohmann::json messages_by_timers(int ranks, std::int64_t runs, std::uint64_t seed) {
  Shape shape = shape_of<PushGossip>(ranks, 0, {{"period_us", 1}, {"ttl", 4096}});
  shape.seed = seed;
  World world(shape, {.delay_least_ns = 50}, runs);
  Histogram messages;
  for (Operation k = 0; k < runs; ++k) {
    world.observer() = {.operation = k};
    world.propose(k);
    while (!world.has_ended(k) && world.step()) continue;
    ++messages[world.observer().count];
  }
  return {{"ranks", ranks}, {"messages", json_of(messages)}};
}

/// When the last rank was informed.
struct LastInformed {
  static constexpr bool watches = true;
  void saw(const auto& step, const auto& /*world*/) {
    if (!step.reached.empty()) at = step.at;
  }
  Time at = 0;
};

/// All ranks call at the same instants, a period apart, and an exchange is over long before the next: a round is a period.
nlohmann::json rounds_of_anti_entropy(int ranks, std::int64_t runs, std::uint64_t seed) {
  constexpr Time kPeriod = 1000;  // ns
  Shape shape = shape_of<AntiEntropy>(ranks, 0, {{"period_us", kPeriod / 1000}, {"phase", AntiEntropy::phase_common}});
  shape.seed = seed;
  Cluster<AntiEntropy, LastInformed> world(shape, {}, runs);
  Histogram rounds, messages;
  for (Operation k = 0; k < runs; ++k) {
    const std::int64_t sent = world.traffic().messages_sent;
    const Time begun = world.now();
    world.begin_everywhere(k);
    world.run();
    ++rounds[(world.observer().at - begun) / kPeriod + 1];
    ++messages[world.traffic().messages_sent - sent];
  }
  return {{"ranks", ranks},
          {"expected_messages", AntiEntropy::cost(shape, {.count = 1}).messages.least},
          {"rounds", json_of(rounds)},
          {"messages", json_of(messages)}};
}

nlohmann::json of_other_paces(std::int64_t runs, std::uint64_t seed) {
  auto receipt = nlohmann::json::array(), timer = receipt, anti_entropy = receipt;
  for (const int ranks : {4, 16, 64}) {
    for (const std::int64_t fanout : {1, 2})
      if (fanout < ranks) receipt.push_back(reached_on_receipt(ranks, fanout, runs, seed));
    timer.push_back(messages_by_timers(ranks, runs / 4, seed));
    anti_entropy.push_back(rounds_of_anti_entropy(ranks, runs / 4, seed));
  }
  return {{"receipt", receipt}, {"timer", timer}, {"anti_entropy", anti_entropy}};
}

nlohmann::json all_histograms(std::int64_t runs, std::uint64_t seed) {
  auto all = nlohmann::json::array();
  for (const int ranks : {4, 8, 16, 32})
    for (const std::int64_t fanout : {1, 2}) {
      all.push_back(histograms<PushGossip>("push_gossip", ranks, fanout, runs, seed));
      all.push_back(histograms<PullGossip>("pull_gossip", ranks, fanout, runs, seed));
      all.push_back(histograms<PushPullGossip>("push_pull_gossip", ranks, fanout, runs, seed));
    }
  return all;
}

}  // namespace
}  // namespace coordbench::testing

int main(int argc, char** argv) {
  const std::int64_t runs = argc == 3 ? std::atoll(argv[1]) : 0;
  if (runs <= 0) {
    fmt::print(stderr, "gossip-histograms: {} arguments were given, but two numbers are needed: gossip-histograms RUNS SEED\n",
               argc - 1);
    return 2;
  }
  const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
  nlohmann::json all = coordbench::testing::of_other_paces(runs, seed);
  all["lockstep"] = coordbench::testing::all_histograms(runs, seed);
  fmt::print("{}\n", all.dump());
}
