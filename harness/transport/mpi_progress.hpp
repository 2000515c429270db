#pragma once
// What a rank does while it waits in shared memory and has peers on other nodes, too. MPI moves messages only while someone
// calls it. A message reported as sent may still wait for a connection, and this rank may be waiting, indirectly, for its
// receiver.

#include <mpi.h>

#include "harness/transport/yield.hpp"

namespace coordbench {

class MpiProgress {
 public:
  /// `silent_tag` is one that nobody sends with on `communicator`: a probe that finds a message makes no progress. With
  /// MPI_COMM_NULL there is nothing to move.
  MpiProgress(bool yields, MPI_Comm communicator, int silent_tag)
      : yield_(yields), communicator_(communicator), silent_tag_(silent_tag) {}
  void operator()() {
    if (communicator_ != MPI_COMM_NULL && ++turns_ % kTurns == 0) [[unlikely]] {
      int found = 0;
      MPI_Iprobe(MPI_ANY_SOURCE, silent_tag_, communicator_, &found, MPI_STATUS_IGNORE);
    }
    yield_();
  }

 private:
  static constexpr unsigned kTurns = 64;  ///< some hundred nanoseconds, as much as the probe takes; a neighbour answers sooner
  Yield yield_;
  MPI_Comm communicator_;
  int silent_tag_;
  unsigned turns_ = 0;
};

}  // namespace coordbench
