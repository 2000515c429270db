#pragma once
// What a replica says of itself when it moves to a new view: its checkpoints, what has prepared and what has pre-prepared.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.5 (the view-change message, with the sets C, P and Q).

#include "kernels/pbft/replica.hpp"

namespace coordbench::pbft {

/// A lease of the message, read where it lies.
class Report {
 public:
  /// A request that has prepared (P), or pre-prepared (Q), and the last view in which it has.
  struct Entry {
    Sequence sequence = 0;
    View view = 0;
    Request request{};
  };

  Report() = default;
  explicit Report(Payload payload) : payload_(std::move(payload)) {}

  [[nodiscard]] const Payload& payload() const { return payload_; }
  [[nodiscard]] View view() const { return head().view; }
  [[nodiscard]] Sequence stable() const { return head().stable; }
  [[nodiscard]] std::uint32_t checkpoints() const { return head().checkpoints; }
  [[nodiscard]] Checkpoint checkpoint(std::uint32_t i) const {
    return Reader(payload_).at<Checkpoint>(sizeof(Head) + i * sizeof(Checkpoint));
  }
  [[nodiscard]] std::uint32_t prepared() const { return head().prepared; }
  [[nodiscard]] Entry prepared(std::uint32_t i) const { return entry(i); }
  /// Its entry for a number; of number 0 if it has none.
  [[nodiscard]] Entry prepared_at(Sequence sequence) const {
    for (std::uint32_t i = 0; i < prepared(); ++i)
      if (const Entry one = entry(i); one.sequence == sequence) return one;
    return {};
  }
  [[nodiscard]] bool has(const Checkpoint& checkpoint_) const {
    for (std::uint32_t i = 0; i < checkpoints(); ++i)
      if (checkpoint(i) == checkpoint_) return true;
    return false;
  }
  /// Whether the request has pre-prepared under the number in `view` or later.
  [[nodiscard]] bool has_pre_prepared(Sequence sequence, const Request& request, View view) const {
    const Head all = head();
    for (std::uint32_t i = all.prepared; i < all.prepared + all.pre_prepared; ++i)
      if (const Entry one = entry(i); one.sequence == sequence && one.request == request && one.view >= view) return true;
    return false;
  }
  /// Whether it could be what a replica says that keeps to the protocol.
  [[nodiscard]] bool is_sound(View view, const Setting& setting) const {
    const Head all = head();
    if (all.view != view || all.checkpoints > setting.checkpoints() || all.prepared > setting.log_size) return false;
    if (all.pre_prepared > setting.log_size * Earlier::kMost || payload_.size() != bytes(all)) return false;
    for (std::uint32_t i = 0; i < all.prepared + all.pre_prepared; ++i) {
      const Entry one = entry(i);
      if (one.view >= view || one.sequence <= all.stable || one.sequence - all.stable > setting.log_size) return false;
      if (i > 0 && i < all.prepared && entry(i - 1).sequence >= one.sequence) return false;
    }
    return true;
  }

  static std::size_t bytes_most(const Setting& setting) {
    const auto log = static_cast<std::uint32_t>(setting.log_size);
    return bytes({.checkpoints = static_cast<std::uint32_t>(setting.checkpoints()),
                  .prepared = log,
                  .pre_prepared = log * static_cast<std::uint32_t>(Earlier::kMost)});
  }
  /// Of a replica that moves to `view`.
  [[gnu::noinline, gnu::cold]] static Payload make(View view, const Replica& replica, Out& out) {
    Head all{.view = view, .stable = replica.stable};
    replica.checkpoints.for_own_from(replica.stable, [&](const Checkpoint&) { ++all.checkpoints; });
    for_each(replica, [&](const Earlier& earlier) {
      all.prepared += earlier.was_prepared ? 1 : 0;
      all.pre_prepared += earlier.count;
    });
    Payload payload = out.allocate(bytes(all));
    Writer writer(payload);
    writer.put(all);
    replica.checkpoints.for_own_from(replica.stable, [&](const Checkpoint& one) { writer.put(one); });
    for_each(replica, [&](const Earlier& earlier) {
      if (earlier.was_prepared) writer.put(Entry{earlier.sequence, earlier.prepared_view, earlier.prepared});
    });
    for_each(replica, [&](const Earlier& earlier) {
      for (std::uint32_t i = 0; i < earlier.count; ++i)
        writer.put(Entry{earlier.sequence, earlier.pre_prepared[i].view, earlier.pre_prepared[i].request});
    });
    return payload;
  }

 private:
  struct Head {
    View view = 0;
    Sequence stable = 0;
    std::uint32_t checkpoints = 0, prepared = 0, pre_prepared = 0;
  };
  static std::size_t bytes(const Head& all) {
    return sizeof(Head) + all.checkpoints * sizeof(Checkpoint) + (all.prepared + all.pre_prepared) * sizeof(Entry);
  }
  template <class Visit>
  static void for_each(const Replica& replica, Visit&& visit) {
    for (Sequence sequence = replica.stable + 1; sequence <= replica.high(); ++sequence)
      if (const Earlier* earlier = replica.log.find_earlier(sequence)) visit(*earlier);
  }
  [[nodiscard]] Head head() const { return Reader(payload_).at<Head>(0); }
  [[nodiscard]] Entry entry(std::uint32_t i) const {
    return Reader(payload_).at<Entry>(sizeof(Head) + head().checkpoints * sizeof(Checkpoint) + i * sizeof(Entry));
  }

  Payload payload_{};
};

}  // namespace coordbench::pbft
