#pragma once
// The harness's own traffic inside a case: words down a binomial tree from its root, tallies up it. Point-to-point, with a
// deadline, on a communicator of its own; never counted as a kernel's. Simulated ranks block instead of looking at a deadline.

#include <mpi.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "harness/description.hpp"
#include "harness/machine/deadline.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/completion.hpp"

namespace coordbench {

enum class Cue : std::int64_t {
  start_at,
  get_ready,  ///< for operation `value`: finish with those before it, and say so
  line_up,    ///< operation `value` begins at every rank
  go,         ///< to one rank: operation `value` is yours
  round,
  tally,    ///< come to rest, and say what was sent and received
  whether,  ///< say what was sent and received, and whether anything is still to come of itself
  run_block,
  block_done
};

struct Word {
  Cue cue = Cue::block_done;
  std::int64_t value = 0;
  std::int64_t round = 0;  ///< of the operation `value`; of a block: the first operation
};

/// What flows up: sums over the subtree, and its least slack.
struct Tally {
  std::int64_t sent = 0;      ///< messages that carry operations
  std::int64_t arriving = 0;  ///< of all that was sent, as many as arrive: fewer, or more, only with --loss
  std::int64_t received = 0;
  std::int64_t ended = 0;    ///< operations whose last mark was reached, over the ranks
  std::int64_t ticking = 0;  ///< ranks that want to be woken
  std::int64_t least_slack_ns = kNever;
  void add(const Tally& other) {
    sent += other.sent;
    arriving += other.arriving;
    received += other.received;
    ended += other.ended;
    ticking += other.ticking;
    least_slack_ns = std::min(least_slack_ns, other.least_slack_ns);
  }
};

inline constexpr auto kNoProgress = [] {};

class ControlTree {
 public:
  /// Rooted at rank 0.
  ControlTree(MPI_Comm communicator, int tag, const Deadline& deadline)
      : communicator_(communicator), tag_(tag), deadline_(deadline) {
    MPI_Comm_rank(communicator, &rank_);
    MPI_Comm_size(communicator, &ranks_);
    const int reach = rank_ == 0 ? static_cast<int>(std::bit_ceil(static_cast<unsigned>(ranks_))) : rank_ & -rank_;
    parent_ = rank_ == 0 ? -1 : rank_ - reach;
    for (int distance = reach / 2; distance > 0; distance /= 2)
      if (rank_ + distance < ranks_) children_.push_back(rank_ + distance);
    listen_again();
  }
  ControlTree(const ControlTree&) = delete;
  ControlTree& operator=(const ControlTree&) = delete;
  ~ControlTree() {
    if (listening_ != MPI_REQUEST_NULL) abandon(listening_);
  }

  [[nodiscard]] Rank rank() const { return rank_; }
  [[nodiscard]] int ranks() const { return ranks_; }
  [[nodiscard]] MPI_Comm communicator() const { return communicator_; }
  [[nodiscard]] int tag() const { return tag_; }
  [[nodiscard]] std::int64_t messages_sent() const { return messages_sent_; }

  /// The root says a word to everyone; `progress` is called while a send waits.
  template <class Progress = decltype(kNoProgress)>
  void say(const Word& word, const Progress& progress = kNoProgress) {
    for (const Rank child : children_) send(&word, sizeof word, child, tag_, progress);
  }
  /// The others: true, and the word passed on, if one has come.
  template <class Progress = decltype(kNoProgress)>
  bool hear(Word& word, const Progress& progress = kNoProgress) {
    if (!is_complete(listening_)) return false;
    word = heard_;
    listen_again();
    say(word, progress);
    return true;
  }
  Word await_word() {
    Word word;
    if constexpr (kSimulated) MPI_Wait(&listening_, MPI_STATUS_IGNORE);
    while (!hear(word))
      if (deadline_.passed()) deadline_.give_up("waiting for a word of the harness from rank " + std::to_string(parent_));
    return word;
  }

