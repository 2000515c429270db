#pragma once
// The server of a counter, rank 0: it owns the counter and its lock, and counts operations of its own without a message.

#include "kernels/locked_counter/lock.hpp"
#include "kernels/locked_counter/message.hpp"
#include "kernels/locked_counter/requests.hpp"

namespace coordbench::locked_counter {

class Server {
 public:
  explicit Server(const Shape& shape)
      : first_proposer_(shape.clients > 0 ? shape.ranks : 0),
        mode_(shape["mode"]),
        proposers_(static_cast<std::uint32_t>(count_of(shape))),
        lock_(static_cast<std::size_t>(open_at_once(shape))),
        requests_(shape, count_of(shape)),
        own_(Window<int>::length(shape)) {}

  /// An operation of the server's own.
  void ask(Operation k, Out& out) {
    if (mode_ == compare_and_swap) return count_here(k, out);
    lock_.join(k);
    grant_next(out);
  }

  void hear(Rank from, const Message& message, Out& out) {
    const std::uint32_t k = message.first;
    if (message.kind == Kind::swap) return swap(from, message, out);
    if (message.kind == Kind::lock) {
      if (!requests_.note(k, 0)) return;
      lock_.join(k);
      return grant_next(out);
    }
    if (mode_ != compare_and_swap && !lock_.is_held_by(k)) return;  // it has come before
    if (message.kind == Kind::read) return out.send(from, {k, Kind::value, value_});
    if (message.kind == Kind::write) {
      value_ = message.value;
      return out.send(from, {k, Kind::written});
    }
    lock_.release();
    if (mode_ == acknowledged_lock) out.send(from, {k, Kind::unlocked});
    grant_next(out);
  }
  [[nodiscard]] std::uint32_t value() const { return value_; }
  /// What an operation of the server's own has made of the counter.
  [[nodiscard]] std::uint32_t value(Operation k) const { return own_[slot(k)]; }

 private:
  void swap(Rank from, const Message& message, Out& out) {
    if (!requests_.note(message.first, message.value)) return;
    if (message.value != value_) return out.send(from, {message.first, Kind::refused, value_});
    out.send(from, {message.first, Kind::swapped, ++value_});
  }
  /// The first in line has the lock, and so have those behind it as long as they are the server's own.
  void grant_next(Out& out) {
    for (Operation k; (k = lock_.grant()) != Lock::nobody; lock_.release()) {
      const auto first_of_turn = proposers_.quotient(static_cast<std::uint32_t>(k)) * proposers_.by();
      const Rank proposer = first_proposer_ + static_cast<Rank>(static_cast<std::uint32_t>(k) - first_of_turn);
      if (proposer != 0) return out.send(proposer, {static_cast<std::uint32_t>(k), Kind::grant});
      out.complete(k, granted);
      count_here(k, out);
    }
  }
  void count_here(Operation k, Out& out) {
    own_[slot(k)] = ++value_;
    out.complete(k, released);
  }
  [[nodiscard]] std::size_t slot(Operation k) const {
    return proposers_.quotient(static_cast<std::uint32_t>(k)) & (own_.size() - 1);
  }

  Rank first_proposer_;
  std::int64_t mode_;
  Divisor proposers_;
  Lock lock_;
  Requests requests_;
  std::vector<std::uint32_t> own_;  ///< [operation div proposers, mod their number]: values
  std::uint32_t value_ = 0;
};

}  // namespace coordbench::locked_counter
