#pragma once
// What a rank is in every kind of gossip: uninformed until the rumour reaches it, and able to pass it on from the next round
// on. Rounds are synchronous, but word of a round and its messages travel apart, so a message of round r may come before its
// receiver is told of round r. Messages therefore carry their round, and a rank its first: informed in round r, it behaves as
// uninformed until r is over.
// Source: Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, section 1 (the random phone call model); Demers et al., PODC 1987.

#include <limits>
#include <string>

#include "harness/protocol.hpp"
#include "kernels/parts/gossip_partners.hpp"

namespace coordbench {

struct GossipMessage {
  enum class Kind : std::uint8_t { rumour, request };
  static constexpr int count = 1;  ///< every message is of one rumour
  std::uint32_t first;             ///< the operation whose rumour it is
  std::uint16_t round;             ///< in which it was sent, or the request that it answers
  Kind kind;
};

class GossipSite {
 public:
  using Message = GossipMessage;
  using Kind = GossipMessage::Kind;
  enum { informed };
  static constexpr std::int64_t kInformed = 1;  ///< the outcome of every operation

  static constexpr std::array parameters{Parameter{
      .name = "fanout", .initial = 1, .lowest = 1, .highest = kGossipFanoutMax, .help = "ranks that a rank calls in a round"}};
  static constexpr std::array marks{Mark{.name = "informed", .where = Mark::Where::everywhere, .answers = true}};

  /// Random: the chain grows with the rounds, and within a round where messages arrive before word of it.
  static int delays(const Shape& /*shape*/, int /*mark*/) { return -1; }
  static std::string unfit(const Shape& shape) {
    if (shape.in_flight > 1) return "the rounds of two rumours cannot overlap";
    return shape.ranks > 1 && shape["fanout"] >= shape.ranks ? "fanout above the number of other ranks" : "";
  }
  static std::int64_t expected_outcome(const Shape& /*shape*/) { return kInformed; }
  static bool answers(const Shape& /*shape*/, Rank /*rank*/) { return true; }

  /// In a round a rank calls `fanout` others and may have to answer everybody; no step sends so much, but all of it may have to
  /// wait for the peers at once.
  static std::size_t outbox_capacity(const Shape& shape) { return static_cast<std::size_t>(shape.ranks + shape["fanout"]); }
  static std::size_t in_degree(const Shape& shape, Rank /*rank*/) { return outbox_capacity(shape); }
  /// The rumour, and the last one until it is replaced.
  static std::size_t leases(const Shape& /*shape*/) { return 2; }

  GossipSite(const Shape& shape, Rank self) : shape_(shape), self_(self), fanout_(static_cast<int>(shape["fanout"])) {}

  /// The proposer is informed before the first round.
  template <class Out>
  void propose(Time /*now*/, Operation operation, const Payload& rumour, Out& out) {
    if (takes_up(operation))
      hear({.first = static_cast<std::uint32_t>(operation), .round = 0, .kind = Kind::rumour}, rumour, out);
  }
  [[nodiscard]] Answer answer(Operation operation) const {
    return operation == operation_ && informed_in_ != kNotYet ? Answer{kInformed, rumour_} : Answer{};
  }

 protected:
  /// Turns to a newer operation, of which it knows nothing yet; false for one that is over.
  bool takes_up(Operation operation) {
    if (operation > operation_) {
      operation_ = operation;
      informed_in_ = kNotYet;
      rumour_ = {};
    }
    return operation == operation_;
  }

  [[nodiscard]] bool informed_before(int round) const { return informed_in_ < round; }

  /// A rumour that is known already is dropped.
  template <class Out>
  void hear(const Message& message, const Payload& rumour, Out& out) {
    if (informed_in_ != kNotYet) return;
    informed_in_ = message.round;
    rumour_ = rumour;
    out.complete(message.first, informed);
  }

  template <class Out>
  void call_partners(int round, Kind kind, Out& out) const {
    for (const Rank to : GossipPartners(shape_, fanout_, operation_, round, self_)) send(to, round, kind, out);
  }

  /// Only who was informed before the round of a request answers it.
  template <class Out>
  void answer_request(Rank from, const Message& request, Out& out) const {
    if (informed_before(request.round)) send(from, request.round, Kind::rumour, out);
  }

 private:
  static constexpr int kNotYet = std::numeric_limits<int>::max();

  template <class Out>
  void send(Rank to, int round, Kind kind, Out& out) const {
    const Message message{
        .first = static_cast<std::uint32_t>(operation_), .round = static_cast<std::uint16_t>(round), .kind = kind};
    out.send(to, message, kind == Kind::rumour ? rumour_ : Payload());
  }

  Shape shape_;
  Rank self_;
  int fanout_;
  Operation operation_ = -1;
  int informed_in_ = kNotYet;  ///< round in which the rumour came; 0: proposed here
  Payload rumour_;
};

}  // namespace coordbench
