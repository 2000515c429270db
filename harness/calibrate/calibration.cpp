#include "harness/calibrate/calibration.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "harness/calibrate/pair_probe.hpp"
#include "harness/calibrate/work_probe.hpp"
#include "harness/loggp/fit.hpp"
#include "harness/machine/deadline.hpp"
#include "harness/machine/remark.hpp"
#include "harness/machine/topology.hpp"
#include "harness/options/units.hpp"
#include "harness/options/usage_error.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/completion.hpp"
#include "harness/world/sleep.hpp"

namespace coordbench {
namespace {

constexpr Time kBudget = 10 * kSecond;     ///< for one pair in one pass; a quiet pair takes three seconds
constexpr Time kDeadline = 120 * kSecond;  ///< a pair that is not done by then hangs
constexpr int kSamplesTag = 3;
constexpr std::int64_t kProbedMost = 16 << 20;
constexpr std::int64_t kProbedAtLeast = 1 << 20;  ///< well beyond where libraries end eager sends, 64 KiB over TCP
constexpr int kWorkTimes = 12;
constexpr int kBlocks = 2, kBlocksAlone = 16;  ///< visits to each size in a pass; in the only one of a launch without cases

/// For each distance the pair of the lowest ranks that far apart, nearest distance first.
std::map<std::int64_t, std::pair<Rank, Rank>> nearest_pairs(std::span<const std::int8_t> distance, std::size_t ranks) {
  std::map<std::int64_t, std::pair<Rank, Rank>> found;
  if (distance.empty()) return found;
  for (std::size_t a = 0; a < ranks; ++a)
    for (std::size_t b = a + 1; b < ranks; ++b)
      found.try_emplace(distance[a * ranks + b], static_cast<Rank>(a), static_cast<Rank>(b));
  return found;
}

std::vector<ExchangeSample> probe(const CalibrationPass& pass, std::size_t index) {
  const CalibrationPairs::Pair& pair = pass.pairs[index];
  return probe_pair({.exchanges = pair.group.kernel,
                     .control = pair.group.control,
                     .bytes = pass.bytes,
                     .seed = pass.seed,
                     .pass = pass.number,
                     .blocks = kSimulated   ? 1
                               : pass.alone ? kBlocksAlone
                                            : kBlocks,
                     .budget_ns = kBudget,
                     .deadline = now_ns() + kDeadline,
                     .clock = pass.clock,
                     .yields = pass.yields});
}

/// Sends their number first. If there are none, it sends the length of the reason.
struct Announced {
  std::int64_t samples = 0, refusal = 0;
};

void receive(const World& world, void* data, std::size_t bytes, Rank from) {
  MPI_Request request;
  MPI_Irecv(data, static_cast<int>(bytes), MPI_BYTE, from, kSamplesTag, world.control(), &request);
  if (sleep_until_done(request, now_ns() + kDeadline + kSecond)) return;
  abandon(request);
  throw TimedOut("waiting for the samples of ranks that calibrate");
}

/// The samples, or why there are none.
std::pair<std::vector<ExchangeSample>, std::string> outcome(const CalibrationPass& pass, std::size_t index) {
  try {
    return {probe(pass, index), ""};
  } catch (const std::exception& error) {
    return {{}, in_words(error)};
  }
}

void send_outcome(const World& world, const std::vector<ExchangeSample>& samples, const std::string& refusal) {
  const Announced announced{static_cast<std::int64_t>(samples.size()), static_cast<std::int64_t>(refusal.size())};
  const auto send = [&](const void* data, std::size_t bytes) {
    MPI_Send(data, static_cast<int>(bytes), MPI_BYTE, 0, kSamplesTag, world.control());
  };
  send(&announced, sizeof announced);
  send(samples.data(), samples.size() * sizeof(ExchangeSample));
  send(refusal.data(), refusal.size());
}

std::pair<std::vector<ExchangeSample>, std::string> receive_outcome(const World& world, Rank from) {
  Announced announced;
  receive(world, &announced, sizeof announced, from);
  std::vector<ExchangeSample> samples(static_cast<std::size_t>(announced.samples));
  std::string refusal(static_cast<std::size_t>(announced.refusal), '\0');
  receive(world, samples.data(), samples.size() * sizeof(ExchangeSample), from);
  receive(world, refusal.data(), refusal.size(), from);
  return {std::move(samples), std::move(refusal)};
}

void direct_pair(const CalibrationPass& pass, std::size_t index, LevelModel& model) {
  const CalibrationPairs::Pair& pair = pass.pairs[index];
  const auto [samples, refusal] = pair.client == 0 ? outcome(pass, index) : receive_outcome(pass.world, pair.client);
  const std::string also = receive_outcome(pass.world, pair.server).second;
  model.level = kDistanceNames[static_cast<std::size_t>(pair.distance)];
  model.client = pair.client;
  model.server = pair.server;
  model.samples.insert(model.samples.end(), samples.begin(), samples.end());
  model.broken = !refusal.empty() || !also.empty();
  model.refused = refusal + (refusal.empty() || also.empty() ? "" : "; and rank " + std::to_string(pair.server) + ": ") + also;
}

}  // namespace

CalibrationPairs::CalibrationPairs(const World& world, std::span<const std::int8_t> distance, bool wanted) {
  if (!wanted) return;
  const auto found = nearest_pairs(distance, static_cast<std::size_t>(world.size()));
  const std::int64_t count = world.from_root(static_cast<std::int64_t>(found.size()));
  auto next = found.begin();
  for (std::int64_t i = 0; i < count; ++i) {
    Pair pair{};
    if (world.is_root()) pair = {next->first, next->second.first, next->second.second, {}}, ++next;
    pair.distance = world.from_root(pair.distance);
    pair.client = static_cast<Rank>(world.from_root(pair.client));
    pair.server = static_cast<Rank>(world.from_root(pair.server));
    const bool inside = world.rank() == pair.client || world.rank() == pair.server;
    MPI_Comm_split(world.all(), inside ? 0 : MPI_UNDEFINED, world.rank(), &pair.group.kernel);
    if (inside) MPI_Comm_dup(pair.group.kernel, &pair.group.control);
    pairs_.push_back(pair);
  }
}

CalibrationPairs::~CalibrationPairs() {
  for (Pair& pair : pairs_) {
    if (pair.group.kernel == MPI_COMM_NULL) continue;
    MPI_Comm_free(&pair.group.kernel);
    MPI_Comm_free(&pair.group.control);
  }
}

std::vector<std::int64_t> probed_sizes(const Options& options) {
  const auto [smallest, largest] = std::minmax_element(options.payload_bytes.begin(), options.payload_bytes.end());
  const bool alone = options.command == Command::calibrate;
  const std::int64_t first = alone ? std::max<std::int64_t>(*smallest, 1) : 1;
  const std::int64_t last = alone ? *largest : std::clamp<std::int64_t>(*largest, kProbedAtLeast, kProbedMost);
  if (alone && last > kProbedMost)
    throw UsageError("--bytes", format_bytes(last), "messages of up to 16MiB: larger ones go on as these do");
  std::vector<std::int64_t> bytes{kAnswerBytes};
  for (std::int64_t power = 2; power <= last; power *= 2) {
    if (power >= first) bytes.push_back(power);
    if (const std::int64_t half_way = power + power / 2; first <= half_way && half_way <= last) bytes.push_back(half_way);
  }
  return bytes;
}

void probe_as_member(const CalibrationPass& pass, std::size_t index) {
  const auto [samples, refusal] = outcome(pass, index);
  send_outcome(pass.world, samples, refusal);
}

void calibrate(const CalibrationPass& pass, LogGp& loggp, const std::function<void(Rank, std::size_t)>& call) {
  const auto works = probe_work(pass.bytes, pass.seed, pass.number, kWorkTimes);
  loggp.works.insert(loggp.works.end(), works.begin(), works.end());
  loggp.levels.resize(pass.pairs.size());
  for (std::size_t i = 0; i < pass.pairs.size(); ++i) {
    if (loggp.levels[i].broken) continue;
    call(pass.pairs[i].client, i);
    call(pass.pairs[i].server, i);
    direct_pair(pass, i, loggp.levels[i]);
    fit(loggp.levels[i], pass.timer_ns);
  }
}

}  // namespace coordbench
