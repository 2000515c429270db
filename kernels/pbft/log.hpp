#pragma once
// The log of one replica: a ring of slots, one for each sequence number between the watermarks, with what is said about it.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.2, 4.3; for view changes 4.5 (the sets P and Q).

#include "kernels/pbft/setting.hpp"
#include "kernels/pbft/votes.hpp"

namespace coordbench::pbft {

struct Slot {
  Sequence sequence = 0;                              ///< 0: none
  bool is_pre_prepared = false, is_prepared = false;  ///< in the view that the replica is in
  bool is_committed = false;                          ///< in any view
  bool is_answered = false;                           ///< tentatively
  bool payload_is_known = false;                      ///< the request's, which may be empty
  Request request{};
  Payload payload{};  ///< the client's bytes
  Payload carried{};  ///< at the primary that gave the number: the same with the client's credentials
};

/// What happened to a sequence number in earlier views; 4.5.
struct Earlier {
  static constexpr std::size_t kMost = 3;  ///< requests that are remembered as pre-prepared, the latest
  struct PrePrepared {
    View view = 0;
    Request request{};
  };
  Sequence sequence = 0;
  bool was_prepared = false;
  View prepared_view = 0;  ///< P: the last view in which a request prepared
  Request prepared{};
  Payload payload{};  ///< of that request
  std::uint32_t count = 0;
  std::array<PrePrepared, kMost> pre_prepared{};  ///< Q: requests, each with the last view in which it pre-prepared

  void note_prepared(View view, const Request& request, const Payload& its_payload) {
    was_prepared = true;
    prepared_view = view;
    prepared = request;
    payload = its_payload;
  }
  /// The oldest gives way.
  void note_pre_prepared(View view, const Request& request) {
    std::uint32_t at = 0;
    while (at < count && pre_prepared[at].request != request) ++at;
    if (at == kMost)
      for (std::uint32_t i = at = 0; i < kMost; ++i)
        if (pre_prepared[i].view < pre_prepared[at].view) at = i;
    count = std::max(count, at + 1);
    pre_prepared[at] = {view, request};
  }
};

/// A pre-prepare of a view that this replica has not begun yet.
struct Early {
  Message message{};  ///< of number 0: none
  Payload payload{};
};

class Log {
 public:
  explicit Log(const Setting& setting)
      : prepares(setting.slots(), setting.servers),
        commits(setting.slots(), setting.servers),
        decisions(setting.timeout > 0 ? setting.slots() : 1, setting.servers),
        mask_(setting.slots() - 1),
        slots_(setting.slots()),
        early_(setting.timeout > 0 ? setting.slots() : 0),
        earlier_(setting.timeout > 0 ? setting.slots() : 0) {}

  /// The slot of a number, if anything is known of it; null if not.
  [[nodiscard]] Slot* find(Sequence sequence) {
    Slot& slot = slots_[sequence & mask_];
    return slot.sequence == sequence && sequence > 0 ? &slot : nullptr;
  }
  [[nodiscard]] const Slot* find(Sequence sequence) const {
    const Slot& slot = slots_[sequence & mask_];
    return slot.sequence == sequence && sequence > 0 ? &slot : nullptr;
  }
  /// The slot of a number between the watermarks, in which an older number may have been.
  Slot& claim(Sequence sequence) {
    Slot& slot = slots_[sequence & mask_];
    if (slot.sequence != sequence) clear(slot, sequence);
    return slot;
  }
  /// In a new view everything is said anew. What is committed stays so.
  [[gnu::noinline, gnu::cold]] void begin_view(Sequence low, Sequence high) {
    for (Sequence sequence = low + 1; sequence <= high; ++sequence) {
      Slot& slot = claim(sequence);
      slot.is_pre_prepared = slot.is_prepared = slot.is_answered = false;
      slot.carried = {};
      early_[sequence & mask_] = {};
      prepares.forget(sequence);
      commits.forget(sequence);
    }
  }
  /// The first for each number.
  [[gnu::noinline, gnu::cold]] void keep_early(const Message& message, const Payload& payload) {
    Early& early = early_[message.sequence & mask_];
    if (early.message.sequence != message.sequence) early = {message, payload};
  }
  Early take_early(Sequence sequence) { return std::exchange(early_[sequence & mask_], {}); }
  /// Where time-outs are on.
  [[nodiscard]] Earlier& earlier(Sequence sequence) {
    Earlier& earlier = earlier_[sequence & mask_];
    if (earlier.sequence != sequence) earlier = {.sequence = sequence};
    return earlier;
  }
  [[nodiscard]] const Earlier* find_earlier(Sequence sequence) const {
    if (earlier_.empty()) return nullptr;
    const Earlier& earlier = earlier_[sequence & mask_];
    return earlier.sequence == sequence ? &earlier : nullptr;
  }

  Votes prepares, commits;
  Votes decisions;  ///< of replicas that have executed the number

 private:
  void clear(Slot& slot, Sequence sequence) {
    slot.sequence = sequence;
    slot.is_pre_prepared = slot.is_prepared = slot.is_committed = slot.is_answered = slot.payload_is_known = false;
    slot.payload = slot.carried = {};
    slot.request = {};
    prepares.forget(sequence);
    commits.forget(sequence);
    if (!earlier_.empty()) decisions.forget(sequence);
  }

  std::size_t mask_;
  std::vector<Slot> slots_;       ///< [sequence mod their number]
  std::vector<Early> early_;      ///< as `slots_`, where time-outs are on
  std::vector<Earlier> earlier_;  ///< the same
};

}  // namespace coordbench::pbft
