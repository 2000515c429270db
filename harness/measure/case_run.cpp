#include "harness/measure/case_run.hpp"

#include <algorithm>
#include <memory>

#include "harness/kernel.hpp"
#include "harness/machine/deadline.hpp"
#include "harness/measure/statistics.hpp"

namespace coordbench {

CaseRun::CaseRun(const Setting& setting) : setting_(setting), began_(now_ns()) {
  MPI_Comm_rank(setting.control_communicator, &rank_);
  MPI_Comm_size(setting.control_communicator, &ranks_);
  const std::size_t marks = setting.planned->kernel->marks.size();
  samples_.ranks = ranks_;
  samples_.marks = marks > 1 ? static_cast<std::int64_t>(marks) - 1 : 0;
  mark_columns_.resize(static_cast<std::size_t>(samples_.marks));
}

void CaseRun::meet() const {
  MPI_Request request;
  MPI_Ibarrier(setting_.control_communicator, &request);
  Deadline deadline(setting_.deadline);
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return;
    if (deadline.passed()) throw TimedOut("waiting for all ranks of the case to be ready");
  }
}

std::int64_t CaseRun::agree_on_block(ControlTree& tree, std::int64_t done) {
  if (rank_ != 0) return tree.await_word().value;
  std::vector<double> values = latencies(samples_, setting_.planned->kernel->about.latency);
  const Decision decision = decide(setting_.rule, done, now_ns() - began_, summarise(values));
  stop_reason_ = decision.reason;
  tree.say({Cue::run_block, decision.next_block});
  return decision.next_block;
}

/// Stamps become rank 0's clock, counted from the launch's epoch, on the rank that made them.
void CaseRun::gather(ControlTree& tree, const Recorder& recorder, Operation first, std::int64_t count) {
  operations_ += count;
  std::vector<Time> mine = recorder.packed(first, count);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const bool is_slack = i / static_cast<std::size_t>(count) == 2;
    if (!is_slack && mine[i] >= 0) mine[i] = setting_.clock.to_global(mine[i]) - setting_.epoch_ns;
  }
  auto blocks = std::make_unique<std::vector<std::vector<Time>>>(static_cast<std::size_t>(rank_ == 0 ? ranks_ : 1),
                                                                 std::vector<Time>(mine.size()));
  (*blocks)[0] = std::move(mine);
  try {
    exchange(tree, *blocks);
  } catch (const TimedOut&) {
    static_cast<void>(blocks.release());  // never freed: the library may still read or write there
    throw;
  }
  if (rank_ == 0) append(*blocks, count);
}

void CaseRun::exchange(ControlTree& tree, std::vector<std::vector<Time>>& blocks) const {
  if (rank_ != 0) return tree.send_to_root(blocks[0].data(), blocks[0].size() * sizeof(Time));
  for (Rank from = 1; from < ranks_; ++from) {
    auto& block = blocks[static_cast<std::size_t>(from)];
    tree.receive_from(from, block.data(), block.size() * sizeof(Time));
  }
}

void CaseRun::append(const std::vector<std::vector<Time>>& blocks, std::int64_t count) {
  const auto column = [&](std::size_t which, std::size_t operation, std::size_t rank) {
    return blocks[rank][which * static_cast<std::size_t>(count) + operation];
  };
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    Time least_slack = kNever;
    for (std::size_t rank = 0; rank < blocks.size(); ++rank) {
      samples_.start_ns.push_back(column(0, k, rank));
      samples_.end_ns.push_back(column(1, k, rank));
      least_slack = std::min(least_slack, column(2, k, rank));
      for (std::size_t m = 0; m < mark_columns_.size(); ++m) mark_columns_[m].push_back(column(3 + m, k, rank));
    }
    if (sync() == Sync::round_time && least_slack != kNever) samples_.start_slack_ns.push_back(least_slack);
  }
  append_rounds();
  samples_.operations += count;
  block_ends_.push_back(samples_.operations);
  samples_.mark_ns.clear();
  for (const auto& marks : mark_columns_) samples_.mark_ns.insert(samples_.mark_ns.end(), marks.begin(), marks.end());
}

void CaseRun::append_rounds() {
  for (const Rounds& noted : noted_) {
    samples_.rounds.push_back(noted.rounds);
    samples_.round_messages.push_back(noted.messages);
    samples_.known_ns.push_back(noted.known_ns);
  }
  noted_.clear();
}

void CaseRun::conclude(const Traffic& traffic, const Recorder& recorder, std::int64_t control_messages,
                       std::int64_t answers_due) {
  report_.traffic = traffic;
  report_.control_messages = control_messages;
  report_.wrong_answers = recorder.wrong_answers() + std::abs(answers_due - recorder.answers());
  report_.first_wrong = recorder.first_wrong();
  std::copy(recorder.deepest().begin(), recorder.deepest().end(), report_.deepest.begin());
}

}  // namespace coordbench
