#pragma once
// What every collective must show without MPI: the closed forms and the right answer, at every root, size and N.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>

#include "tests/support/shapes.hpp"
#include "tests/support/thread_world.hpp"

namespace coordbench::testing {

/// Most requests that collective C may have open at a time.
template <class C>
std::size_t posted_max(const Shape& shape) {
  if constexpr (requires { C::posted_max(shape); })
    return C::posted_max(shape);
  else
    return 0;
}

inline std::string in_words(const Shape& shape) {
  std::string words = "N = " + std::to_string(shape.ranks) + ", bytes = " + std::to_string(shape.payload_bytes);
  for (std::size_t i = 0; i < shape.parameters.size(); ++i)
    words += ", " + std::string(shape.parameters[i].name) + " = " + std::to_string(shape.values[i]);
  return words;
}

/// Asserts messages and delays == the closed forms, the delays in every operation; right answers everywhere, no more open
/// requests than declared, nothing left over. Returns what was counted.
template <class C>
CollectiveResult expect_closed_form(const Shape& shape, int operations = 3) {
  SCOPED_TRACE(in_words(shape));
  auto result = run_collective<C>(shape, operations);
  EXPECT_EQ(result.messages, operations * C::messages(shape));
  EXPECT_EQ(result.delays, std::vector<int>(static_cast<std::size_t>(operations), C::delays(shape)));
  EXPECT_EQ(result.wrong_answers, 0);
  EXPECT_LE(result.most_posted, posted_max<C>(shape));
  EXPECT_FALSE(result.leftovers);
  return result;
}

/// Three roots that differ where N allows: the first, the middle, the last rank.
inline std::set<Rank> three_roots(int ranks) { return {0, ranks / 2, ranks - 1}; }

/// Messages of one operation of C on `ranks` ranks, as counted.
template <class C>
std::int64_t messages_counted(int ranks) {
  return run_collective<C>(shape_of<C>(ranks), 1).messages;
}

/// expect_closed_form at every N up to `ranks_max`: no payload, one element of either width, odd sizes, more than a page.
template <class C>
void expect_closed_form_up_to(int ranks_max) {
  for (int ranks = 1; ranks <= ranks_max; ++ranks)
    for (const std::int64_t bytes : {0, 1, 8, 4097, 16'384}) expect_closed_form<C>(shape_of<C>(ranks, bytes));
}

/// The same at three roots.
template <class C>
void expect_closed_form_at_roots_up_to(int ranks_max) {
  for (int ranks = 1; ranks <= ranks_max; ++ranks)
    for (const Rank root : three_roots(ranks))
      for (const std::int64_t bytes : {0, 1, 8, 4097, 16'384})
        expect_closed_form<C>(shape_of<C>(ranks, bytes, {{"root", root}}));
}

/// An endpoint whose rank, if it is slow, waits before it takes what arrived, and again after it has said that it has it.
class SlowEndpoint : public ThreadEndpoint {
 public:
  SlowEndpoint(Mailboxes& mailboxes, Rank rank, int ranks, bool slow) : ThreadEndpoint(mailboxes, rank, ranks), slow_(slow) {}
  void receive(Rank from, std::span<std::byte> bytes) {
    dawdle();
    ThreadEndpoint::receive(from, bytes);
  }
  /// The copy comes after the look.
  std::span<const std::byte> look(Rank from) {
    const auto bytes = ThreadEndpoint::look(from);
    dawdle();
    return bytes;
  }
  void raise_flag(Rank to) {
    ThreadEndpoint::raise_flag(to);
    dawdle();
  }

 private:
  void dawdle() const {
    if (slow_) std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  bool slow_;
};

/// How often a rank that `knows`, it is promised, that all ranks hold their answers left before another one held it. Each rank
/// is the slow one once.
template <class C, class Knows>
int left_before_others_held(const Shape& shape, Knows knows) {
  std::atomic<int> early = 0;
  for (Rank slow = 0; slow < shape.ranks; ++slow) {
    Mailboxes mailboxes;
    std::vector<std::unique_ptr<typename C::Data>> data;
    for (Rank rank = 0; rank < shape.ranks; ++rank) {
      data.push_back(std::make_unique<typename C::Data>(shape, rank));
      data.back()->prepare(0);
    }
    std::vector<std::jthread> threads;
    for (Rank rank = 0; rank < shape.ranks; ++rank)
      threads.emplace_back([&, rank] {
        SlowEndpoint endpoint(mailboxes, rank, shape.ranks, rank == slow);
        C(shape, rank).run(endpoint, *data[static_cast<std::size_t>(rank)]);
        if (!knows(rank)) return;
        for (const auto& each : data) early += !each->verify(0, Effort::full);
      });
    threads.clear();
  }
  return early;
}

}  // namespace coordbench::testing
