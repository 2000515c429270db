#pragma once
// The writes that a replica knows, the newest of each slot of the window, and of those that the primary has under way: which
// backups have acknowledged them. A proposer begins a write only once the one a window earlier has been answered, so a slot
// that holds a later operation says that an earlier one is a late copy.

#include "kernels/parts/window.hpp"

namespace coordbench::primary_backup {

struct Write {
  /// known: the update came from a primary, perhaps of an earlier epoch; the others are the primary's own words.
  enum State : std::uint8_t { known, under_way, answered };

  Operation operation = -1;
  std::uint32_t sequence = 0;
  State state = known;
  bool was_looked_at = false;
  int missing = 0;  ///< acknowledgements, until it may be answered
  Rank proposer = -1;
  Payload payload{};  ///< while it is under way
};

class Writes {
 public:
  /// A rank that serves nobody needs no window.
  Writes(const Shape& shape, int proposers, bool is_server)
      : words_((static_cast<std::size_t>(shape.ranks) + 63) / 64),
        writes_(is_server ? shape : Shape(), is_server ? proposers : 1),
        replied_(writes_.size() * words_) {}

  [[nodiscard]] Write& operator[](Operation k) { return writes_[k]; }
  [[nodiscard]] const Write& operator[](Operation k) const { return writes_[k]; }
  [[nodiscard]] auto begin() { return writes_.begin(); }
  [[nodiscard]] auto end() { return writes_.end(); }

  void forget_replies(const Write& write) { std::fill_n(replied_.begin() + place(write), words_, 0); }
  [[nodiscard]] bool has_replied(const Write& write, Rank rank) { return (word(write, rank) >> (rank % 64) & 1U) != 0; }
  /// False if it came before.
  bool note_reply(const Write& write, Rank rank) {
    if (has_replied(write, rank)) return false;
    word(write, rank) |= std::uint64_t{1} << (rank % 64);
    return true;
  }

 private:
  [[nodiscard]] std::ptrdiff_t place(const Write& write) {
    return (&write - &*writes_.begin()) * static_cast<std::ptrdiff_t>(words_);
  }
  std::uint64_t& word(const Write& write, Rank rank) { return *(replied_.begin() + place(write) + rank / 64); }

  std::size_t words_;
  Window<Write> writes_;
  std::vector<std::uint64_t> replied_;  ///< [slot, server / 64]: a bit for each acknowledgement
};

}  // namespace coordbench::primary_backup
