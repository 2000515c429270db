// What no kernel of the build does yet, over every transport: operations that begin at every rank, operations that end where
// nobody was asked; and faults of protocols, each with the verdict and the sentence that it deserves.

#include <set>

#include "harness/kernel_entry.hpp"
#include "tests/harness/mpi_case.hpp"
#include "tests/harness/tiny_kernels.hpp"

namespace coordbench::testing::tiny_kernels_mpi_test {
namespace {

constexpr std::int64_t kOperations = 12;  ///< in blocks of 4
constexpr Kernel kGreeting = make_kernel<Greeting>("greeting");
constexpr Kernel kRelay = make_kernel<Relay>("relay");
constexpr Kernel kHearsay = make_kernel<Hearsay>("hearsay");

Case relay(int proposers, Sync sync = Sync::round_time, int clients = 0) {
  Case planned = case_of(kRelay, 64, sync, clients);
  set(planned, "proposers", proposers);
  return planned;
}
/// Every rank proposes, so that operation 3 is rank 3's, or that of the rank that has its place among fewer.
Outcome run_with(Relay::Fault fault, Sync sync, TransportName transport = TransportName::mpi) {
  Case planned = relay(world().size(), sync);
  set(planned, "fault", fault);
  return run_over(transport, planned, kOperations);
}
Rank asked_for_3() { return 3 % world().size(); }
Rank receiver_of_3() { return 4 % world().size(); }

TEST(OperationsThatBeginEverywhere, AreExactBehindEveryStartLine) {
  for (const Sync sync : {Sync::round_time, Sync::barrier, Sync::none})
    for (const TransportName transport : kTransports) expect_ok_over(transport, case_of(kGreeting, 0, sync), kOperations);
}

TEST(OperationsThatBeginEverywhere, AreStampedAtEveryRank) {
  const Samples samples = run_over(TransportName::mpi, case_of(kGreeting, 0, Sync::round_time), kOperations).result.samples;
  if (!world().is_root()) return;
  ASSERT_EQ(samples.start_ns.size(), static_cast<std::size_t>(kOperations * world().size()));
  EXPECT_EQ(samples.start_slack_ns.size(), static_cast<std::size_t>(kOperations));
  for (std::size_t i = 0; i < samples.start_ns.size(); ++i) {
    EXPECT_GE(samples.start_ns[i], 0);
    EXPECT_GE(samples.end_ns[i], samples.start_ns[i]);
  }
}

TEST(OperationsThatBeginEverywhere, HaveNoWindowAndNoClients) {
  Case planned = case_of(kGreeting, 0, Sync::none);
  EXPECT_EQ(kGreeting.proposers, nullptr);
  EXPECT_EQ(kGreeting.unfit(planned.shape), "");
  planned.shape.in_flight = 2;
  EXPECT_EQ(kGreeting.unfit(planned.shape), "operations that begin at every rank do not overlap; give --in-flight 1");
  planned.shape.in_flight = 1;
  planned.shape.clients = 1;
  EXPECT_EQ(kGreeting.unfit(planned.shape), "nobody but its servers can ask; leave --clients out or give 0");
}

TEST(OperationsThatEndElsewhere, AreExactAloneAndInStreams) {
  for (const int proposers : std::set<int>{1, 2, world().size()})
    for (const auto& [sync, in_flight] : {std::pair{Sync::round_time, 1}, {Sync::none, 1}, {Sync::none, 8}})
      for (const TransportName transport : kTransports) {
        Case planned = relay(proposers, sync);
        planned.shape.in_flight = in_flight;
        if (kRelay.unfit(planned.shape).empty()) expect_ok_over(transport, planned, kOperations);
      }
}

TEST(OperationsThatEndElsewhere, MayBeAskedByClients) {
  for (const int clients : {1, 2})
    for (const auto& [sync, in_flight] : {std::pair{Sync::round_time, 1}, {Sync::none, 8}})
      for (const TransportName transport : kTransports) {
        if (clients >= world().size()) continue;
        Case planned = relay(1, sync, clients);
        planned.shape.in_flight = in_flight;
        expect_ok_over(transport, planned, kOperations);
      }
}

TEST(OperationsThatEndElsewhere, AreStampedWhereTheyBeginAndWhereTheyEnd) {
  const Samples samples = run_over(TransportName::mpi, relay(world().size()), kOperations).result.samples;
  if (!world().is_root()) return;
  for (Operation k = 0; k < kOperations; ++k)
    for (Rank rank = 0; rank < world().size(); ++rank) {
      const auto i = static_cast<std::size_t>(k * world().size() + rank);
      EXPECT_EQ(samples.start_ns[i] >= 0, rank == k % world().size()) << "operation " << k << ", rank " << rank;
      EXPECT_EQ(samples.end_ns[i] >= 0, rank == (k + 1) % world().size()) << "operation " << k << ", rank " << rank;
    }
}

TEST(OperationsThatEndElsewhere, TellWhyProposersOrClientsDoNotFit) {
  Case planned = relay(world().size() + 1);
  EXPECT_EQ(kRelay.unfit(planned.shape), fmt::format("{} proposers are more than the ranks", world().size() + 1));
  planned.shape.clients = 2;
  EXPECT_EQ(kRelay.unfit(planned.shape), "") << "the clients propose instead";
  planned.shape.clients = 3;
  EXPECT_EQ(kRelay.unfit(planned.shape), "at most 2 clients can ask; give --clients fewer");
}

TEST(ProtocolsThatBearAuthentication, AreExactWithEachAndRefuseNothing) {
  for (const Authentication authentication : kHearsay.authentications)
    for (const auto& [bytes, in_flight] : {std::pair{0, 1}, {8, 1}, {4097, 1}, {1 << 20, 1}, {8, 64}})
      for (const TransportName transport : kTransports) {
        Case planned = case_of(kHearsay, bytes, in_flight > 1 ? Sync::none : Sync::round_time);
        planned.shape.in_flight = in_flight;
        planned.shape.authentication = authentication;
        if (kHearsay.unfit(planned.shape).empty()) expect_ok_over(transport, planned, kOperations);
      }
}

TEST(ProtocolsThatBearAuthentication, CountTheBytesOfTrailers) {
  std::vector<std::int64_t> bytes;
  for (const Authentication authentication : kHearsay.authentications) {
    Case planned = case_of(kHearsay, 24, Sync::round_time);
    planned.shape.authentication = authentication;
    if (!kHearsay.unfit(planned.shape).empty()) return;
    const CaseResult result = run_over(TransportName::shared_memory, planned, kOperations).result;
    Traffic all;
    for (const Traffic& traffic : result.traffic) all = all + traffic;
    bytes.push_back(all.bytes_sent());
  }
  if (!world().is_root()) return;
  EXPECT_EQ(bytes[1] - bytes[0], 3 * kOperations * 24);
  EXPECT_EQ(bytes[2] - bytes[0], 3 * kOperations * 72);
}

TEST(FaultsOfProtocols, AMarkWhereNoneIsDueIsACountMismatch) {
  if (world().size() == 1) return;  // nobody else could have it
  for (const Sync sync : {Sync::round_time, Sync::none})
    for (const TransportName transport : kTransports) {
      const CaseResult result = run_with(Relay::twice, sync, transport).result;
      if (!world().is_root()) continue;
      EXPECT_EQ(result.verdict, Verdict::count_mismatch);
      EXPECT_EQ(result.detail,
                fmt::format("rank {}: 1 marks missing or not due there, first seen of operation 3", asked_for_3()));
    }
}

TEST(FaultsOfProtocols, AMissingMarkIsACountMismatch) {
  for (const Sync sync : {Sync::round_time, Sync::none}) {
    const CaseResult result = run_with(Relay::unseen, sync).result;
    if (!world().is_root()) continue;
    EXPECT_EQ(result.verdict, Verdict::count_mismatch);
    EXPECT_EQ(result.detail, fmt::format("operation 3: -1 delays at the mark seen, {} expected", world().size() > 1 ? 1 : 0));
    EXPECT_EQ(result.coverage, 1 - 1.0 / (3 * kOperations));
  }
}

TEST(FaultsOfProtocols, ARankThatThrowsFailsTheCaseAndTheOthersNeedNotWaitForIt) {
  for (const TransportName transport : kTransports)
    for (const Sync sync : {Sync::round_time, Sync::none}) {
      const Outcome outcome = run_with(Relay::unknown_mark, sync, transport);
      if (!world().is_root()) continue;
      EXPECT_EQ(outcome.result.verdict, Verdict::failed);
      EXPECT_EQ(outcome.result.detail,
                fmt::format("rank {} failed: a machine completed mark 7, and its marks are 0 to 2; declare it in `marks`",
                            receiver_of_3()));
      for (Rank rank = 0; rank < world().size(); ++rank)
        EXPECT_EQ(outcome.reports[static_cast<std::size_t>(rank)].status,
                  rank == receiver_of_3() ? CaseReport::Status::failed : CaseReport::Status::abandoned)
            << "rank " << rank << ": " << outcome.reports[static_cast<std::size_t>(rank)].text.data();
    }
}

TEST(FaultsOfProtocols, BackgroundMessagesAreCountedApartOnBothSides) {
  for (const TransportName transport : kTransports) {
    const CaseResult result = run_with(Relay::beats, Sync::none, transport).result;
    if (!world().is_root()) continue;
    EXPECT_EQ(result.verdict, Verdict::ok) << result.detail;
    Traffic all;
    for (const Traffic& traffic : result.traffic) all = all + traffic;
    const std::int64_t beats = world().size() > 1 ? kOperations : 0;
    EXPECT_EQ(all.background_messages, beats);
    EXPECT_EQ(all.background_received, beats);
    EXPECT_EQ(all.messages_sent, 2 * beats);
    EXPECT_EQ(all.messages_received, 2 * beats);
  }
}

}  // namespace
}  // namespace coordbench::testing::tiny_kernels_mpi_test
