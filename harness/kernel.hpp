#pragma once
// The registry's entry: a kernel with its type erased once per case, never per message.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "harness/case.hpp"
#include "harness/description.hpp"

namespace coordbench {

class CaseRun;  // what a running case needs of the harness: harness/measure/case_run.hpp

struct Kernel {
  std::string_view name;  ///< the file's name, the class's name in snake case, the name everywhere else
  Family family = Family::collective;
  About about;
  std::span<const Parameter> parameters{};
  std::span<const Mark> marks{};                                   ///< empty for collectives
  std::span<const std::string_view> kinds{};                       ///< of operations, where they differ
  std::span<const Authentication> authentications{};               ///< that it can bear; empty: it trusts every sender
  Cost (*cost)(const Shape&, Operations) = nullptr;                ///< a collective's delays stand at mark 0
  std::int64_t (*messages_between_nodes)(const Shape&) = nullptr;  ///< of one operation; null: no closed form
  int clients_most = 0;                                            ///< ranks of their own that may ask
  int (*proposers)(const Shape&) = nullptr;                        ///< null: operations begin at every rank
  int (*kind)(const Shape&, Operation) = nullptr;                  ///< null: all are alike
  std::string (*unfit)(const Shape&) = nullptr;                    ///< why the combination does not fit, or empty
  UnderLoss (*under_loss)(const Shape&) = nullptr;                 ///< null: UnderLoss::stops
  double (*messages_under_loss)(const Shape&) = nullptr;           ///< expected, of one operation; null: not known
  double (*applications)(const Shape&) = nullptr;                  ///< expected, of one operation; null: nobody counts them
  double (*stale_share)(const Shape&) = nullptr;                   ///< expected, of all reads; null: no closed form
  Measured measured{};                                   ///< what answers' outcomes are; no name: nothing that is recorded
  Silence (*silence)(const Shape&) = nullptr;            ///< null: some rank knows when an operation is over
  std::int64_t (*memory_bytes)(const Shape&) = nullptr;  ///< of buffers, on the busiest rank
  /// Of shared memory, on each of `sharing` ranks of a node; null where the kernel has no use for any.
  std::int64_t (*shared_bytes)(const Shape&, TransportName, int sharing) = nullptr;
  /// Over shared memory, whether a payload is read where its proposer wrote it, and never copied; null: it is copied.
  bool (*stays_in_place)(const Shape&) = nullptr;
  void (*run)(CaseRun&) = nullptr;  ///< null in tests that only plan
};

/// The rank that is asked for an operation, -1 where operations begin at every rank.
inline Rank proposer_of(const Kernel& kernel, const Shape& shape, Operation operation) {
  if (kernel.proposers == nullptr) return -1;
  return static_cast<Rank>(operation % kernel.proposers(shape)) + (shape.clients > 0 ? shape.ranks : 0);
}

/// How the messages of a case are held against the closed form: loss makes every count random.
inline CountRule count_rule_of(const Case& planned) {
  const CountRule rule = planned.kernel->about.count_rule;
  return planned.shape.loss.any() && rule != CountRule::none ? CountRule::expected : rule;
}

/// Whether payloads come into the memory of other ranks: then payload over time is a bandwidth.
inline bool is_payload_copied(const Case& planned) {
  const Shape& shape = planned.shape;
  if (shape.payload_bytes == 0 || planned.members() == 1) return false;
  const bool share_memory = planned.transport == TransportName::shared_memory ||
                            (planned.transport == TransportName::hybrid && planned.members() <= shape.ranks_per_node);
  const auto stays_in_place = planned.kernel->stays_in_place;
  return !share_memory || stays_in_place == nullptr || !stays_in_place(shape);
}

/// Every kernel of this build, in alphabetical order; generated from the files in kernels/ and collectives/.
std::span<const Kernel> all_kernels();

}  // namespace coordbench