  /// What `hear` looks at, for who waits for several things at once: complete or null when a word has come.
  [[nodiscard]] MPI_Request& next_word() { return listening_; }

  /// Every rank calls it with its own tally; returns, at the root, the sum over all ranks.
  template <class Progress = decltype(kNoProgress)>
  Tally gather(Tally tally, const Progress& progress = kNoProgress) {
    for (auto child = children_.rbegin(); child != children_.rend(); ++child) {  // nearest first: it is done first
      Tally theirs;
      MPI_Request request;
      MPI_Irecv(&theirs, sizeof theirs, MPI_BYTE, *child, tag_ + 1, communicator_, &request);
      wait(request, "for a tally of", *child, progress);
      tally.add(theirs);
    }
    if (parent_ >= 0) send(&tally, sizeof tally, parent_, tag_ + 1, progress);
    return tally;
  }

  /// One flat message to or from rank 0, for what is gathered between blocks.
  void send_to_root(const void* data, std::size_t bytes) {
    await_turn(tag_ + 2, communicator_);
    send(data, bytes, 0, tag_ + 2, kNoProgress);
  }
  void receive_from(Rank from, void* data, std::size_t bytes) {
    give_turn(from, tag_ + 2, communicator_);
    MPI_Request request;
    MPI_Irecv(data, static_cast<int>(bytes), MPI_BYTE, from, tag_ + 2, communicator_, &request);
    wait(request, "for the samples of", from, kNoProgress);
  }

  /// Own dissemination barrier (Hensgen, Finkel, Manber 1988), so that the start line does not depend on the library under
  /// test.
  void barrier() {
    for (int distance = 1, round = 0; distance < ranks_; distance *= 2, ++round) {
      MPI_Request receiving;
      const Rank from = (rank_ - distance + ranks_) % ranks_;
      MPI_Irecv(nullptr, 0, MPI_BYTE, from, tag_ + 3 + round, communicator_, &receiving);
      send(nullptr, 0, (rank_ + distance) % ranks_, tag_ + 3 + round, kNoProgress);
      wait(receiving, "at the start line for", from, kNoProgress);
    }
  }

  static constexpr int kTags = 3 + 31;  ///< tags a tree uses, from its first
  /// Tags of a case, from its first: a tree's, a hot line's two, and one each of a bell and an alarm.
  static constexpr int kHotLine = kTags, kBell = kTags + 2, kAlarm = kTags + 3, kTagsOfCase = kTags + 4;

 private:
  template <class Progress>
  void send(const void* data, std::size_t bytes, Rank to, int tag, const Progress& progress) {
    MPI_Request request;
    MPI_Isend(data, static_cast<int>(bytes), MPI_BYTE, to, tag, communicator_, &request);
    ++messages_sent_;
    wait(request, "to send a word of the harness to", to, progress);
  }
  template <class Progress>
  void wait(MPI_Request& request, const char* what, Rank peer, const Progress& progress) {
    if constexpr (kSimulated) {
      if constexpr (requires { progress.until(request); })
        progress.until(request);
      else
        MPI_Wait(&request, MPI_STATUS_IGNORE);
      return;
    }
    for (int done = 0;;) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done) return;
      try {
        progress();
      } catch (...) {  // this rank gives up the case
        abandon(request);
        throw;
      }
      if (deadline_.passed()) [[unlikely]] {
        abandon(request);
        deadline_.give_up(std::string("waiting ") + what + " rank " + std::to_string(peer));
      }
    }
  }
  void listen_again() {
    if (parent_ >= 0) MPI_Irecv(&heard_, sizeof heard_, MPI_BYTE, parent_, tag_, communicator_, &listening_);
  }

  MPI_Comm communicator_;
  int tag_;
  Deadline deadline_;
  Rank rank_ = 0;
  int ranks_ = 1;
  Rank parent_ = -1;
  std::vector<Rank> children_;
  Word heard_;
  MPI_Request listening_ = MPI_REQUEST_NULL;
  std::int64_t messages_sent_ = 0;
};

}  // namespace coordbench
