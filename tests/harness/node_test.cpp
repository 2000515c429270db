#include "harness/transport/node.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/support/shapes.hpp"

namespace coordbench::testing::harness_node_test {
namespace {

/// Tells `tells` other servers of each operation, with a payload of its own making, and is told.
class Teller {
 public:
  struct Message {
    std::uint32_t first;
    std::int32_t count = 1;
  };
  using Out = Outbox<Message>;
  enum { told, heard };

  static constexpr About about{};
  static constexpr std::array parameters{
      Parameter{.name = "tells", .initial = 64, .highest = 64, .help = "servers"},
      Parameter{.name = "proposers", .initial = 1, .highest = 64, .help = "servers"},
      Parameter{.name = "last_mark", .initial = 1, .highest = 9, .help = "1 is the last that there is"}};
  static constexpr std::array marks{Mark{.name = "told"}, Mark{.name = "heard", .where = Where::everywhere, .answers = true}};
  static constexpr int clients_most = 2;
  static Cost cost(const Shape& shape, Operation /*operation*/) { return {.messages = shape["tells"], .delays = {0, 1}}; }
  static int proposers(const Shape& shape) { return static_cast<int>(shape["proposers"]); }
  static Bounds bounds(const Shape& /*shape*/, Rank /*rank*/) { return {.made = 2, .made_bytes = 8}; }

  Teller(const Shape& shape, Rank /*self*/)
      : tells_(static_cast<int>(shape["tells"])), last_mark_(static_cast<int>(shape["last_mark"])) {}
  void propose(Operation operation, const Payload& /*payload*/, Out& out) {
    if (tells_ >= 0) out.send_others({static_cast<std::uint32_t>(operation)}, out.allocate(8), tells_);
    out.complete(operation, told);
    out.complete(operation, last_mark_);
  }
  void step(Rank /*from*/, const Message& message, const Payload& /*payload*/, Out& out) {
    for (int i = 0; i < message.count; ++i) out.complete(message.first + static_cast<Operation>(i), heard);
  }
  [[nodiscard]] Answer answer(Operation operation) const { return {.outcome = 100 + operation, .of = Answer::nothing}; }

 private:
  int tells_, last_mark_;
};

/// A transport, and a witness, that write down what happens; the clock ticks once whenever it is read.
class Diary {
 public:
  explicit Diary(bool keeps = false) : keeps_(keeps) {}

  void send(Rank to, const Teller::Message& message, Depth depth, const Payload& payload) {
    note(fmt::format("to {}", to));
    sent.push_back({to, message, depth});
    if (keeps_) kept.push_back(payload);
  }
  [[nodiscard]] bool has_waiting() const { return waits; }
  PayloadArena& made() { return arena; }
  PayloadArena& own() { return arena; }
  Time now() { return note("clock"), ++time; }
  template <class Receive>
  bool poll(Receive&& receive) {
    if (!arriving) return false;
    receive(7, *arriving, depth_of_arriving, Payload{});
    arriving.reset();
    return true;
  }
  void reached(Operation operation, int mark, Time at, int depth) {
    note(fmt::format("mark {} of {} at {}, depth {}", mark, operation, at, depth));
  }
  void answered(Operation operation, const Answer& answer) { note(fmt::format("answer {} of {}", answer.outcome, operation)); }

  struct Sent {
    Rank to;
    Teller::Message message;
    Depth depth;
  };
  PayloadArena arena{4, 8};  // before what holds its leases
  std::string text{};
  std::vector<Sent> sent{};
  std::vector<Payload> kept{};
  std::optional<Teller::Message> arriving{};
  Depth depth_of_arriving = 0;
  bool waits = false;
  Time time = 0;

