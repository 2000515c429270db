// Every kernel of the build, on the ranks that mpirun gave: right answers on every rank, and the closed form to the message.

#include <set>
#include <vector>

#include "tests/harness/mpi_case.hpp"

namespace coordbench::testing::every_kernel_mpi_test {
namespace {

constexpr std::int64_t kOperations = 6;

/// On more ranks than cores a case takes ten times as long. What depends on a payload's size has been seen on fewer ranks.
bool has_few_ranks() { return world().size() <= 3; }

/// No kernel changes when the transport does: the same answers, counts and delays over each.
void expect_ok(const Case& planned) {
  for (const TransportName transport : kTransports) expect_ok_over(transport, planned, kOperations);
}
void expect_ok_if_fit(const Case& planned) {
  if (planned.kernel->unfit(planned.shape).empty()) expect_ok(planned);
}

bool has(const Kernel& kernel, std::string_view name) {
  return std::any_of(kernel.parameters.begin(), kernel.parameters.end(),
                     [&](const Parameter& parameter) { return parameter.name == name; });
}

TEST(EveryKernel, IsRightAndOnFormulaAtEverySize) {
  const std::vector<std::int64_t> sizes =
      has_few_ranks() ? std::vector<std::int64_t>{0, 1, 8, 4040, 4097, 65536} : std::vector<std::int64_t>{8, 65536};
  for (const Kernel& kernel : all_kernels())
    for (const std::int64_t bytes : sizes) expect_ok_if_fit(case_of(kernel, bytes, Sync::round_time));
}

TEST(EveryKernel, IsRightAndOnFormulaBehindEveryStartLine) {
  for (const Kernel& kernel : all_kernels())
    for (const Sync sync : {Sync::round_time, Sync::barrier, Sync::none}) expect_ok_if_fit(case_of(kernel, 64, sync));
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
  if (!has_few_ranks()) return;
  for (const Kernel& kernel : all_kernels())
    if (kernel.family == Family::collective && kernel.about.has_payload)
      for (const TransportName transport : {TransportName::mpi, TransportName::shared_memory})  // long, and hybrid is of these
        expect_ok_over(transport, case_of(kernel, 4 << 20, Sync::round_time), kOperations);
}

TEST(EveryKernel, ProtocolsCarryAMebibyteAndWindows) {
  for (const Kernel& kernel : all_kernels()) {
    if (kernel.family != Family::protocol) continue;
    if (has_few_ranks()) expect_ok_if_fit(case_of(kernel, 1 << 20, Sync::round_time));
    for (const int in_flight : {2, 7, 64}) {
      Case planned = case_of(kernel, 8, Sync::none);
      planned.shape.in_flight = in_flight;
      expect_ok_if_fit(planned);
    }
  }
}

TEST(EveryKernel, CountsHoldWithEveryAuthenticationThatItBears) {
  for (const Kernel& kernel : all_kernels())
    for (const Authentication authentication : kernel.authentications)
      for (const auto& [bytes, in_flight] : {std::pair{0, 1}, {8, 1}, {4097, 1}, {8, 7}}) {
        Case planned = case_of(kernel, bytes, in_flight > 1 ? Sync::none : Sync::round_time);
        planned.shape.in_flight = in_flight;
        planned.shape.authentication = authentication;
        expect_ok_if_fit(planned);
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
        expect_ok_if_fit(planned);
      }
  }
}

}  // namespace
}  // namespace coordbench::testing::every_kernel_mpi_test
