#pragma once
// sequence_crdt — several write one text at once: each edits its own copy, asks nobody, and tells the others (RGA).
//
//   editor r    insert: a character of its own, (clock, r), behind an anchor; delete: hides one     `edited`  at once
//               ──{number, clock, anchor, taken, level}──►   to all n = N - 1 others
//   replica q   the same, once it has the editor's earlier edits, the anchor and what is taken      `known`   one delay later
//
// messages = n per operation. All equal in the end: a character stands behind its anchor, before older ones of the anchor
// (kernels/crdt/text.hpp). Whether an edit inserts or deletes, and where, is drawn by the seed. A text of `length` characters
// grows no more: an insertion there takes a character too. An edit that comes before its anchor, or before an earlier edit of
// its editor, waits; at most `keep` edits of each editor do.
//
// A deleted character stays as a tombstone, for it may be another's anchor. It is forgotten in two stages. Once every rank is
// known to have seen the deletion, nobody names it any more, and the clock is noted. Once every rank is known to have seen all
// up to that clock, every later character is newer than all around the tombstone, and the order no longer depends on it. So
// every message tells how far its sender is, ranks report it every quarter of `keep` (background), and no editor goes more
// than `keep` clocks ahead of the slowest rank (kernels/crdt/stability.hpp): an edit waits in its editor till then. So keep is
// never exceeded, and a copy has at most length + 8 P keep characters, tombstones included.
// With resend_us every edit is acknowledged, and sent again until it is (background); a rank that waits for the others' levels
// asks for them. Without it, links must lose nothing and keep order, as MPI's do.
// Source: Roh, Jeon, Kim, Lee, J. Parallel Distrib. Comput. 71(3) 2011.

#include "kernels/crdt/outstanding.hpp"
#include "kernels/crdt/replica.hpp"
#include "kernels/crdt/stability.hpp"
#include "kernels/crdt/text.hpp"
#include "kernels/parts/draw.hpp"

namespace coordbench {

class SequenceCrdt : public crdt::Replica {
 public:
  enum class Kind : std::uint16_t { insertion, deletion, report, ask, acknowledgement };
  struct Message {
    std::uint32_t first = 0;  ///< the operation
    std::uint16_t count = 0;  ///< 1, 0 in a resend and in a message without an edit
    Kind kind = Kind::report;
    std::uint32_t number = 0;  ///< the editor's edits, this one included; acknowledgement: its receiver's that are known
    std::uint32_t clock = 0;   ///< of the edit, or its sender's
    std::uint32_t level = 0;   ///< up to which its sender has seen every edit
    crdt::Id anchor{}, taken{};
  };
  using Out = Outbox<Message>;

  static constexpr About about =
      crdt::about({.promise = "no edit is lost; all copies of the text are equal once every message has arrived",
                   .delays = "edited 0, known 1",
                   .source = "Roh, Jeon, Kim, Lee, JPDC 71(3) 2011",
                   .blocks = "once an editor is `keep` clocks ahead of the slowest rank",
                   .messages = "n = N - 1; reports, acknowledgements and resends are background"});
  static constexpr std::array parameters{
      Parameter{.name = "length", .initial = 64, .lowest = 1, .highest = 65536, .help = "most characters of the text"},
      Parameter{.name = "keep", .initial = 64, .lowest = 4, .highest = 65536, .help = "most edits that a rank may lag behind"},
      Proposers::parameter("how many editors: ranks 0, 1, …; 0: all"), crdt::resend_us()};
  enum { edited, known };
  static constexpr std::array marks = crdt::marks("edited", "known");
  static constexpr std::array<std::string_view, 2> kinds{"delete", "insert"};

  static int kind(const Shape& shape, Operation operation) { return inserts(shape.seed, operation) ? 1 : 0; }
  /// From all: every rank reports how far it is.
  static std::optional<Rank> hears_from(const Shape& /*shape*/, Rank /*rank*/) { return std::nullopt; }
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer);
  static Bounds bounds(const Shape& shape, Rank rank);

  SequenceCrdt(const Shape& shape, Rank self);
  void propose(Operation operation, const Payload& payload, Out& out);
  void step(Rank from, const Message& message, const Payload& payload, Out& out);
  void tick(Out& out);
  [[nodiscard]] Time deadline() const { return std::min(outstanding_.deadline(), asks_at_); }
  /// The text is durable before an edit is told; who has acknowledged what is not.
  [[gnu::noinline, gnu::cold]] void restart(Out& out) { outstanding_.forget(out.now()); }
  [[nodiscard]] Answer answer(Operation operation) const;

