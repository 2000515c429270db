#pragma once
// N ranks of a collective as N threads of one process, with mailboxes between them: counts, delays and answers without MPI.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case.hpp"
#include "harness/protocol_traits.hpp"

namespace coordbench::testing {

struct Letter {
  std::vector<std::byte> bytes;
  int depth = 0;  ///< messages on the longest causal chain that ends with it, itself among them
};

/// The mailboxes of one world; FIFO per pair of ranks, as MPI promises for one tag.
class Mailboxes {
 public:
  void put(Rank from, Rank to, Letter letter) {
    const std::lock_guard lock(mutex_);
    boxes_[{from, to}].push_back(std::move(letter));
    arrived_[to].notify_one();  // one thread receives as `to`
  }
  /// Throws std::runtime_error when nothing arrives within ten seconds, so that a deadlock is a failed test.
  Letter take(Rank from, Rank to) {
    std::unique_lock lock(mutex_);
    auto& box = boxes_[{from, to}];
    if (!arrived_[to].wait_for(lock, std::chrono::seconds(10), [&] { return !box.empty(); }))
      throw std::runtime_error("rank " + std::to_string(to) + " waited in vain for rank " + std::to_string(from));
    Letter letter = std::move(box.front());
    box.pop_front();
    return letter;
  }
  [[nodiscard]] bool empty() {
    const std::lock_guard lock(mutex_);
    for (const auto& [pair, box] : boxes_)
      if (!box.empty()) return false;
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<Rank, std::condition_variable> arrived_;
  std::map<std::pair<Rank, Rank>, std::deque<Letter>> boxes_;
};

/// The same interface as harness/transport/endpoint.hpp, over mailboxes.
class ThreadEndpoint {
 public:
  ThreadEndpoint(Mailboxes& mailboxes, Rank rank, int ranks, int ranks_per_node = 1)
      : mailboxes_(mailboxes), rank_(rank), ranks_(ranks), ranks_per_node_(ranks_per_node) {}

  [[nodiscard]] Rank rank() const { return rank_; }
  [[nodiscard]] int ranks() const { return ranks_; }

  void send(Rank to, std::span<const std::byte> bytes) {
    if (to == rank_) throw std::logic_error("a rank sent to itself");
    mailboxes_.put(rank_, to, {{bytes.begin(), bytes.end()}, depth_ + 1});
    const Reach reach = to / ranks_per_node_ == rank_ / ranks_per_node_ ? Reach::node : Reach::zone;
    traffic_.sent(reach, bytes.size());
    traffic_.messages_between_nodes += reach > Reach::node ? 1 : 0;
  }
  void receive(Rank from, std::span<std::byte> bytes) {
    const Letter arrived = mailboxes_.take(from, rank_);
    if (arrived.bytes.size() != bytes.size()) throw std::logic_error("a message of another size than expected");
    if (!bytes.empty()) std::memcpy(bytes.data(), arrived.bytes.data(), bytes.size());
    depth_ = std::max(depth_, arrived.depth);
    ++traffic_.messages_received;
  }
  void exchange(Rank to, std::span<const std::byte> out, Rank from, std::span<std::byte> in) {
    send(to, out);
    receive(from, in);
  }
  void post_send(Rank to, std::span<const std::byte> bytes) {
    send(to, bytes);
    post(-1, {});
  }
  void post_receive(Rank from, std::span<std::byte> bytes) { post(from, bytes); }
  void wait_oldest() {
    const auto [from, bytes] = posted_.front();
    posted_.pop_front();
    if (from >= 0) receive(from, bytes);
  }
  void wait_all() {
    while (!posted_.empty()) wait_oldest();
  }
  /// A credit of flow control: not a message of the kernel, on no chain, counted apart.
  void send_credit(Rank to) { mailboxes_.put(rank_ + ranks_, to + ranks_, {}); }
  void receive_credit(Rank from) { mailboxes_.take(from + ranks_, rank_ + ranks_); }

