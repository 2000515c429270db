#pragma once
// The writes that a server has, in the order of their numbers, and the number of each operation. The tail has the settled ones.
// Of the others, which are pending, the payloads are kept. Writes that overtook earlier ones wait behind the newest.
//
// A ring of one place per operation of the window is enough. A proposer begins a write only once the one a window earlier has
// been answered. So the head knows that the tail has a write as soon as a later one takes its place in the window, and says in
// each update up to which number the tail has all (`settled`).

#include <algorithm>

#include "kernels/parts/window.hpp"

namespace coordbench::chain {

struct Write {
  std::uint32_t sequence = 0;  ///< from 1
  std::uint32_t operation = 0;
  std::uint16_t count = 1;  ///< of the message that brought it
  Payload payload{};        ///< while it is pending
};

class History {
 public:
  struct Number {
    Operation operation = -1;
    std::uint32_t sequence = 0;
  };

  /// A rank that serves nobody needs none.
  History(const Shape& shape, int proposers, bool is_server)
      : numbers_(is_server ? shape : Shape(), is_server ? proposers : 1), writes_(std::bit_ceil(numbers_.size())) {}

  [[nodiscard]] std::uint32_t newest() const { return newest_; }
  [[nodiscard]] std::uint32_t settled() const { return settled_; }
  [[nodiscard]] bool is_clean() const { return newest_ == settled_; }
  /// The newest write, of this server, in the operation's place of the window.
  [[nodiscard]] const Number& number_of(Operation k) const { return numbers_[k]; }
  /// A pending write, or the last settled one; number 0 is the initial value.
  [[nodiscard]] const Write& operator[](std::uint32_t sequence) const {
    return sequence == settled_ ? clean_ : place(sequence);
  }

  /// A write comes, perhaps before an earlier one; it is not in the history yet.
  void put(Write write) { place(write.sequence) = std::move(write); }
  /// The write behind the newest is the newest from now on; null if it has not come.
  const Write* extend() {
    const Write& next = place(newest_ + 1);
    if (next.sequence != newest_ + 1) return nullptr;
    numbers_[next.operation] = {next.operation, ++newest_};
    return &next;
  }
  /// The tail has all writes to this number, of which this server has had them; false if that is no news.
  bool settle(std::uint32_t sequence) {
    sequence = std::min(sequence, newest_);
    if (sequence <= settled_) return false;
    while (++settled_ < sequence) place(settled_).payload = {};
    clean_ = std::move(place(sequence));
    return true;
  }
  /// Who sent the writes that wait for an earlier one may not be the predecessor any more.
  [[gnu::noinline, gnu::cold]] void forget_early() {
    for (Write& write : writes_)
      if (write.sequence > newest_) write = {};
  }

 private:
  [[nodiscard]] Write& place(std::uint32_t sequence) { return writes_[sequence & (writes_.size() - 1)]; }
  [[nodiscard]] const Write& place(std::uint32_t sequence) const { return writes_[sequence & (writes_.size() - 1)]; }

  std::uint32_t newest_ = 0, settled_ = 0;
  Write clean_{};  ///< the last settled one
  Window<Number> numbers_;
  std::vector<Write> writes_;  ///< [number mod their number]
};

}  // namespace coordbench::chain
