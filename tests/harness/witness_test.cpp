#include "harness/measure/witness.hpp"

#include <gtest/gtest.h>

#include "tests/support/data_checks.hpp"

namespace coordbench::testing::witness_test {
namespace {

/// Never run: a witness looks only at what a protocol declares.
class Register {
 public:
  struct Message {
    std::uint32_t first, count;
  };
  using Out = Outbox<Message>;
  static constexpr About about{};
  static constexpr std::array marks{Mark{.name = "chosen"}, Mark{.name = "ended", .answers = true}};
  explicit Register(const Shape& /*shape*/, Rank /*self*/) {}
  void propose(Operation /*operation*/, const Payload& /*payload*/, Out& /*out*/) {}
  void step(Rank /*from*/, const Message& /*message*/, const Payload& /*payload*/, Out& /*out*/) {}
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {}; }
};

/// Odd operations read.
class ReadRegister : public Register {
 public:
  using Register::Register;
  static constexpr std::array<std::string_view, 2> kinds{"write", "read"};
  static int kind(const Shape& /*shape*/, Operation k) { return static_cast<int>(k % 2); }
  static bool accepts(const Shape& /*shape*/, Operation k, const Answer& answer) {
    return answer.outcome == 1 && (k % 2 == 1 || answer.of == Answer::nothing);
  }
};

constexpr int kChosen = 0, kEnded = 1;

template <class P>
struct World {
  explicit World(bool streams = false, std::int64_t bytes = 1024)
      : shape{.ranks = 2, .payload_bytes = bytes, .seed = 7},
        arena(16, static_cast<std::size_t>(bytes)),
        recorder(100, 2, HasKinds<P>),
        witness(recorder, shape, streams) {}

  /// The payload that was proposed with an operation.
  Payload payload_of(Operation operation) {
    Payload payload = arena.allocate(static_cast<std::size_t>(shape.payload_bytes));
    Pattern::of(shape.seed, operation, 0).fill(payload.bytes());
    return payload;
  }
  /// The operation, or -1, whose check failed.
  Operation wrong_after(Operation operation, const Answer& answer) {
    witness.answered(operation, answer);
    witness.check_answers();
    return recorder.first_wrong();
  }
  std::int64_t read_by(Operation operation) const { return recorder.packed({operation, 1}).back(); }

  Shape shape;
  PayloadArena arena;
  Recorder recorder;
  Witness<P> witness;
};

TEST(Witness, StampsMarksAndCountsTheLastOnes) {
  World<Register> world;
  world.witness.reached(3, kChosen, 50, 2);
  EXPECT_EQ(world.witness.ended(), 0);
  world.witness.reached(3, kEnded, 60, 4);
  EXPECT_EQ(world.witness.ended(), 1);
  Depths depths;
  depths.deepen(kChosen, 2);
  depths.deepen(kEnded, 4);
  EXPECT_EQ(world.recorder.packed({3, 1}), (std::vector<Time>{-1, 60, 50, kNever, static_cast<std::int64_t>(depths)}));
}

TEST(Witness, TakesTheOperationsOwnPayload) {
  World<Register> world;
  EXPECT_EQ(world.wrong_after(4, {.outcome = 1, .payload = world.payload_of(4)}), -1);
  EXPECT_EQ(world.wrong_after(5, {.outcome = 1, .payload = world.payload_of(5), .of = 5}), -1);
  EXPECT_EQ(world.recorder.answers(), 2);
}

TEST(Witness, RefusesAnotherPayloadAnotherOutcomeAndAnotherOperation) {
  EXPECT_EQ(World<Register>().wrong_after(4, {.outcome = 1}), 4) << "no payload";
  World<Register> neighbour, outcome, other, other_seed;
  EXPECT_EQ(neighbour.wrong_after(4, {.outcome = 1, .payload = neighbour.payload_of(3)}), 4);
  EXPECT_EQ(outcome.wrong_after(4, {.outcome = 0, .payload = outcome.payload_of(4)}), 4);
  EXPECT_EQ(other.wrong_after(4, {.outcome = 1, .payload = other.payload_of(3), .of = 3}), 4);
  Payload foreign = other_seed.arena.allocate(1024);
  Pattern::of(8, 4, 0).fill(foreign.bytes());
  EXPECT_EQ(other_seed.wrong_after(4, {.outcome = 1, .payload = foreign}), 4);
}

/// The positions, in an answer of `bytes` bytes, at which the witness notices a flipped bit.
std::set<std::size_t> flips_refused(bool streams, std::int64_t bytes) {
  World<Register> world(streams, bytes);
  const Payload payload = world.payload_of(4);
  return flips_noticed(payload.bytes(), [&] {
    const auto before = world.recorder.wrong_answers();
    world.wrong_after(4, {.outcome = 1, .payload = payload});
    return world.recorder.wrong_answers() == before;
  });
}

TEST(Witness, RefusesOneWrongByteWhereverItIs) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097})
    EXPECT_EQ(flips_refused(/*streams=*/false, bytes), all_bytes(std::vector<std::byte>(static_cast<std::size_t>(bytes))));
}

