#pragma once
// What a transport does with a message itself: it is copied into the slot that travels, and read where it arrived.

#include <new>

#include "harness/protocol_traits.hpp"
#include "micro/batch_times.hpp"

namespace coordbench {

template <class Message>
struct alignas(64) MessageSlot {
  std::byte bytes[sizeof(Message)];
};

template <ProtocolMessage Message>
void encode(benchmark::State& state) {
  MessageSlot<Message> slot{};
  Message message{};
  benchmark::DoNotOptimize(&slot);
  benchmark::DoNotOptimize(&message);
  time_in_batches(state, [&] {
    copy_narrowly(slot.bytes, message);
    benchmark::ClobberMemory();  // somebody reads the slot, and the next message is another one
  });
}

template <ProtocolMessage Message>
void decode(benchmark::State& state) {
  MessageSlot<Message> slot{};
  Message message{};
  copy_narrowly(slot.bytes, message);
  benchmark::DoNotOptimize(&slot);
  benchmark::DoNotOptimize(&message);
  time_in_batches(state, [&] {
    copy_narrowly(&message, *std::launder(reinterpret_cast<const Message*>(slot.bytes)));
    benchmark::ClobberMemory();
  });
}

}  // namespace coordbench
