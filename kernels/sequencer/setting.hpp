#pragma once
// The parameters of a fixed sequencer, and which rank orders what.

#include <algorithm>
#include <bit>

#include "kernels/parts/window.hpp"

namespace coordbench::sequencer {

enum Variant : std::int64_t { unicast_broadcast, broadcast_broadcast, unicast_unicast_broadcast };

inline constexpr std::int64_t kShardsMax = 64;

inline constexpr std::array kParameters{
    Parameter{
        .name = "variant",
        .initial = unicast_broadcast,
        .lowest = 0,
        .highest = 2,
        .help = "who sends the payload to everybody: the sequencer, the sender at once, or the sender with the number that it "
                "has asked for",
        .choices = {"unicast_broadcast", "broadcast_broadcast", "unicast_unicast_broadcast"}},
    Parameter{.name = "shards",
              .initial = 1,
              .lowest = 1,
              .highest = kShardsMax,
              .help = "number of separate orders (shards); the sequencer of shard s is rank N - 1 - s"},
    Parameter{.name = "senders", .initial = 0, .lowest = 0, .highest = 1'048'575, .help = "how many ranks send, 0: all"},
    Parameter{.name = "keep",
              .initial = 0,
              .lowest = 0,
              .highest = 65'536,
              .help = "most operations that a rank may lag behind, a power of two; 0: chosen automatically, twice the "
                      "operations that all senders may have open, but at least 64 and at most 1024"},
    Parameter{.name = "timeout_us",
              .initial = 0,
              .lowest = 0,
              .highest = 60'000'000,
              .help = "wait before asking again for a missing operation, 0: never"}};

struct Setting {
  explicit Setting(const Shape& shape)
      : ranks(shape.ranks),
        senders(static_cast<std::uint32_t>(senders_of(shape))),
        shards(static_cast<std::uint32_t>(shape["shards"])),
        open(static_cast<std::size_t>(shape.in_flight) * senders.by()),
        keep(keep_of(shape["keep"], open)),
        broadcasts(shape["variant"] == broadcast_broadcast),
        asks_first(shape["variant"] == unicast_unicast_broadcast),
        timeout(shape["timeout_us"] * 1000) {}

  static int senders_of(const Shape& shape) {
    const std::int64_t senders = shape["senders"];
    return senders == 0 ? shape.ranks : static_cast<int>(senders);
  }

  [[nodiscard]] std::size_t shard_of(Operation operation) const { return remainder(shards, operation); }
  [[nodiscard]] Rank sender_of(Operation operation) const { return static_cast<Rank>(remainder(senders, operation)); }
  /// While nobody is excluded.
  [[nodiscard]] Rank seat_of_shard(std::size_t shard) const { return ranks - 1 - static_cast<Rank>(shard); }
  [[nodiscard]] bool is_seat(Rank rank) const { return ranks - 1 - rank < static_cast<int>(shards.by()); }
  /// Whether delivered operations are kept, because a rank may ask for them.
  [[nodiscard]] bool remembers() const { return timeout > 0; }
  /// Numbers of a shard of which a rank keeps something.
  [[nodiscard]] std::uint32_t room() const { return remembers() || asks_first ? 2 * keep : keep; }

  int ranks;
  Divisor senders, shards;
  std::size_t open;    ///< operations that may be open at once, over all senders
  std::uint32_t keep;  ///< numbers of a shard that somebody may still lack, a power of two
  bool broadcasts;     ///< BB: the sender sends its payload to everybody
  bool asks_first;     ///< UUB: the sender does so once it has its number
  Time timeout;        ///< ns

 private:
  static std::uint32_t remainder(const Divisor& divisor, Operation operation) {
    const auto k = static_cast<std::uint32_t>(operation);
    return k - divisor.quotient(k) * divisor.by();
  }
  static std::uint32_t keep_of(std::int64_t asked, std::size_t open) {
    return std::bit_ceil(static_cast<std::uint32_t>(
        asked > 0 ? asked : std::clamp<std::int64_t>(2 * static_cast<std::int64_t>(open), 64, 1024)));
  }
};

}  // namespace coordbench::sequencer
