#pragma once
// One case on one rank: what the measuring code is given, the blocks it is driven through, what it reports.

#include <mpi.h>

#include <vector>

#include "harness/case_result.hpp"
#include "harness/machine/clock_model.hpp"
#include "harness/measure/bell.hpp"
#include "harness/measure/case_report.hpp"
#include "harness/measure/control_tree.hpp"
#include "harness/measure/recorder.hpp"
#include "harness/measure/stopping.hpp"
#include "harness/pattern.hpp"
#include "harness/reach.hpp"
#include "harness/transport/neighbours.hpp"
#include "harness/transport/shared_region.hpp"

namespace coordbench {

class CaseRun {
 public:
  /// `kernel_communicator` and `control_communicator` hold exactly the ranks of the case; `tag` is the first of the case's own
  /// tags.
  struct Setting {
    const Case* planned = nullptr;
    MPI_Comm kernel_communicator = MPI_COMM_NULL;
    MPI_Comm control_communicator = MPI_COMM_NULL;
    int tag = 0;
    StoppingRule rule;
    Time deadline = kNever;
    Time epoch_ns = 0;
    ClockModel clock{};  ///< this rank's against rank 0's
    bool oversubscribed = false;
    Neighbours neighbours{};
    ReachTable reaches{};
    const SharedRegion* shared = nullptr;  ///< of the ranks of the case, not laid out yet; null if no case needs it
  };

  explicit CaseRun(const Setting& setting);

  [[nodiscard]] const Setting& setting() const { return setting_; }
  [[nodiscard]] const Shape& shape() const { return setting_.planned->shape; }
  [[nodiscard]] Sync sync() const { return setting_.planned->sync; }
  [[nodiscard]] Rank rank() const { return rank_; }
  [[nodiscard]] Effort effort() const { return sync() == Sync::none ? Effort::sampled : Effort::full; }

  /// Calls `run_block(first, count)` on every rank of the case, checkpoint after checkpoint, until rank 0 says enough. After
  /// each block its stamps go to rank 0.
  template <class RunBlock>
  void drive(ControlTree& tree, const Recorder& recorder, RunBlock&& run_block) {
    for (std::int64_t done = 0;;) {
      const std::int64_t count = agree_on_block(tree, done);
      if (count == 0) return;
      run_block(done, count);
      gather(tree, recorder, done, count);
      done += count;
    }
  }

  /// Returns once every rank of the case has made its buffers. A rank that cannot make them is found here, so no rank sends to
  /// it or waits for it inside the library. Throws TimedOut, or Abandoned. Simulated ranks that wait hear of no failure.
  void meet(ControlTree& tree) const {
    if constexpr (!kSimulated) tree.barrier();
  }

  /// What the next operation took, where its end is found out by the harness, at rank 0; `rounds` where it ran in lock-step.
  void note_end(std::int64_t messages, Time known_ns, std::int64_t rounds = -1) {
    noted_.push_back({messages, known_ns - setting_.epoch_ns, rounds});
  }

  /// The kernel's part is over on this rank: how it ended.
  void conclude(const Traffic& traffic, const Recorder& recorder, std::int64_t control_messages, std::int64_t answers_due);
  void note_applied(std::int64_t times) { report_.applied = times; }
  void note_premature_resends(std::int64_t resends) { report_.premature_resends = resends; }

  [[nodiscard]] Bell& bell() { return bell_; }
  /// The bound on every waiting loop of this rank.
  [[nodiscard]] Deadline deadline() { return {setting_.deadline, &bell_, setting_.oversubscribed}; }

  [[nodiscard]] CaseReport& report() { return report_; }
  [[nodiscard]] const Samples& samples() const { return samples_; }                          ///< rank 0
  [[nodiscard]] StopReason stop_reason() const { return stop_reason_; }                      ///< rank 0
  [[nodiscard]] const std::vector<std::int64_t>& block_ends() const { return block_ends_; }  ///< rank 0
  [[nodiscard]] std::int64_t operations() const { return operations_; }

 private:
  struct Ending {
    std::int64_t messages;
    Time known_ns;
    std::int64_t rounds;
  };

  std::int64_t agree_on_block(ControlTree& tree, std::int64_t done);
  void gather(ControlTree& tree, const Recorder& recorder, Operation first, std::int64_t count);
  void exchange(ControlTree& tree, std::vector<std::vector<Time>>& blocks) const;
  void append(const std::vector<std::vector<Time>>& blocks, Operations block, const Recorder& recorder);
  template <class DepthsOf>
  void append_depths(const DepthsOf& depths_of);
  void append_endings();

  Setting setting_;
  Rank rank_ = 0;
  int ranks_ = 1;
  Time began_;
  Bell bell_;
  CaseReport report_;
  Samples samples_;
  std::vector<std::vector<std::int64_t>> mark_columns_;  ///< [mark][operation × rank], as they grow
  std::vector<Ending> noted_;  ///< of the block under way; one that times out leaves nothing in the samples
  std::vector<std::int64_t> block_ends_;
  std::int64_t operations_ = 0;
  StopReason stop_reason_ = StopReason::precision;
};

}  // namespace coordbench