  static bool inserts(std::uint64_t seed, Operation operation) { return Draw(seed, operation, 0).below(2) == 1; }
  /// A place in the text, drawn from so many.
  static int place(std::uint64_t seed, Operation operation, int places) { return Draw(seed, operation, 1).below(places); }
  [[nodiscard]] const crdt::Text& text() const { return text_; }
  [[nodiscard]] const crdt::Stability& stability() const { return stability_; }
  [[nodiscard]] const crdt::Outstanding& outstanding() const { return outstanding_; }
  [[nodiscard]] std::uint32_t edits(Rank editor) const { return known_[static_cast<std::size_t>(editor)]; }

 private:
  static constexpr std::int64_t is_there = 1, is_own = 2, per_edit = 4;  ///< an outcome is a sum of these
  static constexpr int kAgainMost = 8;                                   ///< edits that a peer is sent again at a time

  static std::size_t keep(const Shape& shape) { return std::bit_ceil(static_cast<std::size_t>(shape["keep"])); }
  static std::size_t characters_most(const Shape& shape) {
    return static_cast<std::size_t>(shape["length"]) + 8 * keep(shape) * static_cast<std::size_t>(proposers(shape));
  }
  void make_edits(Out& out);
  void edit(Operation operation, Out& out);
  void apply(Rank editor, const Message& message, Out& out);
  void apply_what_can_be(Out& out);
  void forget();
  void report(Kind kind, Out& out);
  [[nodiscard]] bool is_editor(Rank rank) const { return rank < static_cast<Rank>(known_.size()); }
  [[nodiscard]] bool is_next(Rank editor, const Message& message) const;
  Message& slot(Rank editor, std::uint32_t number) {
    return edits_[static_cast<std::size_t>(editor) * (mask_ + 1) + (number & mask_)];
  }

  std::uint64_t seed_;
  int length_most_;
  Time timeout_, asks_at_ = kNever;
  std::size_t mask_;
  crdt::Text text_;
  crdt::Stability stability_;
  crdt::Outstanding outstanding_;
  std::vector<std::uint32_t> known_;  ///< [editor]: its first so many edits are in the text
  std::vector<Message> edits_;        ///< [editor, number mod keep]: that wait; of this rank, that may have to be sent again
  std::vector<Message> reports_;      ///< [editor]: its newest report that came before edits that it had made
  std::vector<Operation> asked_{};    ///< edits that wait for the slowest rank
  std::uint32_t doomed_ = 0;          ///< what was deleted up to this clock is forgotten …
  std::uint32_t until_ = 0;           ///< … once all have seen everything up to this one; 0: nothing is doomed
};

/// The outcome counts the edits of the operation's editor that are known; they include the operation. If it is the last of
/// them, and nobody else can have edited since, its character can be seen if and only if it inserted one.
inline bool SequenceCrdt::accepts(const Shape& shape, Operation operation, const Answer& answer) {
  const std::int64_t number = operation / proposers(shape) + 1, count = answer.outcome / per_edit;
  const bool nobody_else = (answer.outcome & is_own) != 0 || proposers(shape) == 1;
  const bool is_right = ((answer.outcome & is_there) != 0) == inserts(shape.seed, operation);
  return answer.of == Answer::nothing && count >= number && (count > number || !nobody_else || is_right);
}

/// All edits that wait may be known at once.
inline Bounds SequenceCrdt::bounds(const Shape& shape, Rank /*rank*/) {
  const auto in_flight = static_cast<std::size_t>(shape.in_flight);
  return {.sends = in_flight + 3 + (times_out(shape) ? others(shape) * kAgainMost : 0),
          .completions = 2 * in_flight + keep(shape) * static_cast<std::size_t>(proposers(shape)),
          .receives = others(shape) * (in_flight + 4) + 1,
          .leases = 1};
}

inline SequenceCrdt::SequenceCrdt(const Shape& shape, Rank self)
    : Replica(shape, self),
      seed_(shape.seed),
      length_most_(static_cast<int>(shape["length"])),
      timeout_(1000 * shape["resend_us"]),
      mask_(keep(shape) - 1),
      text_(characters_most(shape)),
      stability_(shape.ranks, proposers(shape), self, static_cast<std::uint32_t>(shape["keep"])),
      outstanding_(shape.ranks, self, timeout_),
      known_(proposers_.by(), 0),
      edits_(keep(shape) * known_.size()),
      reports_(known_.size()) {
  asked_.reserve(static_cast<std::size_t>(shape.in_flight));
}

inline void SequenceCrdt::propose(Operation operation, const Payload& /*payload*/, Out& out) {
  asked_.push_back(operation);
  make_edits(out);
  forget();
}

/// As many as the slowest rank lets this one make.
inline void SequenceCrdt::make_edits(Out& out) {
  std::size_t made = 0;
  while (made < asked_.size() && stability_.may_update()) edit(asked_[made++], out);
  asked_.erase(asked_.begin(), asked_.begin() + static_cast<std::ptrdiff_t>(made));
  if (asked_.empty() || timeout_ == 0)
    asks_at_ = kNever;
  else if (asks_at_ == kNever)
    asks_at_ = out.now() + timeout_;
}

