#pragma once
// bruck_all_to_all — blocks hop towards their destinations in ⌈log₂ N⌉ rounds, many to a message: few messages, more bytes.
//
//   round 0   0 ─► 1 ─► 2 ─► 3 ─► 0        all blocks with bit 0 of their way still to go, packed
//   round 1   0 ◄─► 2   1 ◄─► 3            all blocks with bit 1
//
// N·⌈log₂ N⌉ messages of up to ⌊N/2⌋ blocks, ⌈log₂ N⌉ delays. A block with `way` places to go is kept where the block that
// ends here after the same way belongs, so that no final rotation is needed.
// Source: Bruck, Ho, Kipnis, Upfal, Weathersby, IEEE TPDS 8(11), 1997.

#include "collectives/parts/exchange_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class BruckAllToAll {
 public:
  /// An exchange, and room to pack the blocks of one message and to unpack those of another.
  class Data : public ExchangeData {
   public:
    Data(const Shape& shape, Rank self) : ExchangeData(shape, self), packed_(room(shape), 1), arrived_(room(shape), 1) {}
    static std::int64_t memory_bytes(const Shape& shape) {
      return ExchangeData::memory_bytes(shape) + 2 * RotatingBuffers::memory_bytes(room(shape), 1);
    }
    [[nodiscard]] std::span<std::byte> packed() const { return packed_.current(); }
    [[nodiscard]] std::span<std::byte> arrived() const { return arrived_.current(); }

   private:
    static std::int64_t room(const Shape& shape) { return shape.ranks / 2 * shape.payload_bytes; }
    RotatingBuffers packed_, arrived_;
  };

  static constexpr About about{.level = 0,
                               .group = "all-to-all",
                               .promise = "every rank holds the block that each rank had for it",
                               .messages = "N ceil(log2 N)",
                               .delays = "ceil(log2 N)",
                               .source = "Bruck et al., IEEE TPDS 8(11), 1997"};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{shape.ranks} * ceil_log2(shape.ranks); }
  static int delays(const Shape& shape) { return ceil_log2(shape.ranks); }

  BruckAllToAll(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = endpoint.rank();
    for (int way = 0; way < ranks; ++way) copy(data.outgoing(absolute(way, self, ranks)), home(data, self, way, ranks));
    for (int distance = 1; distance < ranks; distance *= 2) {
      const std::size_t bytes = pack(data, self, distance, ranks);
      endpoint.exchange(absolute(distance, self, ranks), data.packed().first(bytes), relative(self, distance, ranks),
                        data.arrived().first(bytes));
      unpack(data, self, distance, ranks);
    }
  }

 private:
  static std::span<std::byte> home(Data& data, Rank self, int way, int ranks) {
    return data.incoming(relative(self, way, ranks));
  }
  static std::size_t pack(Data& data, Rank self, int distance, int ranks) {
    std::size_t bytes = 0;
    for (int way = distance; way < ranks; ++way) {
      if (!(way & distance)) continue;
      copy(home(data, self, way, ranks), data.packed().subspan(bytes, data.block_bytes()));
      bytes += data.block_bytes();
    }
    return bytes;
  }
  static void unpack(Data& data, Rank self, int distance, int ranks) {
    std::size_t bytes = 0;
    for (int way = distance; way < ranks; ++way) {
      if (!(way & distance)) continue;
      copy(data.arrived().subspan(bytes, data.block_bytes()), home(data, self, way, ranks));
      bytes += data.block_bytes();
    }
  }
};

}  // namespace coordbench
