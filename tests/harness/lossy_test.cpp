// The layer that loses, duplicates and delays messages on purpose, over a transport that only writes down what reaches it.

#include "harness/transport/lossy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace coordbench::testing::lossy_test {
namespace {

struct Note {
  int number = 0;
};

struct Diary {
  struct Entry {
    Rank to;
    int number;
    Depth depth;
    std::size_t bytes;
  };
  void send(Rank to, const Note& message, Depth depth, const Payload& payload) {
    entries.push_back({to, message.number, depth, payload.size()});
  }
  void send(Rank to, const Note& message, Depth depth, std::span<const Payload> payloads) {
    entries.push_back({to, message.number, depth, payloads.size()});
  }
  template <class Receive>
  bool poll(Receive&& /*receive*/) {
    return false;
  }
  [[nodiscard]] Time now() const { return clock_ns; }

  std::vector<Entry> entries;
  Time clock_ns = 0;
};

struct Network {
  explicit Network(const Loss& loss, std::uint64_t seed = 1, Rank self = 0)
      : lossy(diary, Shape{.seed = seed, .loss = loss}, self) {}
  void send(int first, int count) {
    for (int number = first; number < first + count; ++number) lossy.send(3, Note{number}, Depth{2}, Payload());
  }
  void wait(Time ns) {
    diary.clock_ns += ns;
    lossy.poll([](auto&&...) {});
  }
  [[nodiscard]] std::vector<int> numbers() const {
    std::vector<int> numbers;
    for (const auto& entry : diary.entries) numbers.push_back(entry.number);
    return numbers;
  }
  Diary diary;
  Lossy<Diary, Note> lossy;
};

constexpr int kMany = 100'000;

/// Whether `count` of kMany is what chance makes of a share: within four standard deviations.
void expect_share(std::int64_t count, double share) {
  EXPECT_NEAR(static_cast<double>(count), kMany * share, 4 * std::sqrt(kMany * share * (1 - share)));
}

TEST(Lossy, PassesEverythingOnWhereThereIsNoLoss) {
  Network network({});
  network.send(0, 3);
  EXPECT_EQ(network.numbers(), (std::vector{0, 1, 2}));
  EXPECT_EQ(network.diary.entries[0].to, 3);
  EXPECT_EQ(network.diary.entries[0].depth, 2);
  EXPECT_EQ(network.lossy.lost() + network.lossy.doubled(), 0);
}

TEST(Lossy, LosesTheShareThatItIsTold) {
  for (const double share : {0.01, 0.3, 0.9}) {
    Network network({.lost = share});
    network.send(0, kMany);
    expect_share(network.lossy.lost(), share);
    EXPECT_EQ(static_cast<std::int64_t>(network.diary.entries.size()), kMany - network.lossy.lost());
    EXPECT_EQ(network.lossy.doubled(), 0);
  }
}

TEST(Lossy, DoublesTheShareOfWhatIsNotLost) {
  Network network({.lost = 0.5, .doubled = 0.2});
  network.send(0, kMany);
  expect_share(network.lossy.lost(), 0.5);
  expect_share(network.lossy.doubled(), 0.5 * 0.2);
  EXPECT_EQ(static_cast<std::int64_t>(network.diary.entries.size()), kMany - network.lossy.lost() + network.lossy.doubled());
}

TEST(Lossy, FollowsFromTheSeedAndDiffersBetweenRanks) {
  const auto survivors = [](std::uint64_t seed, Rank self) {
    Network network({.lost = 0.5}, seed, self);
    network.send(0, 200);
    return network.numbers();
  };
  EXPECT_EQ(survivors(7, 1), survivors(7, 1));
  EXPECT_NE(survivors(7, 1), survivors(8, 1));
  EXPECT_NE(survivors(7, 1), survivors(7, 2));
}

/// Also where messages are held back, although how many are at a time depends on the clock.
TEST(Lossy, LosesAndDoublesTheSameMessagesHoweverFastTheyLeave) {
  const auto arrivals = [](int before_a_wait) {
    Network network({.lost = 0.3, .doubled = 0.3, .delay_ns = 1000});
    for (int number = 0; number < 600; number += before_a_wait) {
      network.send(number, before_a_wait);
      network.wait(1000);
    }
    const std::vector<int> numbers = network.numbers();
    return std::multiset<int>(numbers.begin(), numbers.end());
  };
  EXPECT_EQ(arrivals(1), arrivals(20));
  EXPECT_EQ(arrivals(1), arrivals(300)) << "there is no room to hold back so many";
}

TEST(Lossy, HoldsMessagesBackForARandomTimeBelowTheDelay) {
  Network network({.delay_ns = 1000});
  network.send(0, 50);
  EXPECT_TRUE(network.diary.entries.empty());
  EXPECT_LT(network.lossy.due(), 1000);
  network.wait(500);
  const std::size_t half = network.diary.entries.size();
  EXPECT_GT(half, 10U);
  EXPECT_LT(half, 40U);
  network.wait(500);
  const std::vector<int> order = network.numbers();
  EXPECT_EQ(std::set(order.begin(), order.end()).size(), 50U) << "none is lost, none comes twice";
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end())) << "some overtake others";
  EXPECT_EQ(network.lossy.due(), kNever);
}

TEST(Lossy, HoldsBackNoMoreThanItHasRoomFor) {
  Network network({.delay_ns = 1000});
  network.send(0, static_cast<int>(kHeldBackMost) + 5);
  EXPECT_EQ(network.diary.entries.size(), 5U) << "leave at once";
}

TEST(Lossy, KeepsThePayloadOfAMessageThatItHoldsBack) {
  Network network({.delay_ns = 1000});
  PayloadArena arena(1, 64);
  network.lossy.send(3, Note{0}, Depth{1}, arena.allocate(64));
  EXPECT_FALSE(arena.has_free(1));
  network.wait(1000);
  EXPECT_EQ(network.diary.entries.at(0).bytes, 64U);
  EXPECT_TRUE(arena.has_free(1));
}

TEST(Lossy, SendsSeveralPayloadsInOneMessage) {
  Network network({.lost = 0.5, .delay_ns = 1000});
  const std::array<Payload, 2> two;
  for (int i = 0; i < 100; ++i) network.lossy.send(3, Note{i}, Depth{1}, std::span<const Payload>(two));
  EXPECT_EQ(static_cast<std::int64_t>(network.diary.entries.size()), 100 - network.lossy.lost()) << "none is held back";
  EXPECT_EQ(network.diary.entries.at(0).bytes, 2U);
}

}  // namespace
}  // namespace coordbench::testing::lossy_test
