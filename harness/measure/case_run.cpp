#include "harness/measure/case_run.hpp"

#include <algorithm>
#include <memory>

#include "harness/kernel.hpp"
#include "harness/measure/statistics.hpp"

namespace coordbench {
namespace {

/// Simulated ranks of a collective block in the library, where they hear nothing.
bool hears(const Kernel& kernel) { return !kSimulated || kernel.family == Family::protocol; }

}  // namespace

CaseRun::CaseRun(const Setting& setting)
    : setting_(setting),
      began_(now_ns()),
      bell_(setting.control_communicator, setting.tag + ControlTree::kBell, hears(*setting.planned->kernel)) {
  MPI_Comm_rank(setting.control_communicator, &rank_);
  MPI_Comm_size(setting.control_communicator, &ranks_);
  const std::size_t marks = setting.planned->kernel->marks.size();
  samples_.ranks = ranks_;
  samples_.marks = marks > 1 ? static_cast<std::int64_t>(marks) - 1 : 0;
  mark_columns_.resize(static_cast<std::size_t>(samples_.marks));
}

std::int64_t CaseRun::agree_on_block(ControlTree& tree, std::int64_t done) {
  if (rank_ != 0) return tree.await_word().value;
  std::vector<double> values = latencies(samples_, setting_.planned->kernel->about.latency);
  const Decision decision = decide(setting_.rule, done, now_ns() - began_, summarise_launch(values));
  stop_reason_ = decision.reason;
  tree.say({Cue::run_block, decision.next_block});
  return decision.next_block;
}

/// Turns this rank's stamps into times on rank 0's clock since the launch's epoch.
void CaseRun::gather(ControlTree& tree, const Recorder& recorder, Operation first, std::int64_t count) {
  operations_ += count;
  std::vector<Time> mine = recorder.packed({first, count});
  for (std::size_t i = 0; i < recorder.instants() * static_cast<std::size_t>(count); ++i)
    if (mine[i] >= 0) mine[i] = setting_.clock.to_global(mine[i]) - setting_.epoch_ns;
  auto blocks = std::make_unique<std::vector<std::vector<Time>>>(static_cast<std::size_t>(rank_ == 0 ? ranks_ : 1),
                                                                 std::vector<Time>(mine.size()));
  (*blocks)[0] = std::move(mine);
  try {
    exchange(tree, *blocks);
  } catch (const std::exception&) {
    static_cast<void>(blocks.release());  // never freed: the library may still read or write there
    throw;
  }
  if (rank_ == 0) append(*blocks, {first, count}, recorder);
}

void CaseRun::exchange(ControlTree& tree, std::vector<std::vector<Time>>& blocks) const {
  if (rank_ != 0) return tree.send_to_root(blocks[0].data(), blocks[0].size() * sizeof(Time));
  for (Rank from = 1; from < ranks_; ++from) {
    auto& block = blocks[static_cast<std::size_t>(from)];
    tree.receive_from(from, block.data(), block.size() * sizeof(Time));
  }
}

void CaseRun::append(const std::vector<std::vector<Time>>& blocks, Operations block, const Recorder& recorder) {
  const auto column = [&](std::size_t which, std::size_t operation, std::size_t rank) {
    return blocks[rank][which * static_cast<std::size_t>(block.count) + operation];
  };
  const std::size_t slack = recorder.instants(), depths = slack + 1, of = slack + 2, measured = recorder.columns() - 1;
  for (std::size_t k = 0; k < static_cast<std::size_t>(block.count); ++k) {
    Time least_slack = kNever;
    for (std::size_t rank = 0; rank < blocks.size(); ++rank) {
      samples_.start_ns.push_back(column(0, k, rank));
      samples_.end_ns.push_back(column(1, k, rank));
      for (std::size_t m = 0; m < mark_columns_.size(); ++m) mark_columns_[m].push_back(column(2 + m, k, rank));
      least_slack = std::min(least_slack, column(slack, k, rank));
      if (recorder.measures()) samples_.measured.push_back(column(measured, k, rank));
    }
    if (sync() == Sync::round_time && least_slack != kNever) samples_.start_slack_ns.push_back(least_slack);
    if (recorder.columns() > depths) append_depths([&](std::size_t rank) { return Depths(column(depths, k, rank)); });
    if (recorder.reads()) {
      const Rank proposer = proposer_of(*setting_.planned->kernel, shape(), block.first + static_cast<Operation>(k));
      samples_.of.push_back(column(of, k, static_cast<std::size_t>(std::max(proposer, 0))));
    }
  }
  append_endings();
  samples_.operations += block.count;
  block_ends_.push_back(samples_.operations);
  samples_.mark_ns.clear();
  for (const auto& marks : mark_columns_) samples_.mark_ns.insert(samples_.mark_ns.end(), marks.begin(), marks.end());
}

template <class DepthsOf>
void CaseRun::append_depths(const DepthsOf& depths_of) {
  Depths& greatest = samples_.depths.emplace_back();
  for (std::size_t rank = 0; rank < static_cast<std::size_t>(ranks_); ++rank)
    for (std::size_t mark = 0; mark < setting_.planned->kernel->marks.size(); ++mark)
      greatest.deepen(mark, depths_of(rank).at(mark));
}

void CaseRun::append_endings() {
  for (const Ending& ending : noted_) {
    if (ending.rounds >= 0) samples_.rounds.push_back(ending.rounds);
    samples_.ending_messages.push_back(ending.messages);
    samples_.known_ns.push_back(ending.known_ns);
  }
  noted_.clear();
}

void CaseRun::conclude(const Traffic& traffic, const Recorder& recorder, std::int64_t control_messages,
                       std::int64_t answers_due) {
  report_.traffic = traffic;
  report_.control_messages = control_messages;
  report_.wrong_answers = recorder.wrong_answers() + std::abs(answers_due - recorder.answers());
  report_.first_wrong = recorder.first_wrong();
  report_.marks_due = recorder.marks_due();
  report_.marks_came = recorder.marks_came();
  report_.misplaced_marks = recorder.misplaced_marks();
  report_.first_misplaced = recorder.first_misplaced().operation;
  report_.misplaced_mark = recorder.first_misplaced().mark;
}

}  // namespace coordbench