TEST(Witness, LooksAtASampleOfEachAnswerOfAStream) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097})
    EXPECT_EQ(flips_refused(/*streams=*/true, bytes), sampled_bytes(static_cast<std::size_t>(bytes))) << bytes << " bytes";
}

TEST(Witness, ChecksBetweenOperationsUnlessTheyStream) {
  World<Register> alone(/*streams=*/false), stream(/*streams=*/true);
  for (auto* world : {&alone, &stream}) world->witness.answered(4, {.outcome = 0});
  EXPECT_EQ(alone.recorder.answers(), 0);
  EXPECT_EQ(stream.recorder.answers(), 1);
  EXPECT_EQ(stream.recorder.first_wrong(), 4);
  alone.witness.check_answers();
  EXPECT_EQ(alone.recorder.first_wrong(), 4);
  alone.witness.check_answers();
  EXPECT_EQ(alone.recorder.answers(), 1) << "an answer is checked once";
}

TEST(Witness, ChecksEveryAnswerHoweverManyCome) {
  World<Register> world(/*streams=*/false, /*bytes=*/8);
  for (Operation k = 0; k < 50; ++k) world.witness.answered(k, {.outcome = k == 30 ? 0 : 1, .payload = world.payload_of(k)});
  world.witness.check_answers();
  EXPECT_EQ(world.recorder.answers(), 50);
  EXPECT_EQ(world.recorder.wrong_answers(), 1);
  EXPECT_EQ(world.recorder.first_wrong(), 30);
}

TEST(Witness, HoldsAReadAgainstTheOperationThatItNames) {
  World<ReadRegister> world, liar;
  EXPECT_EQ(world.wrong_after(5, {.outcome = 1, .payload = world.payload_of(2), .of = 2}), -1);
  EXPECT_EQ(world.read_by(5), 2);
  EXPECT_EQ(liar.wrong_after(5, {.outcome = 1, .payload = liar.payload_of(4), .of = 2}), 5);
}

TEST(Witness, ExpectsNoBytesWhereNoOperationIsNamed) {
  for (const Operation of : {Answer::initial, Answer::nothing}) {
    World<ReadRegister> empty, full;
    EXPECT_EQ(empty.wrong_after(5, {.outcome = 1, .of = of}), -1);
    EXPECT_EQ(empty.read_by(5), of);
    EXPECT_EQ(full.wrong_after(5, {.outcome = 1, .payload = full.payload_of(5), .of = of}), 5);
  }
}

TEST(Witness, NotesTheReadersOwnOperationWhereNoneIsNamed) {
  World<ReadRegister> world;
  EXPECT_EQ(world.wrong_after(5, {.outcome = 1, .payload = world.payload_of(5)}), -1);
  EXPECT_EQ(world.read_by(5), 5);
  EXPECT_EQ(world.read_by(7), Samples::kNoAnswer);
}

}  // namespace
}  // namespace coordbench::testing::witness_test
