// Every protocol of the build with as many proposers as it can have, servers or clients, on the ranks that mpirun gave: right
// answers, and counts, delays and marks to the last one, whoever asks and however many operations are open.

#include <set>

#include "tests/harness/mpi_case.hpp"

namespace coordbench::testing::every_proposer_mpi_test {
namespace {

constexpr std::int64_t kAlone = 6,
                       kStreamed = 24;  ///< operations, in blocks of 4, 2 and of 4, 4, 8, 8: fewer than proposers, and more

std::vector<const Kernel*> protocols() {
  std::vector<const Kernel*> protocols;
  for (const Kernel& kernel : all_kernels())
    if (kernel.family == Family::protocol) protocols.push_back(&kernel);
  return protocols;
}

/// The parameter that says how many servers propose, found by what it does; null where nobody but the kernel says it.
const Parameter* proposers_parameter(const Kernel& kernel) {
  if (kernel.proposers == nullptr) return nullptr;
  Case planned = case_of(kernel, 8, Sync::none);
  planned.shape.ranks = 8;
  for (const Parameter& parameter : kernel.parameters) {
    const auto proposers_at = [&](std::int64_t value) {
      Case with = planned;
      set(with, parameter.name, value);
      return kernel.proposers(with.shape);
    };
    if (parameter.highest >= 3 && proposers_at(2) == 2 && proposers_at(3) == 3) return &parameter;
  }
  return nullptr;
}

/// Servers that suffice for any kernel: three more than one traitor.
constexpr int kServersEnough = 4;

/// Behind start lines, in a stream one at a time, and eight at a time; how many of the three fit.
int expect_ok_alone_and_in_streams(Case planned) {
  int fit = 0;
  for (const auto& [sync, in_flight] : {std::pair{Sync::round_time, 1}, {Sync::none, 1}, {Sync::none, 8}}) {
    planned.sync = sync;
    planned.shape.in_flight = in_flight;
    if (!planned.kernel->unfit(planned.shape).empty()) continue;
    ++fit;
    for (const TransportName transport : kTransports)
      expect_ok_over(transport, planned, sync == Sync::none ? kStreamed : kAlone);
  }
  return fit;
}

TEST(EveryProposer, OneTwoAndAllServersMayPropose) {
  int kernels = 0;
  for (const Kernel* kernel : protocols()) {
    const Parameter* parameter = proposers_parameter(*kernel);
    if (parameter == nullptr) continue;
    ++kernels;
    for (const int proposers : std::set<int>{1, 2, world().size()}) {
      if (proposers > world().size()) continue;
      Case planned = case_of(*kernel, 8, Sync::round_time);
      set(planned, parameter->name, proposers);
      EXPECT_EQ(kernel->proposers(planned.shape), proposers) << kernel->name;
      EXPECT_GT(expect_ok_alone_and_in_streams(planned), 0) << kernel->name << " fits nowhere";
    }
  }
  EXPECT_GT(kernels, 0) << "no kernel has a parameter of that sort any more, or none is found";
}

TEST(EveryProposer, OneAndTwoClientsMayAskWhereThereAreAny) {
  int kernels = 0;
  for (const Kernel* kernel : protocols()) {
    if (kernel->clients_most == 0) continue;
    ++kernels;
    for (int clients = 1; clients <= 2 && clients < world().size(); ++clients) {
      const Case planned = case_of(*kernel, 8, Sync::round_time, clients);
      const int fit = expect_ok_alone_and_in_streams(planned);
      EXPECT_TRUE(fit > 0 || planned.shape.ranks < kServersEnough) << kernel->name << " fits nowhere";
    }
  }
  EXPECT_GT(kernels, 0);
}

TEST(EveryProposer, TellsWhyClientsDoNotFit) {
  for (const Kernel& kernel : all_kernels()) {
    Case planned = case_of(kernel, 8, Sync::round_time);
    planned.shape.clients = kernel.clients_most + 1;
    EXPECT_NE(kernel.unfit(planned.shape).find("--clients"), std::string::npos) << kernel.name << kernel.unfit(planned.shape);
  }
}

/// Nothing but the pace of the transport holds such a proposer back, for its operations are over for it at once.
TEST(EveryProposer, ManyOperationsWithoutAPayloadOfTheirOwn) {
  for (const Kernel* kernel : protocols()) {
    Case planned = case_of(*kernel, 0, Sync::none);
    planned.shape.in_flight = 64;
    if (kernel->about.has_payload || !kernel->unfit(planned.shape).empty()) continue;
    for (const TransportName transport : kTransports) expect_ok_over(transport, planned, 5000);
  }
}

}  // namespace
}  // namespace coordbench::testing::every_proposer_mpi_test
