#pragma once
// A seeded network in virtual time: delays (and so reordering), loss, duplication, crashes. One total order of events, so that
// a seed is a replay.

#include <queue>
#include <random>
#include <set>
#include <vector>

#include "harness/protocol.hpp"
#include "harness/transport/counted.hpp"

namespace coordbench::testing {

/// What may go wrong; the defaults are a perfect network in which every message takes one tick.
struct Faults {
  std::uint64_t seed = 1;
  Time delay_least = 1, delay_most = 1;
  double loss = 0, duplication = 0;  ///< probability per message
  Time heals_at = kNever;            ///< from then on nothing is lost or duplicated
};

template <class W>
class SimNetwork {
 public:
  struct Event {
    Time at;
    std::uint64_t order;  ///< breaks ties: first sent, first delivered
    Rank from, to;
    W wire;
    Payload payload;
    friend bool operator>(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  explicit SimNetwork(const Faults& faults) : faults_(faults), random_(faults.seed) {}

  [[nodiscard]] Time now() const { return now_; }
  void advance_to(Time now) { now_ = now; }
  void crash(Rank rank) { crashed_.insert(rank); }
  [[nodiscard]] bool is_crashed(Rank rank) const { return crashed_.contains(rank); }

  void send(Rank from, Rank to, const W& wire, const Payload& payload) {
    if (is_crashed(from) || happens(faults_.loss)) return;
    for (int copies = happens(faults_.duplication) ? 2 : 1; copies > 0; --copies)
      events_.push({now_ + delay(), next_order_++, from, to, wire, payload});
  }
  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] Time next_at() const { return events_.empty() ? kNever : events_.top().at; }
  Event take() {
    Event event = events_.top();
    events_.pop();
    now_ = event.at;
    return event;
  }

 private:
  bool happens(double probability) {
    return probability > 0 && now_ < faults_.heals_at && std::generate_canonical<double, 53>(random_) < probability;
  }
  Time delay() {
    if (faults_.delay_least == faults_.delay_most) return faults_.delay_least;
    const auto span = static_cast<std::uint64_t>(faults_.delay_most - faults_.delay_least) + 1;
    return faults_.delay_least + static_cast<Time>(random_() % span);
  }

  Faults faults_;
  std::mt19937_64 random_;  // its sequence is fixed by the standard, unlike the distributions
  Time now_ = 0;
  std::uint64_t next_order_ = 0;
  std::set<Rank> crashed_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

/// One rank's door to the simulated network; what harness/mpi_transport.hpp is over MPI.
template <class W>
class SimTransport {
 public:
  SimTransport(SimNetwork<W>& network, Rank self) : network_(network), self_(self) {}
  void send(Rank to, const W& wire, const Payload& payload) { network_.send(self_, to, wire, payload); }
  [[nodiscard]] Time now() const { return network_.now(); }

 private:
  SimNetwork<W>& network_;
  Rank self_;
};

}  // namespace coordbench::testing
