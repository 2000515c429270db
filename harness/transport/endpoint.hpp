#pragma once
// A collective's point-to-point messages over MPI. This is the only place where they are counted.
// Waits spin on MPI_Test rather than in MPI_Wait, so that each has a deadline; on this path that costs nothing measurable.
// Simulated ranks block: their simulator sees a deadlock by itself.

#include <mpi.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/case.hpp"
#include "harness/description.hpp"
#include "harness/machine/deadline.hpp"
#include "harness/reach.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/completion.hpp"

namespace coordbench {

class Endpoint {
 public:
  static constexpr int kTags = 2;  ///< from `tag` on: the kernel's messages, and credits

  /// A send or a receive under way.
  struct Posted {
    MPI_Request request = MPI_REQUEST_NULL;
    Rank peer = 0;
    bool is_send = false;
  };

  /// `communicator` holds exactly the ranks of the case; `tag` is this case's own, so that nothing of a case that timed out
  /// can be taken for a message of a later one. At most `posted_max` requests may be open at a time.
  Endpoint(MPI_Comm communicator, int tag, std::size_t posted_max, const Deadline& deadline, const ReachTable& reaches = {})
      : communicator_(communicator), tag_(tag), deadline_(deadline), reaches_(reaches), posted_(posted_max) {
    MPI_Comm_rank(communicator, &rank_);
    MPI_Comm_size(communicator, &ranks_);
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  ~Endpoint() { cancel_all(); }
  /// Nothing that was posted arrives any more; what is being sent is left to the library.
  void withdraw() {
    for (; first_ != last_; ++first_)
      if (Posted& open = posted_[first_ % posted_.size()]; !open.is_send && open.request != MPI_REQUEST_NULL)
        abandon_memory_of(open.request);
  }

  [[nodiscard]] Rank rank() const { return rank_; }
  [[nodiscard]] int ranks() const { return ranks_; }
  [[nodiscard]] MPI_Comm communicator() const { return communicator_; }
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

  /// Returns when the bytes may be overwritten; the receiver may not have them yet.
  void send(Rank to, std::span<const std::byte> bytes) {
    MPI_Request request = start_send(to, bytes);
    wait(request, "to send to", to);
  }
  /// Returns when exactly `bytes.size()` bytes of `from`'s next message are here.
  void receive(Rank from, std::span<std::byte> bytes) {
    MPI_Request request = start_receive(from, bytes);
    wait(request, "for a message of", from);
  }
  /// Sends and receives at once, so that a ring of exchanges cannot deadlock.
  void exchange(Rank to, std::span<const std::byte> out, Rank from, std::span<std::byte> in) {
    MPI_Request receiving = start_receive(from, in);
    MPI_Request sending = start_send(to, out);
    wait(receiving, "for a message of", from);
    wait(sending, "to send to", to);
  }

  /// A send or a receive that `finish` completes, whatever else is open.
  Posted begin_send(Rank to, std::span<const std::byte> bytes) { return {start_send(to, bytes), to, true}; }
  Posted begin_receive(Rank from, std::span<std::byte> bytes) { return {start_receive(from, bytes), from, false}; }
  void finish(Posted& posted) { wait(posted.request, posted.is_send ? "to send to" : "for a message of", posted.peer); }

  /// Starts a send or a receive that `wait_oldest` or `wait_all` completes, in the order of posting. Throws std::length_error
  /// above the declared number of open requests.
  void post_send(Rank to, std::span<const std::byte> bytes) { push(begin_send(to, bytes)); }
  void post_receive(Rank from, std::span<std::byte> bytes) { push(begin_receive(from, bytes)); }
  void wait_oldest() {
    finish(posted_[first_ % posted_.size()]);
    ++first_;
  }
  void wait_all() {
    while (first_ != last_) wait_oldest();
  }

  /// Flow control of a stream: counted as control traffic, never as the kernel's.
  void send_credit(Rank to) {
    MPI_Request request;
    MPI_Isend(nullptr, 0, MPI_BYTE, to, tag_ + 1, communicator_, &request);
    wait(request, "to send a credit to", to);
    ++credits_sent_;
  }
  void receive_credit(Rank from) {
    MPI_Request request;
    MPI_Irecv(nullptr, 0, MPI_BYTE, from, tag_ + 1, communicator_, &request);
    wait(request, "for a credit of", from);
  }
  [[nodiscard]] std::int64_t credits_sent() const { return credits_sent_; }

 private:
  MPI_Request start_send(Rank to, std::span<const std::byte> bytes) {
    MPI_Request request;
    MPI_Isend(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, tag_, communicator_, &request);
    const Reach reach = reaches_.to(to);
    traffic_.sent(reach, bytes.size());
    traffic_.messages_between_nodes += reach > Reach::node ? 1 : 0;
    return request;
  }
  MPI_Request start_receive(Rank from, std::span<std::byte> bytes) {
    MPI_Request request;
    MPI_Irecv(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, from, tag_, communicator_, &request);
    ++traffic_.messages_received;
    return request;
  }
  void wait(MPI_Request& request, const char* what, Rank peer) {
    if constexpr (kSimulated) {
      MPI_Wait(&request, MPI_STATUS_IGNORE);
      return;
    }
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    while (!done) [[unlikely]] {
        if (deadline_.passed()) [[unlikely]]
          give_up(request, what, peer);
        MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      }
  }
  [[noreturn]] [[gnu::cold]] void give_up(MPI_Request& request, const char* what, Rank peer) const {
    abandon_memory_of(request);
    deadline_.give_up_on(what, peer);
  }
  /// A receive is cancelled; a send cannot be, and its buffer is left to the library.
  static void abandon(MPI_Request& request) {
    if (request == MPI_REQUEST_NULL) return;
    MPI_Cancel(&request);
    MPI_Request_free(&request);
  }
  void cancel_all() {
    for (; first_ != last_; ++first_) abandon(posted_[first_ % posted_.size()].request);
  }
  void push(Posted posted) {
    if (last_ - first_ == posted_.size()) throw std::length_error("endpoint: more open requests than the kernel declared");
    posted_[last_++ % posted_.size()] = posted;
  }

  MPI_Comm communicator_;
  int tag_;
  Deadline deadline_;
  ReachTable reaches_;
  Rank rank_ = 0;
  int ranks_ = 1;
  Traffic traffic_;
  std::int64_t credits_sent_ = 0;
  std::vector<Posted> posted_;
  std::size_t first_ = 0, last_ = 0;
};

}  // namespace coordbench