 private:
  void note(const std::string& line) { text += line + "\n"; }
  bool keeps_;
};

/// One rank, alone with its diary.
struct Told {
  Told(const Shape& shape, Rank self, bool keeps = false)
      : diary(keeps), counted(diary, self), node(shape, self, counted, diary, 64) {}
  /// "2 3 0": in the order of sending.
  [[nodiscard]] std::string receivers() const {
    std::string ranks;
    for (const auto& sent : diary.sent) ranks += fmt::format("{}{}", ranks.empty() ? "" : " ", sent.to);
    return ranks;
  }
  std::string asked(Operation operation = 0) {
    node.propose(operation, {});
    return receivers();
  }
  void receive(const Teller::Message& message, Depth depth) {
    diary.text.clear();
    diary.arriving = message;
    diary.depth_of_arriving = depth;
    EXPECT_TRUE(node.poll());
  }
  Diary diary;
  Counted<Diary> counted;
  Node<Teller, Diary, Diary> node;
};

Shape teller_shape(int ranks, const std::vector<std::pair<std::string_view, std::int64_t>>& set = {}, int clients = 0) {
  Shape shape = shape_of<Teller>(ranks, 0, set);
  shape.clients = clients;
  return shape;
}

TEST(Node, TellsTheOtherServersFromTheNextOneOn) {
  EXPECT_EQ(Told(teller_shape(4), 0).asked(), "1 2 3");
  EXPECT_EQ(Told(teller_shape(4), 1).asked(), "2 3 0");
  EXPECT_EQ(Told(teller_shape(4), 3).asked(), "0 1 2");
  EXPECT_EQ(Told(teller_shape(2), 1).asked(), "0");
  EXPECT_EQ(Told(teller_shape(1), 0).asked(), "");
}

TEST(Node, TellsAsManyOfThemAsAreWanted) {
  EXPECT_EQ(Told(teller_shape(5, {{"tells", 2}}), 3).asked(), "4 0");
  EXPECT_EQ(Told(teller_shape(5, {{"tells", 1}}), 4).asked(), "0");
  EXPECT_EQ(Told(teller_shape(5, {{"tells", 0}}), 3).asked(), "");
  EXPECT_EQ(Told(teller_shape(5, {{"tells", 5}}), 3).asked(), "4 0 1 2") << "never itself";
}

TEST(Node, AClientTellsServersOnly) {
  EXPECT_EQ(Told(teller_shape(3, {}, 2), 3).asked(), "0 1 2");
  EXPECT_EQ(Told(teller_shape(3, {}, 2), 4).asked(), "0 1 2");
  EXPECT_EQ(Told(teller_shape(3, {{"tells", 2}}, 2), 4).asked(), "0 1");
}

TEST(Node, CountsEachReceiver) {
  Told told(teller_shape(5), 2);
  told.asked();
  EXPECT_EQ(told.counted.traffic().messages_sent, 4);
  EXPECT_EQ(told.counted.traffic().bytes_sent(),
            4 * static_cast<std::int64_t>(sizeof(Teller::Message) + sizeof(Depth) + /*payload*/ 8));
}

TEST(Node, StampsMarksAfterTheFirstSendAndBeforeTheOthers) {
  Told told(teller_shape(4), 1);
  told.asked(0);
  EXPECT_EQ(told.diary.text,
            "to 2\n"
            "clock\n"
            "mark 0 of 0 at 1, depth 0\n"
            "mark 1 of 0 at 1, depth 0\n"  // of one reading
            "answer 100 of 0\n"
            "to 3\n"
            "to 0\n");
}

TEST(Node, StampsMarksAtOnceWhereNothingIsSent) {
  Told told(teller_shape(4, {{"tells", 0}}), 1);
  told.asked(0);
  EXPECT_EQ(told.diary.text, "clock\nmark 0 of 0 at 1, depth 0\nmark 1 of 0 at 1, depth 0\nanswer 100 of 0\n");
}

TEST(Node, RefusesAMarkThatIsNotDeclared) {
  Told told(teller_shape(2, {{"last_mark", 2}}), 0);
  try {
    told.asked();
    FAIL() << "mark 2 was taken";
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "a machine completed mark 2, and its marks are 0 to 1; declare it in `marks`");
  }
}

TEST(Node, CarriesTheDepthOfEachOperationThatAMessageCarries) {
  Told told(teller_shape(4, {{"proposers", 3}, {"tells", 1}}), 1);
  told.receive({.first = 1, .count = 2}, 5);  // of proposer 1: operations 1 and 4
  told.receive({.first = 2, .count = 3}, 1);  // of proposer 2: operations 2, 5 and 8
  const auto depth_sent_for = [&told](Operation operation) {
    told.asked(operation);
    return int{told.diary.sent.back().depth};
  };
  EXPECT_EQ(depth_sent_for(1), 6);
  EXPECT_EQ(depth_sent_for(4), 6);
  EXPECT_EQ(depth_sent_for(2), 2);
  EXPECT_EQ(depth_sent_for(5), 2);
  EXPECT_EQ(depth_sent_for(8), 2);
  EXPECT_EQ(depth_sent_for(3), 1) << "nothing was received of it";
  EXPECT_EQ(depth_sent_for(7), 1);
}

TEST(Node, WithClientsTheirNumberIsTheStride) {
  Told told(teller_shape(4, {{"proposers", 3}, {"tells", 1}}, 2), 1);
  told.receive({.first = 1, .count = 2}, 5);  // of client 1 of 2: operations 1 and 3
  EXPECT_EQ(told.asked(3), "2");
  EXPECT_EQ(told.diary.sent.back().depth, 6);
  told.asked(4);
  EXPECT_EQ(told.diary.sent.back().depth, 1);
}

TEST(Node, KeepsTheGreatestDepthOfAnOperation) {
  Told told(teller_shape(4), 1);
  told.receive({.first = 3}, 4);
  EXPECT_EQ(told.diary.text, "clock\nmark 1 of 3 at 1, depth 4\nanswer 103 of 3\n");
  told.receive({.first = 3}, 2);
  EXPECT_EQ(told.diary.text, "clock\nmark 1 of 3 at 2, depth 4\nanswer 103 of 3\n");
}

TEST(Node, IsReadyWhileNothingWaitsAndItsPayloadsAreFree) {
  Told told(teller_shape(4, {{"tells", 1}}), 1, /*keeps=*/true);
  EXPECT_TRUE(told.node.is_ready());
  told.diary.waits = true;
  EXPECT_FALSE(told.node.is_ready());
  told.diary.waits = false;
  for (Operation k = 0; k < 3; ++k) {
    EXPECT_TRUE(told.node.is_ready()) << "of four, two may be held";
    told.asked(k);
  }
  EXPECT_FALSE(told.node.is_ready()) << "one is left, and the machine may make two";
  told.diary.kept.pop_back();
  EXPECT_TRUE(told.node.is_ready());
}

TEST(Node, KeepsNoPayloadThatHasLeft) {
  Told told(teller_shape(4), 1, /*keeps=*/true);
  told.asked();
  ASSERT_EQ(told.diary.kept.size(), 3U);
  EXPECT_EQ(told.diary.kept[0].slot(), told.diary.kept[2].slot()) << "one lease for all receivers";
  told.diary.kept.clear();
  EXPECT_TRUE(told.diary.arena.has_free(4));
}

}  // namespace
}  // namespace coordbench::testing::harness_node_test
