// Every kernel of the build, on the ranks that mpirun gave: right answers on every rank, and the closed form to the message.

#include <gtest/gtest.h>

#include <set>

#include "harness/kernel.hpp"
#include "harness/launch/shared_window.hpp"
#include "harness/measure/case_run.hpp"
#include "harness/measure/verdict.hpp"
#include "tests/support/mpi_world.hpp"

namespace coordbench::testing {
namespace {

constexpr std::int64_t kOperations = 6;
constexpr int kRanksPerNode = 2;

Case case_of(const Kernel& kernel, std::int64_t bytes, Sync sync) {
  Case planned;
  planned.kernel = &kernel;
  planned.sync = kernel.about.streams ? Sync::none : sync;
  planned.shape = {.ranks = world().size(),
                   .payload_bytes = kernel.about.has_payload ? bytes : 0,
                   .seed = mix(static_cast<std::uint64_t>(bytes)),
                   .parameters = kernel.parameters,
                   .values = {},
                   .ranks_per_node = kRanksPerNode};
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i) planned.shape.values[i] = kernel.parameters[i].initial;
  if (kernel.about.streams) planned.shape.in_flight = 5;
  return planned;
}

/// Runs the case on every rank; rank 0 has everybody's report.
CaseResult run_case(const Case& planned, const SharedRegion* shared) {
  static int cases = 0;
  const World::Group& group = world().group(world().size());
  CaseRun run({.planned = &planned,
               .kernel_communicator = group.kernel,
               .control_communicator = group.control,
               .tag = (cases++ % 500) * (ControlTree::kTags + 2),
               .rule = {.exact_operations = kOperations},
               .deadline = now_ns() + 300'000'000'000,
               .oversubscribed = world().size() > 2,
               .neighbours = {world().rank() / kRanksPerNode * kRanksPerNode, kRanksPerNode},
               .shared = shared});
  planned.kernel->run(run);
  std::vector<CaseReport> reports(static_cast<std::size_t>(world().size()));
  MPI_Gather(&run.report(), sizeof(CaseReport), MPI_BYTE, reports.data(), sizeof(CaseReport), MPI_BYTE, 0, world().all());
  CaseResult result;
  result.planned = &planned;
  result.samples = run.samples();
  result.block_ends = run.block_ends();
  if (world().is_root()) judge(result, reports);
  return result;
}

/// Over hybrid kRanksPerNode neighbours share memory, so that with more ranks both ways are taken.
void expect_ok_over(Transport transport, Case planned) {
  if (const auto only = planned.kernel->about.only_over; only && *only != transport) return;
  planned.transport = transport;
  const SharingRanks all(world());
  const int sharing = transport == Transport::hybrid ? std::min(kRanksPerNode, all.most()) : all.most();
  const SharedWindow window(world(), all,
                            transport == Transport::mpi ? 0 : planned.kernel->shared_bytes(planned.shape, transport, sharing));
  const CaseResult result = run_case(planned, window.region());
  if (!world().is_root()) return;
  EXPECT_EQ(result.verdict, Verdict::ok) << planned.kernel->name << ", " << planned.shape.payload_bytes << " B, "
                                         << name_of(transport) << ", " << name_of(planned.sync) << ": " << result.detail;
  EXPECT_EQ(result.samples.operations, kOperations);
}
/// No kernel changes when the transport does: the same answers, counts and delays over each.
void expect_ok(const Case& planned) {
  for (const Transport transport : {Transport::mpi, Transport::shared_memory, Transport::hybrid})
    expect_ok_over(transport, planned);
}

void set(Case& planned, std::string_view name, std::int64_t value) {
  for (std::size_t i = 0; i < planned.shape.parameters.size(); ++i)
    if (planned.shape.parameters[i].name == name) planned.shape.values[i] = value;
}

bool has(const Kernel& kernel, std::string_view name) {
  return std::any_of(kernel.parameters.begin(), kernel.parameters.end(),
                     [&](const Parameter& parameter) { return parameter.name == name; });
}

TEST(EveryKernel, IsRightAndOnFormulaAtEverySize) {
  for (const Kernel& kernel : all_kernels())
    for (const std::int64_t bytes : {0, 1, 8, 4040, 4097, 65536}) expect_ok(case_of(kernel, bytes, Sync::round_time));
}

TEST(EveryKernel, IsRightAndOnFormulaBehindEveryStartLine) {
  for (const Kernel& kernel : all_kernels())
    for (const Sync sync : {Sync::round_time, Sync::barrier, Sync::none}) expect_ok(case_of(kernel, 64, sync));
}

TEST(EveryKernel, IsRightAtEveryRoot) {
  for (const Kernel& kernel : all_kernels()) {
    if (!has(kernel, "root")) continue;
    for (const Rank root : std::set<Rank>{0, world().size() / 2, world().size() - 1}) {
      Case planned = case_of(kernel, 1000, Sync::round_time);
      set(planned, "root", root);
      expect_ok(planned);
    }
  }
}

TEST(EveryKernel, CarriesFourMebibytes) {
  for (const Kernel& kernel : all_kernels())
    if (kernel.family == Family::collective && kernel.about.has_payload)
      for (const Transport transport : {Transport::mpi, Transport::shared_memory})  // long, and hybrid is of these
        expect_ok_over(transport, case_of(kernel, 4 << 20, Sync::round_time));
}

TEST(EveryKernel, ProtocolsCarryAMebibyteAndWindows) {
  for (const Kernel& kernel : all_kernels()) {
    if (kernel.family != Family::protocol) continue;
    expect_ok(case_of(kernel, 1 << 20, Sync::round_time));
    for (const int in_flight : {2, 7, 64}) {
      Case planned = case_of(kernel, 8, Sync::none);
      planned.shape.in_flight = in_flight;
      if (kernel.unfit(planned.shape).empty()) expect_ok(planned);
    }
  }
}

TEST(EveryKernel, CommitCountsHoldInEveryVariant) {
  for (const Kernel& kernel : all_kernels()) {
    if (kernel.name != "two_phase_commit") continue;
    for (std::int64_t variant = 0; variant < 3; ++variant)
      for (const auto& [read_only, no_votes] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
        Case planned = case_of(kernel, 8, Sync::round_time);
        set(planned, "variant", variant);
        set(planned, "read_only", read_only);
        set(planned, "no_votes", no_votes);
        if (kernel.unfit(planned.shape).empty()) expect_ok(planned);
      }
  }
}

}  // namespace
}  // namespace coordbench::testing
