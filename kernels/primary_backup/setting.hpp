#pragma once
// The parameters of a primary and its backups, what ranks say to each other, and the closed forms.

#include "kernels/parts/replicate.hpp"
#include "kernels/parts/served_register.hpp"

namespace coordbench::primary_backup {

enum Acknowledge : std::int64_t { all, one, none };
enum ReadFrom : std::int64_t { primary, any };
enum class Kind : std::uint16_t { write, written, read, value, update, held };

struct Message {
  std::uint32_t first;      ///< the operation
  std::uint16_t count = 1;  ///< 0 when it is sent again, and where nobody waits for it
  Kind kind;
  std::uint32_t epoch;         ///< of the configuration in which it is valid
  std::uint32_t sequence = 0;  ///< the number of the write that it is about
  std::uint32_t writer = 0;    ///< of a value: the operation that wrote it, plus 1; 0: the initial value
};
using Out = Outbox<Message>;

inline constexpr std::array kParameters{
    Parameter{.name = "acknowledge",
              .initial = all,
              .highest = none,
              .help = "how many backups must have a write before it is answered",
              .choices = {"all", "one", "none"}},
    Reads::parameter(0),
    Parameter{.name = "read_from",
              .initial = primary,
              .highest = any,
              .help = "who is asked to read: the primary, or any replica: the proposer itself, or one that the seed draws",
              .choices = {"primary", "any"}},
    ServedRegister::proposers_parameter(
        "how many servers propose if there are no clients: ranks 0, 1, …, of which 0 is the primary; 0: all"),
    ServedRegister::kTimeout,
    kReplicate};

/// How a replica behaves in a case.
struct Setting {
  explicit Setting(const Shape& shape)
      : acknowledge(shape["acknowledge"]),
        reads_anywhere(shape["read_from"] == any),
        replicate(shape["replicate"]),
        times_out(shape["timeout_us"] > 0) {}

  /// Acknowledgements of `backups` that a write waits for.
  [[nodiscard]] int awaited(int backups) const {
    if (acknowledge == all) return backups;
    return acknowledge == one ? std::min(backups, 1) : 0;
  }

  /// Whether backups acknowledge: also where nobody waits for it, so that lost writes can be resent.
  [[nodiscard]] bool acknowledges() const { return acknowledge != none || times_out; }

  std::int64_t acknowledge;
  bool reads_anywhere;
  std::int64_t replicate;
  bool times_out;
};

inline Cost cost_of(const Shape& shape, Operation k) {
  const Setting setting(shape);
  const bool is_read = ServedRegister::kind(shape, k) == 1, has_clients = shape.clients > 0;
  const bool at_primary = !has_clients && k % ServedRegister::proposers(shape) == 0;
  const int asks = at_primary || (is_read && setting.reads_anywhere && !has_clients) ? 0 : 2;
  if (is_read) return {.messages = asks, .delays = {asks}};
  const int others = shape.ranks - 1, waits = others > 0 && setting.acknowledge != none ? 2 : 0;
  return {.messages = (setting.acknowledge == none ? 1 : 2) * others + asks, .delays = {waits + asks}};
}

/// A primary that begins an epoch, or ticks, may send every write that is under way to every backup.
inline Bounds bounds_of(const Shape& shape, Rank rank) {
  const auto own = static_cast<std::size_t>(shape.in_flight);
  const std::size_t all = own * static_cast<std::size_t>(ServedRegister::proposers(shape));
  const std::size_t writes = rank < shape.ranks ? all : 0, again = own + (writes + 1) * static_cast<std::size_t>(shape.ranks);
  return {.sends = 2 + (ServedRegister::times_out(shape) ? again : 0),
          .completions = own + 1,
          .leases = Window<int>::length(shape) + writes + 3};
}

}  // namespace coordbench::primary_backup