  /// Where bytes lie, which all threads see; counted are those that will be read.
  void show(Rank to, std::span<const std::byte> bytes, std::size_t read) {
    const auto reference = std::as_bytes(std::span(&bytes, 1));
    send(to, reference);
    traffic_.bytes_by_reach[0] += static_cast<std::int64_t>(read) - static_cast<std::int64_t>(reference.size());
  }
  void show(Rank to, std::span<const std::byte> bytes) { show(to, bytes, bytes.size()); }
  std::span<const std::byte> look(Rank from) {
    std::span<const std::byte> bytes;
    receive(from, std::as_writable_bytes(std::span(&bytes, 1)));
    return bytes;
  }
  void raise_flag(Rank to) { send(to, {}); }
  void await_flag(Rank from) { receive(from, {}); }

  /// The longest causal chain of messages that ends at this rank, since the operation began here. What a rank sends or shows
  /// comes after all that it has received, and a flag or a place that is shown is a message as any other.
  void begin_operation() { depth_ = 0; }
  [[nodiscard]] int depth() const { return depth_; }

  [[nodiscard]] const Traffic& traffic() const { return traffic_; }
  [[nodiscard]] std::size_t most_posted() const { return most_posted_; }

 private:
  void post(Rank from, std::span<std::byte> bytes) {
    posted_.push_back({from, bytes});
    most_posted_ = std::max(most_posted_, posted_.size());
  }

  Mailboxes& mailboxes_;
  Rank rank_;
  int ranks_, ranks_per_node_;
  int depth_ = 0;
  Traffic traffic_;
  std::size_t most_posted_ = 0;
  std::deque<std::pair<Rank, std::span<std::byte>>> posted_;
};

struct CollectiveResult {
  std::int64_t messages = 0;  ///< sent by all ranks in all operations
  std::int64_t messages_between_nodes = 0;
  std::int64_t bytes = 0;
  std::int64_t busiest_rank = 0;      ///< most messages sent by one rank
  std::int64_t busiest_receiver = 0;  ///< most messages received by one rank
  std::size_t most_posted = 0;        ///< most requests that one rank had open
  std::vector<int> delays;            ///< [operation]: messages on the longest causal chain
  int wrong_answers = 0;              ///< (rank, operation) pairs whose check failed
  bool leftovers = false;             ///< messages that nobody received
};

/// Runs `operations` operations of collective C on shape.ranks threads; rethrows the first rank's exception.
template <class C>
CollectiveResult run_collective(const Shape& shape, int operations = 3) {
  Mailboxes mailboxes;
  std::mutex mutex;
  CollectiveResult result{.delays = std::vector<int>(static_cast<std::size_t>(operations), 0)};
  std::exception_ptr failure;
  auto rank_body = [&](Rank rank) {
    try {
      ThreadEndpoint endpoint(mailboxes, rank, shape.ranks, shape.ranks_per_node);
      C collective(shape, rank);
      typename C::Data data(shape, rank);
      int wrong = 0;
      if constexpr (requires { collective.begin(endpoint, data, 0, 0); }) collective.begin(endpoint, data, 0, operations);
      for (Operation k = 0; k < operations; ++k) {
        data.prepare(k);
        endpoint.begin_operation();
        collective.run(endpoint, data);
        {
          const std::lock_guard lock(mutex);
          int& delays = result.delays[static_cast<std::size_t>(k)];
          delays = std::max(delays, endpoint.depth());
        }
        if (!data.verify(k, Effort::full)) ++wrong;
      }
      if constexpr (requires { collective.finish(endpoint, data); }) collective.finish(endpoint, data);
      const std::lock_guard lock(mutex);
      result.messages += endpoint.traffic().messages_sent;
      result.messages_between_nodes += endpoint.traffic().messages_between_nodes;
      result.bytes += endpoint.traffic().bytes_sent();
      result.busiest_rank = std::max(result.busiest_rank, endpoint.traffic().messages_sent);
      result.busiest_receiver = std::max(result.busiest_receiver, endpoint.traffic().messages_received);
      result.most_posted = std::max(result.most_posted, endpoint.most_posted());
      result.wrong_answers += wrong;
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::jthread> threads;
  for (Rank rank = 0; rank < shape.ranks; ++rank) threads.emplace_back(rank_body, rank);
  threads.clear();
  if (failure) std::rethrow_exception(failure);
  result.leftovers = !mailboxes.empty();
  return result;
}

}  // namespace coordbench::testing
