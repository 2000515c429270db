// A server of HotStuff that has missed blocks: what it may propose and vote for until it has them.

#include <gtest/gtest.h>

#include "tests/safety/hotstuff/hotstuff_world.hpp"
#include "tests/support/growing_arena.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::hotstuff_stale_test {
namespace {

using hotstuff::HotstuffWorld;
using hotstuff::Kind;
using Message = Hotstuff::Message;
using Said = std::vector<Message>;
namespace parts = hotstuff::parts;

constexpr std::int64_t kBasic = 0, kChained = 1;

const Faults kHops{.delay_least_ns = 100, .delay_most_ns = 100};

Shape four_servers(std::int64_t mode) {
  Shape shape = shape_of<Hotstuff>(4, 8, {{"mode", mode}, {"timeout_us", 20}});
  shape.clients = 2;
  return shape;
}

/// Client 4 asks for the even operations, client 5 for the odd ones. Rank 1 knows blocks 1 to 3 when it hears no more of the
/// others, who go on to block 8. Rank 0 dies, the next round is rank 1's, and only now it hears that block 8 is certified.
/// What it proposes for client 5 has to extend that one, and not the last block that it has.
TEST(HotstuffStale, LeaderWaitsForTheBlockOfTheHighestCertificate) {
  for (const std::int64_t mode : {kBasic, kChained}) {
    HotstuffWorld world(four_servers(mode), kHops, 16);
    for (Operation k = 0; k < 16; k += 2) {
      world.propose(k);
      ASSERT_TRUE(world.run_till([&] { return world.has_ended(k); }));
      for (Rank other = 0; k == 4 && other < 4; ++other)
        if (other != 1) world.cut(other, 1), world.cut(1, other);
    }
    world.crash(0);
    world.propose(1);
    ASSERT_TRUE(world.run_till([&] { return world.core(2).pacemaker.wish() == 1 && world.core(3).pacemaker.wish() == 1; }));
    EXPECT_LE(world.executed(1), 3U);
    world.mend();
    const std::size_t before = world.history().sent.size();
    ASSERT_TRUE(world.run_till([&] { return world.has_ended(1); }));
    for (std::size_t i = before; i < world.history().sent.size(); ++i)
      if (const Message& said = world.history().sent[i].message; said.kind == Kind::propose) {
        EXPECT_EQ(said.round, 1U) << "mode " << mode << ": rank 1 lost its round";
        EXPECT_GE(said.height, 8U) << "mode " << mode;
      }
  }
}

/// Server 3 of four, by itself, and what the others say to it. Nothing is signed.
class Server {
 public:
  explicit Server(std::int64_t mode)
      : shape_(four_servers(mode)), machine_(shape_, 3), out_(bounds_of<Hotstuff>(shape_, 3), true, &made_) {}

  /// What it answers.
  Said hears(Rank from, const Message& message, const Payload& payload) {
    out_.clear();
    machine_.step(from, message, payload, out_);
    Said said;
    for (const auto& envelope : out_.envelopes()) said.push_back(envelope.message);
    return said;
  }
  /// A proposal of rank `round`, of a block with this operation on top of the genesis.
  Said is_proposed(std::uint32_t round, std::int32_t operation) {
    const std::size_t offset = core().certificates.bytes();
    const Payload request = bytes_.allocate(8), payload = bytes_.allocate(offset + core().blocks.bytes(8));
    std::fill_n(request.data(), 8, std::byte{});
    core().rules.high().copy_to(payload, 0);
    core().blocks.write(payload, offset, 1, {}, {.operation = operation, .payload = request});
    block_ = core().blocks.read(payload.part(offset, payload.size() - offset), out_).digest;
    return hears(static_cast<Rank>(round), {.kind = Kind::propose, .round = round, .step = 1, .height = 1}, payload);
  }
  /// That ranks 0 to 2 have voted for what was proposed last, by this vote in this view.
  void write_certificate(const Payload& to, std::size_t offset, Kind vote, hotstuff::View view) const {
    parts::write(to, offset, Message{.kind = vote, .round = view.round, .step = view.step, .height = 1});
    parts::write(to, offset + parts::Certificates::kDigest, block_);
    for (std::uint32_t voter = 0; voter < 3; ++voter)
      parts::write(to, offset + parts::Certificates::kVotes + sizeof voter * voter, voter);
  }
  [[nodiscard]] Payload certificates(std::size_t count) { return bytes_.allocate(count * core().certificates.bytes()); }
  void is_told_that_it_is_decided() {
    const Payload payload = certificates(1);
    write_certificate(payload, 0, Kind::vote_commit, {0, 1});
    hears(0, {.kind = Kind::decide, .round = 0, .step = 1, .height = 1}, payload);
  }
  /// That two others are in this round.
  void is_told_of(std::uint32_t round) {
    const Payload genesis = certificates(1);
    core().rules.high().copy_to(genesis, 0);
    for (const Rank other : {1, 2}) hears(other, {.kind = Kind::wish, .round = round, .value = round}, genesis);
  }
  [[nodiscard]] const parts::Core& core() const { return machine_.core(); }

 private:
  Shape shape_;
  PayloadArena made_{PayloadArena::Growing{}, 4096};
  GrowingArena bytes_;
  Hotstuff machine_;
  Hotstuff::Out out_;
  Digest block_{};
};

bool has_vote(const Said& said) {
  return std::any_of(said.begin(), said.end(), [](const Message& one) { return one.kind == Kind::vote; });
}

/// The certificates that would have locked it never came, so the lock alone would let it vote.
TEST(HotstuffStale, ServerVotesForNoOtherBlockWhereOneIsExecuted) {
  Server server(kBasic);
  EXPECT_TRUE(has_vote(server.is_proposed(0, 0)));
  server.is_told_that_it_is_decided();
  ASSERT_EQ(server.core().chain.executed().height, 1U);
  server.is_told_of(1);
  ASSERT_EQ(server.core().pacemaker.round(), 1U);
  ASSERT_EQ(server.core().rules.locked(), hotstuff::View());
  EXPECT_FALSE(has_vote(server.is_proposed(1, 1)));
}
/// The next leader may not know that the block is decided, and needs the votes of those who do.
TEST(HotstuffStale, ServerVotesAgainForTheBlockThatIsExecuted) {
  Server server(kBasic);
  server.is_proposed(0, 0);
  server.is_told_that_it_is_decided();
  server.is_told_of(1);
  EXPECT_TRUE(has_vote(server.is_proposed(1, 0)));
}
/// A chain remembers four certificates, each in the place of its step: the one of view 1.1 stands where that of 0.1 would.
TEST(HotstuffStale, ServerBelievesWhatIsDecidedThoughItKnowsALaterCertificate) {
  Server server(kChained);
  server.is_proposed(0, 0);
  const Payload later = server.certificates(1), shown = server.certificates(2);
  server.write_certificate(later, 0, Kind::vote, {1, 1});
  server.hears(1, {.kind = Kind::new_view, .round = 1, .step = 1, .height = 1}, later);
  ASSERT_EQ(server.core().rules.high().view, (hotstuff::View{1, 1}));
  server.write_certificate(shown, 0, Kind::vote, {0, 1});
  server.write_certificate(shown, server.core().certificates.bytes(), Kind::vote, {0, 3});
  server.hears(1, {.kind = Kind::decided, .height = 1}, shown);
  EXPECT_EQ(server.core().chain.executed().height, 1U);
}

}  // namespace
}  // namespace coordbench::testing::hotstuff_stale_test
