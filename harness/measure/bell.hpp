#pragma once
// A rank that fails tells the others at once, so that they do not wait for it until their deadline.

#include <mpi.h>

#include "harness/machine/deadline.hpp"
#include "harness/transport/completion.hpp"

namespace coordbench {

class Bell final : public Interruption {
 public:
  /// A rank that does not listen is told all the same, and hears nothing.
  Bell(MPI_Comm communicator, int tag, bool listens = true) : communicator_(communicator), tag_(tag) {
    if (listens) MPI_Irecv(&failed_, 1, MPI_INT, MPI_ANY_SOURCE, tag, communicator, &listening_);
  }
  ~Bell() {
    if (listening_ != MPI_REQUEST_NULL) abandon(listening_);
  }

  /// Tells every other rank of the case; never waits for one.
  void ring() {
    int* const self = new int(0);  // never freed: the library may still read it when this object is gone
    int ranks = 0;
    MPI_Comm_rank(communicator_, self);
    MPI_Comm_size(communicator_, &ranks);
    for (Rank to = 0; to < ranks; ++to) {
      if (to == *self) continue;
      MPI_Request request;
      MPI_Isend(self, 1, MPI_INT, to, tag_, communicator_, &request);
      MPI_Request_free(&request);
    }
  }
  /// The same for an exception that ends this rank's part, unless it only ends a wait for others.
  void ring_for(const std::exception& error) {
    if (!dynamic_cast<const TimedOut*>(&error) && !dynamic_cast<const Abandoned*>(&error)) ring();
  }
  Rank failed() override {
    if (listening_ != MPI_REQUEST_NULL) is_complete(listening_);
    return listening_ == MPI_REQUEST_NULL ? failed_ : -1;
  }
  /// Throws Abandoned once another rank has rung.
  void heed() {
    if (const Rank rank = failed(); rank >= 0) throw Abandoned(rank);
  }
  [[nodiscard]] MPI_Request& request() { return listening_; }

 private:
  MPI_Comm communicator_;
  int tag_;
  MPI_Request listening_ = MPI_REQUEST_NULL;
  int failed_ = -1;
};

}  // namespace coordbench
