#pragma once
// The replicated state machine: a counter that each operation reads and increments, so that an operation's value is its place
// in the order, and a session for each client, so that a repeated request is not carried out twice.
// Source: Ongaro, Ousterhout 2014, 7 (snapshots), 8 (client interaction).

#include "kernels/replication/turns.hpp"

namespace coordbench::replication {

class State {
 public:
  static constexpr std::size_t kSessionsMax = 4;
  static constexpr std::uint32_t kParts = 1 + kSessionsMax;  ///< of a snapshot, without earlier answers

  /// The last operation of a client that was applied (-1: none), and its value.
  struct Session {
    std::int32_t operation = -1;
    std::uint32_t value = 0;
    friend bool operator==(const Session&, const Session&) = default;
  };
  /// Two words of a snapshot.
  struct Part {
    std::uint32_t one = 0, two = 0;
  };

  /// One session for each of so many clients.
  explicit State(int sessions) : turns_(sessions) {}

  /// Carries out the operation and returns its value.
  std::uint32_t apply(std::int32_t operation) {
    digest_ = (digest_ ^ static_cast<std::uint32_t>(operation)) * 0x01000193U;  // FNV-1a, a word at a time
    return (sessions_[turns_.of(operation).client] = {operation, count_++}).value;
  }

  /// The operation of a client behind one of its own, or its first behind -1.
  [[nodiscard]] std::int32_t next_of(std::uint32_t client, std::int32_t operation) const {
    return operation < 0 ? static_cast<std::int32_t>(client) : operation + turns_.clients();
  }
  [[nodiscard]] const Turns& turns() const { return turns_; }
  [[nodiscard]] const Session& session(std::size_t client) const { return sessions_[client]; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// Of the sequence of operations; equal states have equal digests.
  [[nodiscard]] std::uint32_t digest() const { return digest_; }

  [[nodiscard]] Part part(std::uint32_t number) const {
    if (number == 0) return {count_, digest_};
    const Session& session = sessions_[number - 1];
    return {static_cast<std::uint32_t>(session.operation), session.value};
  }
  void set_part(std::uint32_t number, Part part) {
    if (number == 0) {
      count_ = part.one;
      digest_ = part.two;
    } else {
      sessions_[number - 1] = {static_cast<std::int32_t>(part.one), part.two};
    }
  }

 private:
  Turns turns_;
  std::uint32_t count_ = 0, digest_ = 0x811c9dc5U;
  std::array<Session, kSessionsMax> sessions_{};
};

}  // namespace coordbench::replication
