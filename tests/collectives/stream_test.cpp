#include "collectives/stream.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::stream_test {
namespace {

Shape stream(int window, int ranks = 2, std::int64_t bytes = 8) {
  Shape shape = shape_of<Stream>(ranks, bytes);
  shape.in_flight = window;
  return shape;
}

/// How far the sender ran ahead of the receiver, seen by both.
struct Lead {
  std::atomic<int> sent = 0, consumed = 0, credits = 0;
  int most = 0;  ///< written by the sender alone
};

class WatchedEndpoint : public ThreadEndpoint {
 public:
  WatchedEndpoint(Mailboxes& mailboxes, Rank rank, int ranks, Lead& lead)
      : ThreadEndpoint(mailboxes, rank, ranks), lead_(lead) {}
  void post_send(Rank to, std::span<const std::byte> bytes) {
    ThreadEndpoint::post_send(to, bytes);
    lead_.most = std::max(lead_.most, ++lead_.sent - lead_.consumed);
  }
  void wait_oldest() {
    ThreadEndpoint::wait_oldest();
    if (rank() != 0) ++lead_.consumed;
  }
  void send_credit(Rank to) {
    ++lead_.credits;
    ThreadEndpoint::send_credit(to);
  }

 private:
  Lead& lead_;
};

struct Streamed {
  int wrong = 0;
  int lead = 0;
  int credits = 0;
  std::size_t most_posted = 0;
  bool leftovers = false;
};

/// Streams blocks of the given sizes one after the other; a slow receiver takes its time.
Streamed run_blocks(const Shape& shape, const std::vector<Operation>& blocks, bool slow_receiver = false) {
  Mailboxes mailboxes;
  Lead lead;
  std::atomic<int> wrong = 0;
  std::atomic<std::size_t> most_posted = 0;
  const auto rank_body = [&](Rank rank) {
    WatchedEndpoint endpoint(mailboxes, rank, shape.ranks, lead);
    Stream kernel(shape, rank);
    StreamData data(shape, rank);
    Operation first = 0;
    for (const Operation count : blocks) {
      kernel.begin(endpoint, data, first, count);
      for (Operation k = first; k < first + count; ++k) {
        if (slow_receiver && rank != 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        data.prepare(k);
        kernel.run(endpoint, data);
        if (!data.verify(k, k % 2 == 0 ? Effort::full : Effort::sampled)) ++wrong;
      }
      kernel.finish(endpoint, data);
      first += count;
    }
    if (endpoint.most_posted() > most_posted) most_posted = endpoint.most_posted();
  };
  std::vector<std::jthread> threads;
  for (Rank rank = 0; rank < shape.ranks; ++rank) threads.emplace_back(rank_body, rank);
  threads.clear();
  return {wrong, lead.most, lead.credits, most_posted, !mailboxes.empty()};
}

TEST(Stream, SendsOneMessagePerOperationOrNothingAlone) {
  EXPECT_EQ(messages_counted<Stream>(1), 0);
  EXPECT_EQ(messages_counted<Stream>(2), 1);
  for (int ranks = 1; ranks <= 17; ++ranks)
    for (const int window : {1, 3, 8})
      for (const std::int64_t bytes : {0, 1, 8, 4097, 65'536}) expect_closed_form<Stream>(stream(window, ranks, bytes), 20);
}

TEST(Stream, LeavesNothingBehindAtTheEndOfABlock) {
  for (const int window : {1, 3, 8})
    for (const Operation count : {1, 2, 3, 7, 8, 9, 16, 17, 24, 50}) {
      const auto result = run_blocks(stream(window, 3, 100), {count, 1, count + 1, 5});
      EXPECT_EQ(result.wrong, 0) << "W = " << window << ", blocks of " << count;
      EXPECT_FALSE(result.leftovers) << "W = " << window << ", blocks of " << count;
    }
}

TEST(Stream, KeepsTheSenderWithinTwoWindows) {
  for (const int window : {1, 3, 8}) {
    const auto result = run_blocks(stream(window), {50, 33}, true);
    EXPECT_EQ(result.wrong, 0);
    EXPECT_LE(result.lead, 2 * window);
    EXPECT_GT(result.lead, window) << "the receiver is slow: credits, not its pace, must be what holds the sender back";
    EXPECT_LE(result.most_posted, Stream::posted_max(stream(window)));
  }
}

TEST(Stream, KeepsItThereOverBlocksTooShortForACredit) {
  const auto result = run_blocks(stream(8), std::vector<Operation>(20, 5), true);
  EXPECT_EQ(result.wrong, 0);
  EXPECT_LE(result.lead, 16);
  EXPECT_FALSE(result.leftovers);
}

TEST(Stream, GivesOneCreditPerWindowThatTheSenderStillNeedsAndOnePerBlock) {
  EXPECT_EQ(run_blocks(stream(8), {16}).credits, 0 + 1);
  EXPECT_EQ(run_blocks(stream(8), {17}).credits, 1 + 1);
  EXPECT_EQ(run_blocks(stream(8), {24}).credits, 1 + 1);
  EXPECT_EQ(run_blocks(stream(8), {25}).credits, 2 + 1);
  EXPECT_EQ(run_blocks(stream(1), {10, 1}).credits, 8 + 1 + 1);
}

TEST(Stream, NeedsOneBufferMoreThanItsWindow) { EXPECT_EQ(StreamData::memory_bytes(stream(8, 2, 4096)), 9 * 4096); }

}  // namespace
}  // namespace coordbench::testing::stream_test
