// Prints, as JSON, how many rounds and messages many rumours took, each kind of gossip at several sizes: an array of
// {kernel, ranks, fanout, runs, expected_messages, rounds: {value: times}, messages: {value: times}}.
//
//   gossip-histograms RUNS SEED

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "kernels/pull_gossip.hpp"
#include "kernels/push_gossip.hpp"
#include "kernels/push_pull_gossip.hpp"
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
  Shape shape = shape_of<Gossip>(ranks, 0, {{"fanout", fanout}});
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
          {"expected_messages", Gossip::messages(shape)},
          {"rounds", json_of(rounds)},
          {"messages", json_of(messages)}};
}

nlohmann::json all_histograms(std::int64_t runs, std::uint64_t seed) {
  auto all = nlohmann::json::array();
  for (const int ranks : {4, 8, 16, 64})
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
  fmt::print("{}\n", coordbench::testing::all_histograms(runs, std::strtoull(argv[2], nullptr, 10)).dump());
}
