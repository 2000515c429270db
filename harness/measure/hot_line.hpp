#pragma once
// Words between the conductor, rank 0, and the other ranks that propose. The word to go comes to one rank alone, so that no
// other rank is disturbed while its operation runs. That rank answers when it is done.

#include <mpi.h>

#include "harness/measure/control_tree.hpp"

namespace coordbench {

class HotLine {
 public:
  /// At a rank that proposes, to the conductor; at the conductor, to all of those. `tag` and the next are its own.
  HotLine(MPI_Comm communicator, int tag, bool is_used) : communicator_(communicator), tag_(tag), is_used_(is_used) {
    MPI_Comm_rank(communicator, &rank_);
    listen_again();
  }
  HotLine(const HotLine&) = delete;
  HotLine& operator=(const HotLine&) = delete;
  ~HotLine() {
    if (listening_ != MPI_REQUEST_NULL) abandon(listening_);
  }

  /// The conductor tells one rank; the proposer tells the conductor. `wait(request)` returns once a request is complete.
  template <class Wait>
  void tell(Rank to, const Word& word, const Wait& wait) {
    said_ = word;
    MPI_Request request;
    MPI_Isend(&said_, sizeof said_, MPI_BYTE, to, tag_ + (rank_ == 0 ? 0 : 1), communicator_, &request);
    ++messages_sent_;
    wait(request);
  }
  /// True if a word has come.
  bool hear(Word& word) {
    if (!is_used_ || !is_complete(listening_)) return false;
    word = heard_;
    listen_again();
    return true;
  }
  [[nodiscard]] MPI_Request& next_word() { return listening_; }
  [[nodiscard]] std::int64_t messages_sent() const { return messages_sent_; }

 private:
  void listen_again() {
    if (is_used_)
      MPI_Irecv(&heard_, sizeof heard_, MPI_BYTE, rank_ == 0 ? MPI_ANY_SOURCE : 0, tag_ + (rank_ == 0 ? 1 : 0), communicator_,
                &listening_);
  }

  MPI_Comm communicator_;
  int tag_;
  bool is_used_;
  Rank rank_ = 0;
  Word heard_, said_;
  MPI_Request listening_ = MPI_REQUEST_NULL;
  std::int64_t messages_sent_ = 0;
};

}  // namespace coordbench
