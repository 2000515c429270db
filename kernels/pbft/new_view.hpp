#pragma once
// The message that begins a view: which view-changes the new primary made it from, and what they select.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.5 (the new-view message).

#include "kernels/pbft/checkpoints.hpp"
#include "kernels/pbft/words.hpp"

namespace coordbench::pbft {

/// The view-change of one replica.
struct Origin {
  std::uint32_t author = 0;
  ShortDigest digest{};
  Proof proof{};  ///< with signatures: that it is the author's
};

/// A lease of the message, read where it lies. Without one: the beginning of view 0, which selects nothing.
class NewView {
 public:
  NewView() = default;
  explicit NewView(Payload payload) : payload_(std::move(payload)) {}

  [[nodiscard]] const Payload& payload() const { return payload_; }
  [[nodiscard]] std::uint32_t origins() const { return head().origins; }
  [[nodiscard]] Origin origin(std::uint32_t i) const { return Reader(payload_).at<Origin>(sizeof(Head) + i * sizeof(Origin)); }
  /// Where the view begins.
  [[nodiscard]] Checkpoint checkpoint() const { return head().checkpoint; }
  /// The last number that the view does again.
  [[nodiscard]] Sequence last() const { return head().last; }
  /// What gets a number from the checkpoint to the last.
  [[nodiscard]] Request request_of(Sequence sequence) const {
    const Head all = head();
    if (sequence <= all.checkpoint.sequence || sequence > all.last) return {};
    return Reader(payload_).at<Request>(offset_of(all, sequence));
  }
  /// Whether it is as long as it says, which a traitor's need not be.
  [[nodiscard]] bool is_whole(Sequence log_size, int servers) const {
    const Head all = head();
    const Sequence begin = all.checkpoint.sequence;
    return payload_.size() >= sizeof(Head) && all.origins <= static_cast<std::uint32_t>(servers) && all.last >= begin &&
           all.last - begin <= log_size && payload_.size() == offset_of(all, all.last + 1);
  }

  static std::size_t bytes_most(Sequence log_size, int servers) {
    return sizeof(Head) + static_cast<std::size_t>(servers) * sizeof(Origin) + log_size * sizeof(Request);
  }
  /// `origin_of(i)`, `request_of(sequence)`.
  template <class OriginOf, class RequestOf>
  static Payload make(std::uint32_t origins, OriginOf&& origin_of, const Checkpoint& begin, Sequence last,
                      RequestOf&& request_of, Out& out) {
    const Head head{origins, last, begin};
    Payload payload = out.allocate(offset_of(head, last + 1));
    Writer writer(payload);
    writer.put(head);
    for (std::uint32_t i = 0; i < origins; ++i) writer.put(Origin(origin_of(i)));
    for (Sequence sequence = begin.sequence + 1; sequence <= last; ++sequence) writer.put(Request(request_of(sequence)));
    return payload;
  }

 private:
  struct Head {
    std::uint32_t origins = 0;
    Sequence last = 0;
    Checkpoint checkpoint{};
  };
  static std::size_t offset_of(const Head& head, Sequence sequence) {
    return sizeof(Head) + head.origins * sizeof(Origin) + (sequence - head.checkpoint.sequence - 1) * sizeof(Request);
  }
  [[nodiscard]] Head head() const { return Reader(payload_).at<Head>(0); }

  Payload payload_{};
};

}  // namespace coordbench::pbft
