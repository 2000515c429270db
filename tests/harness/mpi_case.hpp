#pragma once
// One case on all ranks that mpirun gave, as a launch would run it, and what its verdict is.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <optional>

#include "harness/kernel.hpp"
#include "harness/measure/bell.hpp"
#include "harness/measure/case_run.hpp"
#include "harness/measure/verdict.hpp"
#include "harness/world/shared_window.hpp"
#include "tests/support/mpi_world.hpp"

namespace coordbench::testing {

inline constexpr int kRanksPerNode = 2;
inline constexpr std::array kTransports{TransportName::mpi, TransportName::shared_memory, TransportName::hybrid};
inline constexpr Time kSecondNs = 1'000'000'000;

/// All ranks of the world take part, of which `clients` only ask. The parameters are the kernel's defaults.
inline Case case_of(const Kernel& kernel, std::int64_t bytes, Sync sync, int clients = 0) {
  Case planned;
  planned.kernel = &kernel;
  planned.sync = kernel.about.streams ? Sync::none : sync;
  planned.shape = {.ranks = world().size() - clients,
                   .payload_bytes = kernel.about.has_payload ? bytes : 0,
                   .seed = mix(static_cast<std::uint64_t>(bytes)),
                   .parameters = kernel.parameters,
                   .values = {},
                   .ranks_per_node = kRanksPerNode,
                   .clients = clients};
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i) planned.shape.values[i] = kernel.parameters[i].initial;
  // By timers of a millisecond gossip waits longer than it works. A background as fast would leave the cores no time for more.
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i)
    if (kernel.about.group == "gossip" && kernel.parameters[i].name == "period_us") planned.shape.values[i] = 50;
  if (kernel.about.streams) planned.shape.in_flight = 5;
  return planned;
}

inline void set(Case& planned, std::string_view name, std::int64_t value) {
  for (std::size_t i = 0; i < planned.shape.parameters.size(); ++i)
    if (planned.shape.parameters[i].name == name) planned.shape.values[i] = value;
}

/// The memory that neighbours share. As in a launch, one window serves all cases; a case that needs more gets a larger one.
class SharedMemory : public ::testing::Environment {
 public:
  /// The most ranks that share memory.
  int most() { return sharing().most(); }
  /// At least so many bytes of each rank; null for none. Every rank calls it.
  const SharedRegion* with(std::int64_t bytes) {
    if (bytes == 0) return nullptr;
    if (bytes > bytes_) {
      window_.reset();
      window_.emplace(world(), sharing(), bytes_ = bytes);
    }
    return window_->region();
  }
  void TearDown() override {  // before MPI goes
    window_.reset();
    sharing_.reset();
  }

 private:
  const SharingRanks& sharing() { return sharing_ ? *sharing_ : sharing_.emplace(world()); }

  std::optional<SharingRanks> sharing_;
  std::optional<SharedWindow> window_;
  std::int64_t bytes_ = 0;
};
inline auto& shared_memory = dynamic_cast<SharedMemory&>(*::testing::AddGlobalTestEnvironment(new SharedMemory));

/// What became of a case: everybody's report, and the verdict; at rank 0 only.
struct Outcome {
  CaseResult result;
  std::vector<CaseReport> reports;
};

inline void run_kernel_of(CaseRun& run) {
  const auto note = [&](CaseReport::Status status, const char* text) {
    run.report().status = status;
    std::strncpy(run.report().text.data(), text, run.report().text.size() - 1);
  };
  try {
    run.setting().planned->kernel->run(run);
  } catch (const TimedOut& timed_out) {
    note(CaseReport::Status::timed_out, timed_out.what());
  } catch (const Abandoned& abandoned) {
    note(CaseReport::Status::abandoned, abandoned.what());
  } catch (const std::exception& error) {
    note(CaseReport::Status::failed, error.what());
  }
}

/// Every rank calls it.
inline Outcome run_case(const Case& planned, const SharedRegion* shared, std::int64_t operations,
                        Time patience_ns = 300 * kSecondNs) {
  static int cases = 0;
  const World::Group& group = world().group(world().size());
  const Neighbours neighbours(world().rank() / kRanksPerNode * kRanksPerNode, kRanksPerNode);
  std::vector<Reach> reaches;
  for (Rank to = 0; to < world().size(); ++to) reaches.push_back(neighbours.are_apart_from(to) ? Reach::zone : Reach::node);
  CaseRun run({.planned = &planned,
               .kernel_communicator = group.kernel,
               .control_communicator = group.control,
               .tag = cases++ * ControlTree::kTagsOfCase,  // a case that failed still listens on its own
               .rule = {.exact_operations = operations},
               .deadline = now_ns() + patience_ns,
               .oversubscribed = world().size() > 2,
               .neighbours = neighbours,
               .reaches = ReachTable(reaches),
               .shared = shared});
  run_kernel_of(run);
  Outcome outcome;
  outcome.reports.resize(static_cast<std::size_t>(world().size()));
  MPI_Gather(&run.report(), sizeof(CaseReport), MPI_BYTE, outcome.reports.data(), sizeof(CaseReport), MPI_BYTE, 0,
             world().all());
  outcome.result.planned = &planned;
  outcome.result.samples = run.samples();
  outcome.result.block_ends = run.block_ends();
  if (world().is_root()) judge(outcome.result, outcome.reports);
  return outcome;
}

/// Over hybrid kRanksPerNode neighbours share memory, so that with more ranks both ways are taken.
inline Outcome run_over(TransportName transport, Case planned, std::int64_t operations, Time patience_ns = 300 * kSecondNs) {
  planned.transport = transport;
  const int all = shared_memory.most(), sharing = transport == TransportName::hybrid ? std::min(kRanksPerNode, all) : all;
  const std::int64_t bytes =
      transport == TransportName::mpi ? 0 : planned.kernel->shared_bytes(planned.shape, transport, sharing);
  Outcome outcome = run_case(planned, shared_memory.with(bytes), operations, patience_ns);
  outcome.result.planned = nullptr;  // the case is gone
  return outcome;
}

/// "sequencer, 3 ranks and 1 clients, 8 B, hybrid, none, in flight 8, senders=2", for whoever reads of a failure.
inline std::string in_words(const Case& planned, TransportName transport) {
  const Shape& shape = planned.shape;
  std::string words =
      fmt::format("{}, {} ranks and {} clients, {} B, {}, {}, in flight {}", planned.kernel->name, shape.ranks, shape.clients,
                  shape.payload_bytes, name_of(transport), name_of(planned.sync), shape.in_flight);
  for (std::size_t i = 0; i < shape.parameters.size(); ++i)
    if (shape.values[i] != shape.parameters[i].initial)
      words += fmt::format(", {}={}", shape.parameters[i].name, shape.values[i]);
  return words;
}

/// Right answers, and counts, delays and marks to the last one; nothing where the kernel is not made for the transport.
inline void expect_ok_over(TransportName transport, const Case& planned, std::int64_t operations) {
  const Kernel& kernel = *planned.kernel;
  if (kernel.about.only_over && *kernel.about.only_over != transport) return;
  const CaseResult result = run_over(transport, planned, operations).result;
  if (!world().is_root()) return;
  EXPECT_EQ(result.verdict, Verdict::ok) << in_words(planned, transport) << ": " << result.detail;
  EXPECT_EQ(result.samples.operations, operations) << in_words(planned, transport);
  const bool has_every_mark = kernel.family == Family::protocol && kernel.about.count_rule != CountRule::expected;
  EXPECT_TRUE(!has_every_mark || result.coverage == 1) << in_words(planned, transport) << ": " << result.coverage;
}

}  // namespace coordbench::testing
