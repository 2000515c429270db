// The hybrid endpoint over two ways that are made up: who is spoken to by which, and in which order requests are completed.

#include "harness/transport/hybrid_endpoint.hpp"

#include <gtest/gtest.h>

#include <string>

namespace coordbench::testing::hybrid_endpoint_test {
namespace {

/// Writes down what it is asked, with its own name in front.
class Way {
 public:
  struct Posted {
    std::string what;
  };
  Way(char name, std::vector<std::string>& asked) : name_(name), asked_(asked) {}
  [[nodiscard]] Rank rank() const { return 0; }
  [[nodiscard]] int ranks() const { return 5; }
  [[nodiscard]] Traffic traffic() const {
    return {.messages_sent = name_ == 'n' ? 1 : 10, .messages_received = 2, .bytes_by_reach = {3}, .background_messages = 4};
  }
  void send(Rank to, std::span<const std::byte>) { note("send", to); }
  void receive(Rank from, std::span<std::byte>) { note("receive", from); }
  void exchange(Rank to, std::span<const std::byte>, Rank from, std::span<std::byte>) {
    note("exchange " + std::to_string(to), from);
  }
  Posted begin_send(Rank to, std::span<const std::byte>) { return {note("begin send", to)}; }
  Posted begin_receive(Rank from, std::span<std::byte>) { return {note("begin receive", from)}; }
  void finish(const Posted& posted) { asked_.push_back("finish " + posted.what); }
  void post_send(Rank to, std::span<const std::byte>) { open_.push_back(note("post send", to)); }
  void post_receive(Rank from, std::span<std::byte>) { open_.push_back(note("post receive", from)); }
  void wait_oldest() { asked_.push_back("done " + open_.at(first_++)); }
  void send_credit(Rank to) { note("send credit", to); }
  void receive_credit(Rank from) { note("receive credit", from); }
  [[nodiscard]] std::int64_t credits_sent() const { return name_ == 'n' ? 5 : 50; }

 private:
  std::string note(const std::string& what, Rank peer) {
    return asked_.emplace_back(name_ + (" " + what + " " + std::to_string(peer)));
  }
  char name_;
  std::vector<std::string>& asked_;
  std::vector<std::string> open_;
  std::size_t first_ = 0;
};

/// Rank 0's of five; 2 and 3 are near.
struct Hybrid {
  explicit Hybrid(std::size_t posted_max = 4)
      : endpoint(
            NearRanks{1, 0, 1, 1, 0}, posted_max, [this] { return Way('n', asked); }, [this] { return Way('f', asked); }) {}
  std::vector<std::string> asked;
  HybridEndpoint<Way, Way> endpoint;
};
using Texts = std::vector<std::string>;

TEST(HybridEndpoint, SpeaksToEachPeerByItsWay) {
  Hybrid hybrid;
  for (const Rank peer : {1, 2}) {
    hybrid.endpoint.send(peer, {});
    hybrid.endpoint.receive(peer, {});
    hybrid.endpoint.send_credit(peer);
    hybrid.endpoint.receive_credit(peer);
  }
  EXPECT_EQ(hybrid.asked, (Texts{"f send 1", "f receive 1", "f send credit 1", "f receive credit 1", "n send 2", "n receive 2",
                                 "n send credit 2", "n receive credit 2"}));
}

TEST(HybridEndpoint, ExchangesByOneWayOrAcrossBoth) {
  Hybrid hybrid;
  hybrid.endpoint.exchange(2, {}, 3, {});
  hybrid.endpoint.exchange(4, {}, 1, {});
  EXPECT_EQ(hybrid.asked, (Texts{"n exchange 2 3", "f exchange 4 1"}));
  hybrid.asked.clear();
  hybrid.endpoint.exchange(4, {}, 3, {});
  EXPECT_EQ(hybrid.asked, (Texts{"f begin send 4", "n begin receive 3", "finish n begin receive 3", "finish f begin send 4"}));
  hybrid.asked.clear();
  hybrid.endpoint.exchange(2, {}, 1, {});
  EXPECT_EQ(hybrid.asked, (Texts{"n begin send 2", "f begin receive 1", "finish f begin receive 1", "finish n begin send 2"}));
}

TEST(HybridEndpoint, CompletesInTheOrderOfPostingWhicheverWay) {
  Hybrid hybrid;
  for (int round = 0; round < 3; ++round) {  // around the ring of open requests, which has four places
    hybrid.endpoint.post_receive(4, {});
    hybrid.endpoint.post_send(2, {});
    hybrid.endpoint.post_send(1, {});
    hybrid.asked.clear();
    hybrid.endpoint.wait_oldest();
    EXPECT_EQ(hybrid.asked, Texts{"done f post receive 4"});
    hybrid.endpoint.post_receive(3, {});
    hybrid.asked.clear();
    hybrid.endpoint.wait_all();
    EXPECT_EQ(hybrid.asked, (Texts{"done n post send 2", "done f post send 1", "done n post receive 3"}));
  }
  hybrid.asked.clear();
  hybrid.endpoint.wait_all();
  EXPECT_EQ(hybrid.asked, Texts{}) << "nothing is open any more";
}

TEST(HybridEndpoint, SaysSoWhenMoreIsOpenThanWasDeclared) {
  Hybrid hybrid(2);
  hybrid.endpoint.post_send(1, {});
  hybrid.endpoint.post_send(2, {});
  EXPECT_THROW(hybrid.endpoint.post_receive(3, {}), std::length_error) << "two in all, not two each way";
}

TEST(HybridEndpoint, CountsWhatWentEitherWay) {
  const Hybrid hybrid;
  const Traffic traffic = hybrid.endpoint.traffic();
  EXPECT_EQ(traffic.messages_sent, 11);
  EXPECT_EQ(traffic.messages_received, 4);
  EXPECT_EQ(traffic.bytes_sent(), 6);
  EXPECT_EQ(traffic.background_messages, 8);
  EXPECT_EQ(hybrid.endpoint.credits_sent(), 55);
}

}  // namespace
}  // namespace coordbench::testing::hybrid_endpoint_test
