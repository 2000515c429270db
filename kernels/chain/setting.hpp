#pragma once
// The parameters of a chain, what its ranks say to each other, and the closed forms.

#include "kernels/parts/delays.hpp"
#include "kernels/parts/replicate.hpp"
#include "kernels/parts/served_register.hpp"

namespace coordbench::chain {

enum ReadFrom : std::int64_t { tail, any_clean, any };
/// `acknowledge` says that the tail has a write; `ask` and `newest` are a server's question to the tail, and its answer.
enum class Kind : std::uint16_t { write, written, read, value, update, acknowledge, ask, newest };

struct Message {
  std::uint32_t first;      ///< the operation
  std::uint16_t count = 1;  ///< 0 when it is sent again, and in acknowledgements
  Kind kind;
  std::uint32_t epoch;         ///< of the configuration in which it is valid
  std::uint32_t sequence = 0;  ///< the number of the write that it is about
  std::uint32_t writer = 0;    ///< of a value: the operation that wrote it, plus 1; 0: the initial value
  std::uint32_t settled = 0;   ///< of an update: the tail is known to have all writes to this number
};
using Out = Outbox<Message>;

inline constexpr std::array kParameters{
    Reads::parameter(0),
    Parameter{.name = "read_from",
              .initial = tail,
              .highest = any,
              .help =
                  "who is asked to read: the tail, or any server: the proposer itself, or one that the seed draws. any_clean: "
                  "it asks the tail if it has writes that the tail may lack; any: it shows the newest write that it has",
              .choices = {"tail", "any_clean", "any"}},
    ServedRegister::proposers_parameter(
        "how many servers propose if there are no clients: ranks 0, 1, …, of which 0 is the head; 0: all"),
    ServedRegister::kTimeout, kReplicate};

/// Only a write that is under way makes an any_clean read ask the tail, so timing decides.
inline Cost cost_of(const Shape& shape, Operation k) {
  const Rank last = shape.ranks - 1;
  const Rank proposer = shape.clients > 0 ? shape.ranks : static_cast<Rank>(k % ServedRegister::proposers(shape));
  if (ServedRegister::kind(shape, k) == 0) {
    const int messages = last + (proposer == 0 ? 0 : 1) + (proposer == last ? 0 : 1);
    return {.messages = messages, .delays = {messages}};
  }
  const std::int64_t read_from = shape["read_from"];
  const Rank server = read_from == tail ? last : shape.clients > 0 ? ServedRegister::drawn_server(shape, k) : proposer;
  const int least = server == proposer ? 0 : 2;
  const int dirty = read_from == any_clean && server != last && shape["reads"] < 100 ? 2 : 0;
  return {.messages = {least, least + dirty}, .delays = {Range{least, least + dirty}}};
}

/// A server keeps the writes that the tail may lack, at most a window's, and may pass all of them on in one step: if one that
/// was missing comes, or when it ticks or has a new successor.
inline Bounds bounds_of(const Shape& shape, Rank rank) {
  const auto own = static_cast<std::size_t>(shape.in_flight);
  const Window<char> window(rank < shape.ranks ? shape : Shape(), rank < shape.ranks ? ServedRegister::proposers(shape) : 1);
  return {.sends = window.size() + 2 + (ServedRegister::times_out(shape) ? own + 1 : 0),
          .completions = own + 1,
          .leases = Window<char>::length(shape) + std::bit_ceil(window.size()) + 2};
}

}  // namespace coordbench::chain