inline void SequenceCrdt::edit(Operation operation, Out& out) {
  const bool inserts = SequenceCrdt::inserts(seed_, operation);
  const int length = text_.length(), at = place(seed_, operation, inserts ? length + 1 : std::max(length, 1));
  Message message{.first = static_cast<std::uint32_t>(operation), .count = 1};
  message.kind = inserts ? Kind::insertion : Kind::deletion;
  if (inserts && at > 0) message.anchor = text_.at(at - 1);
  if (length > 0 && (!inserts || length >= length_most_)) message.taken = text_.at(std::min(at, length - 1));
  message.number = known_[static_cast<std::size_t>(self_)] + 1;
  message.clock = stability_.update();
  message.level = stability_.level();
  slot(self_, message.number) = message;
  out.complete(operation, edited);
  apply(self_, message, out);
  if (ranks_ == 1) return;
  out.send_others(message);
  stability_.told();
  if (timeout_ > 0) outstanding_.sent(message.number, out.now());
}

inline void SequenceCrdt::apply(Rank editor, const Message& message, Out& out) {
  const crdt::Id id{message.clock, static_cast<std::uint32_t>(editor)};
  if (message.kind == Kind::insertion) text_.insert(message.anchor, id, message.first);
  if (message.taken.clock > 0) text_.erase(message.taken, message.clock);
  known_[static_cast<std::size_t>(editor)] = message.number;
  out.complete(message.first, known);
}

inline void SequenceCrdt::step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
  if (message.kind == Kind::acknowledgement) return outstanding_.acknowledge(from, message.number);
  if (message.kind == Kind::report || message.kind == Kind::ask) {
    if (!is_editor(from) || edits(from) >= message.number)
      stability_.hear(from, message.clock, message.level);
    else
      reports_[static_cast<std::size_t>(from)] = message;
  } else if (message.number > edits(from)) {
    slot(from, message.number) = message;
    apply_what_can_be(out);
  }
  if (message.kind < Kind::report && timeout_ > 0) out.send(from, {.kind = Kind::acknowledgement, .number = edits(from)});
  make_edits(out);
  forget();
  if (message.kind == Kind::ask || stability_.has_news()) report(Kind::report, out);
}

/// An edit may be another editor's anchor, so all are looked at again once one is applied.
inline void SequenceCrdt::apply_what_can_be(Out& out) {
  for (bool again = true; std::exchange(again, false);)
    for (Rank editor = 0; is_editor(editor); ++editor)
      for (const Message* next = &slot(editor, edits(editor) + 1); is_next(editor, *next);
           next = &slot(editor, edits(editor) + 1)) {
        apply(editor, *next, out);
        stability_.hear(editor, next->clock, next->level);
        const Message& waits = reports_[static_cast<std::size_t>(editor)];
        if (waits.number <= edits(editor)) stability_.hear(editor, waits.clock, waits.level);
        again = true;
      }
}
inline bool SequenceCrdt::is_next(Rank editor, const Message& message) const {
  return message.number == edits(editor) + 1 && text_.has(message.anchor) && text_.has(message.taken);
}

inline void SequenceCrdt::forget() {
  const std::uint32_t everywhere = stability_.everywhere();
  if (until_ > 0 && everywhere >= until_) {
    text_.forget(doomed_);
    until_ = 0;
  }
  if (until_ == 0 && text_.has_deleted()) {
    doomed_ = everywhere;
    until_ = stability_.clock();
  }
}

inline void SequenceCrdt::report(Kind kind, Out& out) {
  const std::uint32_t number = is_editor(self_) ? edits(self_) : 0;
  out.send_others({.kind = kind, .number = number, .clock = stability_.clock(), .level = stability_.level()});
  stability_.told();
}

[[gnu::noinline, gnu::cold]] inline void SequenceCrdt::tick(Out& out) {
  if (outstanding_.deadline() <= out.now())
    outstanding_.send_again(out.now(), [&](Rank peer, std::int64_t acknowledged) {
      const std::int64_t last = edits(self_), oldest = last - static_cast<std::int64_t>(mask_);
      for (std::int64_t number = std::max({acknowledged + 1, oldest, std::int64_t{1}}), left = kAgainMost;
           number <= last && left > 0; ++number, --left) {
        Message again = slot(self_, static_cast<std::uint32_t>(number));
        again.count = 0;
        out.send(peer, again);
      }
    });
  if (asks_at_ > out.now()) return;
  asks_at_ = out.now() + timeout_;
  report(Kind::ask, out);
}

inline Answer SequenceCrdt::answer(Operation operation) const {
  const auto k = static_cast<std::uint32_t>(operation);
  const Rank editor = proposer_of(operation);
  const std::int64_t own = editor == self_ ? is_own : 0, there = text_.shows(k) ? is_there : 0;
  return {.outcome = per_edit * edits(editor) + own + there, .of = Answer::nothing};
}

}  // namespace coordbench
