#include "harness/measure/staleness.hpp"

#include <algorithm>
#include <limits>

#include "harness/kernel.hpp"
#include "harness/outbox.hpp"

namespace coordbench {
namespace {

struct Span {
  Operation operation;
  Time start, end;
};

/// The writes that have ended so far, by the order in which they began: how many of them began after an instant, and when the
/// first of these ended. Two Fenwick trees over the reversed order.
class EndedWrites {
 public:
  explicit EndedWrites(std::vector<Span> by_start)
      : by_start_(std::move(by_start)), count_(by_start_.size() + 1, 0), earliest_(by_start_.size() + 1, kNever) {}

  void add(const Span& write) {
    const auto at = std::lower_bound(by_start_.begin(), by_start_.end(), write, began_before);
    for (std::size_t i = reversed(at); i < count_.size(); i += i & (~i + 1)) {
      ++count_[i];
      earliest_[i] = std::min(earliest_[i], write.end);
    }
  }
  struct Newer {
    std::int64_t count = 0;
    Time first_end = kNever;
  };
  [[nodiscard]] Newer began_after(Time instant) const {
    const auto first = std::upper_bound(by_start_.begin(), by_start_.end(), instant,
                                        [](Time at, const Span& write) { return at < write.start; });
    Newer newer;
    for (std::size_t i = static_cast<std::size_t>(by_start_.end() - first); i > 0; i -= i & (~i + 1)) {
      newer.count += count_[i];
      newer.first_end = std::min(newer.first_end, earliest_[i]);
    }
    return newer;
  }

 private:
  static bool began_before(const Span& a, const Span& b) {
    return a.start != b.start ? a.start < b.start : a.operation < b.operation;
  }
  [[nodiscard]] std::size_t reversed(std::vector<Span>::const_iterator at) const {
    return static_cast<std::size_t>(by_start_.end() - at);
  }

  std::vector<Span> by_start_;
  std::vector<std::int64_t> count_;
  std::vector<Time> earliest_;
};

bool has_reads(const Kernel& kernel) {
  return std::find(kernel.kinds.begin(), kernel.kinds.end(), "read") != kernel.kinds.end();
}

}  // namespace

Staleness staleness_of(const Case& planned, const Samples& samples, double clock_error_ns) {
  const Kernel& kernel = *planned.kernel;
  if (samples.of.empty() || !has_reads(kernel)) return {};
  const auto span_of = [&](Operation k) {
    const auto at = static_cast<std::size_t>(k * samples.ranks + std::max(proposer_of(kernel, planned.shape, k), 0));
    return Span{k, samples.start_ns[at], samples.end_ns[at]};
  };
  std::vector<Span> reads, writes;
  for (Operation k = 0; k < samples.operations; ++k) {
    const Span span = span_of(k);
    const bool is_read = kernel.kinds[static_cast<std::size_t>(kernel.kind(planned.shape, k))] == "read";
    if (span.start >= 0 && span.end >= 0) (is_read ? reads : writes).push_back(span);
  }
  const auto by_start = [](const Span& a, const Span& b) { return a.start < b.start; };
  std::stable_sort(reads.begin(), reads.end(), by_start);
  std::stable_sort(writes.begin(), writes.end(), by_start);
  EndedWrites ended(writes);
  std::stable_sort(writes.begin(), writes.end(), [](const Span& a, const Span& b) { return a.end < b.end; });

  const auto apart = static_cast<Time>(2 * clock_error_ns);
  Staleness staleness{std::vector<std::int64_t>(static_cast<std::size_t>(samples.operations), -1), {}};
  staleness.behind_ns = staleness.versions_behind;
  auto next = writes.begin();
  for (const Span& read : reads) {
    for (; next != writes.end() && next->end + apart < read.start; ++next) ended.add(*next);
    const Operation of = samples.of[static_cast<std::size_t>(read.operation)];
    if (of != Answer::initial && (of < 0 || of >= samples.operations)) continue;
    const Time returned_ended = of < 0 ? -1 : span_of(of).end;
    const auto newer = ended.began_after(of < 0 ? -1 : returned_ended < 0 ? kNever : returned_ended + apart);
    staleness.versions_behind[static_cast<std::size_t>(read.operation)] = newer.count;
    staleness.behind_ns[static_cast<std::size_t>(read.operation)] = newer.count > 0 ? read.start - newer.first_end : 0;
  }
  return staleness;
}

double stale_share_of(const Staleness& staleness) {
  std::int64_t reads = 0, stale = 0;
  for (const std::int64_t behind : staleness.versions_behind) {
    reads += behind >= 0 ? 1 : 0;
    stale += behind > 0 ? 1 : 0;
  }
  return reads == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(stale) / static_cast<double>(reads);
}

}  // namespace coordbench
