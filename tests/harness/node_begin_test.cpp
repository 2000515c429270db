// Operations that begin at every rank, at one of them: the delays do not depend on who was told first.

#include <gtest/gtest.h>

#include <optional>

#include "harness/transport/node.hpp"
#include "tests/harness/tiny_kernels.hpp"

namespace coordbench::testing::node_begin_test {
namespace {

/// A transport, and a witness, that write down the depths of what is sent and of the marks.
struct Depthbook {
  void send(Rank /*to*/, const Greeting::Message& /*message*/, Depth depth, const Payload& /*payload*/) {
    sent.push_back(depth);
  }
  [[nodiscard]] bool has_waiting() const { return false; }
  PayloadArena& made() { return arena; }
  PayloadArena& own() { return arena; }
  Time now() { return 0; }
  template <class Receive>
  bool poll(Receive&& receive) {
    if (!arriving) return false;
    receive(1, Greeting::Message{.first = 0}, *std::exchange(arriving, std::nullopt), Payload{});
    return true;
  }
  void reached(Operation /*operation*/, int /*mark*/, Time /*at*/, int depth) { marks.push_back(depth); }
  void answered(Operation /*operation*/, const Answer& /*answer*/) {}

  PayloadArena arena{0, 0};
  std::vector<int> sent{}, marks{};
  std::optional<Depth> arriving{};
};

/// Rank 0 of three.
struct Greeter {
  void hear() {
    book.arriving = 1;
    EXPECT_TRUE(node.poll());
  }
  Depthbook book;
  Counted<Depthbook> counted{book, 0};
  Node<Greeting, Depthbook, Depthbook> node{{.ranks = 3}, 0, counted, book, 1};
};

using Depthlist = std::vector<int>;

TEST(NodeBegin, WhatItSendsIsOneDelay) {
  Greeter first;
  first.node.begin(0);
  EXPECT_EQ(first.book.sent, (Depthlist{1, 1}));
  EXPECT_TRUE(first.book.marks.empty());
  first.hear();
  first.hear();
  EXPECT_EQ(first.book.marks, Depthlist{1});
}

TEST(NodeBegin, WhatItSendsIsOneDelayEvenIfOthersWereHeardBefore) {
  Greeter last;
  last.hear();
  last.hear();
  EXPECT_TRUE(last.book.marks.empty()) << "its own part has not begun";
  last.node.begin(0);
  EXPECT_EQ(last.book.sent, (Depthlist{1, 1}));
  EXPECT_EQ(last.book.marks, Depthlist{1}) << "the mark rests on what was heard";
}

}  // namespace
}  // namespace coordbench::testing::node_begin_test
