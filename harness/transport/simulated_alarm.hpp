#pragma once
// Wakes a simulated rank that waits for messages when a time-out is due. Polling the clock would cost SimGrid two hundred times
// as much, and MPI's own waits have no deadline: so a helper of each rank, an actor on the same host, sleeps until then and
// sends the rank an empty message, early by as much as that takes. Elsewhere ranks look at their clocks, and nothing is here.

#include <mpi.h>

#include <memory>

#include "harness/description.hpp"
#include "harness/simulated.hpp"

#ifdef COORDBENCH_SIMULATED
#include <smpi/smpi.h>
#include <simgrid/s4u.hpp>

#include <mutex>

#include "harness/machine/clock.hpp"
#include "harness/transport/completion.hpp"
#endif

namespace coordbench {

#ifdef COORDBENCH_SIMULATED
class SimulatedAlarm {
 public:
  /// `tag` of the communicator is the alarm's own. Unused, it costs nothing and never rings.
  SimulatedAlarm(MPI_Comm communicator, int tag, bool is_used) : communicator_(communicator), tag_(tag) {
    if (!is_used) return;
    MPI_Comm_rank(communicator, &rank_);
    helper_ = std::make_shared<Helper>();
    simgrid::s4u::Actor::create(
        "alarm", simgrid::s4u::this_actor::get_host(),
        [helper = helper_, communicator, tag, rank = rank_] { ring_when_due(*helper, communicator, tag, rank); })
        ->daemonize();
    listen_again();
    take_time_of_ringing();
  }
  SimulatedAlarm(const SimulatedAlarm&) = delete;
  SimulatedAlarm& operator=(const SimulatedAlarm&) = delete;
  ~SimulatedAlarm() {
    if (!helper_) return;
    helper_->ends = true;
    helper_->changed->notify_all();
    if (listening_ != MPI_REQUEST_NULL) abandon(listening_);
  }

  /// Sets the alarm to `at`, ns, on this rank's clock; kNever: it does not ring. Returns the request that is complete once it
  /// rings; null if the alarm is not used.
  MPI_Request* set(Time at) {
    if (!helper_) return nullptr;
    const double due_s = at == kNever ? kNeverS : static_cast<double>(at) * 1e-9 - ringing_takes_s_;
    const bool is_sooner = due_s < helper_->due_s;
    helper_->due_s = due_s;
    if (is_sooner) helper_->changed->notify_all();  // a later one is seen when the helper wakes
    return &listening_;
  }
  /// After a wait: listens again if it has rung.
  void note() {
    if (helper_ && is_complete(listening_)) listen_again();
  }

 private:
  static constexpr double kNeverS = 1e300;
  struct Helper {
    double due_s = kNeverS;
    bool ends = false;
    simgrid::s4u::MutexPtr mutex = simgrid::s4u::Mutex::create();
    simgrid::s4u::ConditionVariablePtr changed = simgrid::s4u::ConditionVariable::create();
  };

  static void ring_when_due(Helper& helper, MPI_Comm communicator, int tag, Rank rank) {
    SMPI_thread_create();
    std::unique_lock<simgrid::s4u::Mutex> lock(*helper.mutex);
    while (!helper.ends) {
      if (helper.due_s == kNeverS) {
        helper.changed->wait(lock);
      } else if (helper.due_s > simgrid::s4u::Engine::get_clock()) {
        helper.changed->wait_until(lock, helper.due_s);
      } else {
        helper.due_s = kNeverS;
        lock.unlock();
        MPI_Send(nullptr, 0, MPI_BYTE, rank, tag, communicator);
        lock.lock();
      }
    }
  }
  /// From any source: the helper is no rank, though it lives on this one's host and sends in its place.
  void listen_again() { MPI_Irecv(nullptr, 0, MPI_BYTE, MPI_ANY_SOURCE, tag_, communicator_, &listening_); }
  void take_time_of_ringing() {
    constexpr Time kSoon = 1000;
    const Time due = now_ns() + kSoon;
    set(due);
    MPI_Wait(&listening_, MPI_STATUS_IGNORE);
    ringing_takes_s_ = static_cast<double>(now_ns() - due) * 1e-9;
    listen_again();
  }

  MPI_Comm communicator_;
  int tag_;
  Rank rank_ = 0;
  std::shared_ptr<Helper> helper_;
  double ringing_takes_s_ = 0;
  MPI_Request listening_ = MPI_REQUEST_NULL;
};
#else
class SimulatedAlarm {
 public:
  SimulatedAlarm(MPI_Comm /*communicator*/, int /*tag*/, bool /*is_used*/) {}
  MPI_Request* set(Time /*at*/) { return nullptr; }
  void note() {}
};
#endif

}  // namespace coordbench
