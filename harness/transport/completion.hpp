#pragma once
// Which requests are complete.

#include <mpi.h>

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/description.hpp"
#include "harness/machine/clock.hpp"
#include "harness/simulated.hpp"

namespace coordbench {

/// Whether a request is complete, or null. SMPI (3.32) leaves the flag as it was for a null request.
inline bool is_complete(MPI_Request& request) {
  if (kSimulated && request == MPI_REQUEST_NULL) return true;
  int done = 0;
  MPI_Test(&request, &done, MPI_STATUS_IGNORE);
  return done != 0;
}

[[nodiscard]] inline std::size_t bytes_of(const MPI_Status& status) {
  int bytes = 0;
  MPI_Get_count(&status, MPI_BYTE, &bytes);
  return static_cast<std::size_t>(bytes);
}

/// Gives up a request unless it is complete. SMPI keeps one that was cancelled, and looks through all of them at each message,
/// until it has been waited for.
inline void abandon(MPI_Request& request) {
  if (request == MPI_REQUEST_NULL) return;
  MPI_Cancel(&request);
  if constexpr (kSimulated)
    MPI_Wait(&request, MPI_STATUS_IGNORE);
  else
    MPI_Request_free(&request);
}

/// The same, of a receive whose memory another case may use next: a message that has begun to arrive gets a tenth of a second.
inline void abandon_memory_of(MPI_Request& request) {
  MPI_Cancel(&request);
  for (const Time until = now_ns() + 100'000'000; now_ns() < until;)
    if (is_complete(request)) return;
  MPI_Request_free(&request);
}

/// Simulated ranks report to rank 0 one at a time: SimGrid's work grows with the square of the messages under way to one host.
inline void give_turn(Rank to, int tag, MPI_Comm communicator) {
  if constexpr (kSimulated) MPI_Send(nullptr, 0, MPI_BYTE, to, tag, communicator);
}
inline void await_turn(int tag, MPI_Comm communicator) {
  if constexpr (kSimulated) MPI_Recv(nullptr, 0, MPI_BYTE, 0, tag, communicator, MPI_STATUS_IGNORE);
}

/// Several requests of a simulated rank: polling costs their host two hundred times as much as blocking until something has
/// happened.
class Completion {
 public:
  void clear() { requests_.clear(); }
  void add(MPI_Request request) { requests_.push_back(request); }
  [[nodiscard]] std::size_t size() const { return requests_.size(); }

  /// The index of one that is complete, in the order of adding, which then is freed: the caller's handle is void. Empty if none
  /// is. All must be open.
  std::optional<std::size_t> test(MPI_Status& status) {
    int index = MPI_UNDEFINED, found = 0;
    MPI_Testany(static_cast<int>(requests_.size()), requests_.data(), &index, &found, &status);
    if (!found || index == MPI_UNDEFINED) return {};
    return static_cast<std::size_t>(index);
  }
  /// The same, as soon as one is.
  std::size_t wait(MPI_Status& status) {
    int index = 0;
    MPI_Waitany(static_cast<int>(requests_.size()), requests_.data(), &index, &status);
    return static_cast<std::size_t>(index);
  }

 private:
  std::vector<MPI_Request> requests_;
};

}  // namespace coordbench
