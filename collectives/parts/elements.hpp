#pragma once
// Payloads as elements: 8-byte integers where the size is a multiple of 8, else single bytes, as in harness/pattern.hpp.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "harness/local_work.hpp"  // IWYU pragma: export
#include "harness/pattern.hpp"

namespace coordbench {

constexpr std::size_t element_bytes(std::size_t payload_bytes) { return payload_bytes % 8 == 0 ? 8 : 1; }

/// What must stay cheap touches all elements of a payload of fewer than 128; of a larger one 64 to 96 elements, at equal
/// distances from the first one on, and the last one. These are its spots, and what Effort::sampled reads.
inline constexpr std::size_t kSpots = 64;
constexpr std::size_t spot_distance(std::size_t elements) { return std::max<std::size_t>(1, elements / kSpots); }

/// Element `index` of a payload that holds `pattern`, in the first `width` bytes of the result.
inline std::array<std::byte, 8> element_of(Pattern pattern, std::size_t index, std::size_t width) {
  std::array<std::byte, 8> element{};
  Pattern{pattern.base + index * pattern.stride, 0}.fill({element.data(), width});
  return element;
}

/// Calls visit(bytes of one element, its index) for the spots of a payload.
template <class Byte, class Visit>
void for_each_spot(std::span<Byte> payload, Visit visit) {
  const std::size_t width = element_bytes(payload.size());
  const std::size_t count = payload.size() / width;
  if (count == 0) return;
  for (std::size_t i = 0; i < count; i += spot_distance(count)) visit(payload.subspan(i * width, width), i);
  visit(payload.subspan((count - 1) * width, width), count - 1);
}

/// Makes a buffer that is about to receive `answer` wrong at every spot. What an earlier operation left there could be right by
/// chance, one time in 256 where elements are bytes. All of it is not overwritten: that would bring it into the cache.
inline void spoil(std::span<std::byte> buffer, Pattern answer) {
  for_each_spot(buffer, [&](std::span<std::byte> element, std::size_t index) {
    const auto right = element_of(answer, index, element.size());
    for (std::size_t i = 0; i < element.size(); ++i) element[i] = ~right[i];
  });
}

}  // namespace coordbench
