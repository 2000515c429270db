#pragma once
// What the kernel declares of a case.

#include <optional>

#include "kernels/raft/leader.hpp"

namespace coordbench::raft {

class Declarations {
 public:
  static constexpr std::array parameters = raft::parameters;
  static constexpr std::array marks = raft::marks;
  static constexpr int clients_most = State::kSessionsMax;
  static constexpr auto kinds = Reads::kinds;
  static int kind(const Shape& shape, Operation k) { return Reads::kind(shape, k); }
  /// A write is answered with its own payload; a read with what some write wrote, or with the initial value.
  static bool accepts(const Shape& shape, Operation k, const Answer& answer) {
    const bool reads = shape.values[kReads] > 0 && kind(shape, k) == 1;  // by place: every answer is looked at
    const Operation of = answer.operation_of(k);
    if (answer.outcome != 1 || !reads) return answer.outcome == 1 && of == k;
    const std::int64_t bytes = of >= 0 ? shape.payload_bytes : 0;
    return std::ssize(answer.payload.bytes()) == bytes && (of == Answer::initial || (of >= 0 && kind(shape, of) == 0));
  }
  static Cost cost(const Shape& shape, Operations operations) { return Setting(shape).cost(operations); }
  static std::string unfit(const Shape& shape) { return Setting(shape).unfit(); }
  static std::string uncountable(const Shape& shape) { return Setting(shape).uncountable(); }
  static bool times_out(const Shape& shape) { return Setting(shape).timeout > 0; }
  static std::int64_t batch(const Shape& shape) { return Setting(shape).batch; }

  /// An entry is applied by the leader and by the servers that it is sent to. A read that is no entry is only answered.
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation operation) {
    if (mark != answered && Setting(shape).reading.is_apart(operation)) return false;
    if (mark == committed) return rank == 0;
    if (mark == applied) return rank < shape.ranks && (shape["thrifty"] == 0 || rank <= shape.ranks / 2);
    return rank == (shape.clients > 0 ? shape.ranks + static_cast<Rank>(operation % shape.clients) : 0);
  }
  /// While nobody campaigns, all but the leader hear only of it.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return rank == 0 || times_out(shape) ? std::nullopt : std::optional<Rank>(0);
  }
  /// A message carries consecutive operations, of any client; a round carries those that read.
  template <class Visit>
  static void operations(const Shape& shape, const Message& message, const Payload& /*payload*/, Visit&& visit) {
    if (message.count == 0) return;
    visit(Operation{message.first});
    for (Operation k = message.first + Operation{1}, end = k - 1 + message.count; k < end; ++k)
      if (!is_round(message) || Reads::kind(shape, k) == 1) visit(k);
  }
  /// A step of a server may apply all that the log holds, and answer for it; the log keeps the lease of every entry.
  static Bounds bounds(const Shape& shape, Rank rank) {
    if (rank >= shape.ranks) return {};
    const Setting setting(shape);
    const auto servers = static_cast<std::size_t>(shape.ranks), window = static_cast<std::size_t>(setting.window);
    return {.sends = Leader::most(setting) * servers + setting.log_capacity() + window,
            .completions = 3 * setting.log_capacity(),
            .parts = Leader::kBurst * servers * static_cast<std::size_t>(setting.batch) + window,
            .receives = window * (rank == 0 ? 2 * servers : 2),
            .leases = setting.log_capacity() + waiting_most(setting) + (setting.reading.any ? 2 : 0)};
  }

 protected:
  /// Operations that wait until somebody leads.
  static std::size_t waiting_most(const Setting& setting) {
    return setting.timeout > 0 ? static_cast<std::size_t>(setting.window) : 0;
  }

 private:
  static constexpr std::size_t kReads = [] {
    std::size_t place = 0;
    while (parameters[place].name != "reads") ++place;
    return place;
  }();
  static bool is_round(const Message& message) {
    return message.kind == Message::Kind::confirm || message.kind == Message::Kind::confirmed;
  }
};

}  // namespace coordbench::raft
