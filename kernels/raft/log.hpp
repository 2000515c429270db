#pragma once
// The replicated log of one server: a ring of the entries behind the last compaction, each with the lease of its payload.
// Source: Ongaro, Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)", 2014, 5.3, 5.4.1, 7.

#include <bit>

#include "kernels/raft/message.hpp"

namespace coordbench::raft {

struct Entry {
  static constexpr std::int32_t no_op = -1;
  Term term = 0;
  std::int32_t operation = no_op;
  Payload payload{};
};

class Log {
 public:
  /// Room for `capacity` entries, rounded up to a power of two.
  explicit Log(std::size_t capacity) : entries_(std::bit_ceil(capacity)), mask_(entries_.size() - 1) {}

  /// The last compacted entry: what lies before it is in the snapshot.
  [[nodiscard]] Index base() const { return base_; }
  [[nodiscard]] Term base_term() const { return base_term_; }
  [[nodiscard]] Index last() const { return last_; }
  [[nodiscard]] Term last_term() const { return term_at(last_); }
  [[nodiscard]] std::size_t capacity() const { return mask_ + 1; }
  [[nodiscard]] std::size_t free() const { return capacity() - (last_ - base_); }

  /// For an index in (base, last].
  [[nodiscard]] const Entry& operator[](Index index) const { return entries_[slot(index)]; }
  /// For an index in [base, last].
  [[nodiscard]] Term term_at(Index index) const { return index == base_ ? base_term_ : entries_[slot(index)].term; }

  /// 5.3, the consistency check: whether the log has an entry of that term at that index. Compacted entries were committed, so
  /// that every leader has them, too.
  [[nodiscard]] bool has(Index index, Term term) const { return index < base_ || (index <= last_ && term_at(index) == term); }
  /// 5.4.1: whether a log that ends with (index, term) is at least as up to date as this one.
  [[nodiscard]] bool is_covered_by(Index index, Term term) const {
    return term != last_term() ? term > last_term() : index >= last_;
  }
  /// 5.3: the first index, behind the base, of the term that the entry at `index` has.
  [[nodiscard]] Index first_of_term_at(Index index) const {
    const Term term = term_at(index);
    while (index > base_ + 1 && term_at(index - 1) == term) --index;
    return index;
  }
  /// The last index of a term that is at most `term`; the base if there is none.
  [[nodiscard]] Index last_up_to_term(Term term) const {
    Index index = last_;
    while (index > base_ && term_at(index) > term) --index;
    return index;
  }

  /// Needs free() > 0.
  void append(Term term, std::int32_t operation, Payload payload) {
    Entry& entry = entries_[slot(++last_)];
    entry.term = term;
    entry.operation = operation;
    entry.payload = std::move(payload);
  }
  /// Drops the entries from `index` on.
  void truncate_from(Index index) {
    for (; last_ >= index; --last_) entries_[slot(last_)].payload = {};
  }
  /// 7: drops the oldest entry; the caller has it in its snapshot.
  void compact_one() {
    Entry& oldest = entries_[slot(++base_)];
    base_term_ = oldest.term;
    oldest.payload = {};
  }
  /// 7: a snapshot up to (index, term) replaces the log, but for entries that follow it.
  void install(Index index, Term term) {
    if (index > last_ || !has(index, term)) {
      truncate_from(base_ + 1);
      base_ = last_ = index;
    }
    while (base_ < index) compact_one();
    base_term_ = term;
  }

 private:
  [[nodiscard]] std::size_t slot(Index index) const { return index & mask_; }

  std::vector<Entry> entries_;  ///< [index mod capacity]
  std::size_t mask_;
  Index base_ = 0, last_ = 0;
  Term base_term_ = 0;
};

}  // namespace coordbench::raft
