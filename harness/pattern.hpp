#pragma once
// Payload contents that change from operation to operation, and the proof that the right ones arrived.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace coordbench {

/// How much of a payload is written and checked: all of it between operations, a bounded part while a stream runs.
enum class Effort : std::uint8_t { full, sampled };

/// splitmix64 (Steele, Lea, Flood, OOPSLA 2014): one step from a state to a well-mixed 64-bit value.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Element i of a payload is base + i * stride; elements are 8 bytes where the size is a multiple of 8, else single bytes.
/// Patterns add element by element, so the sum of all ranks' payloads is a pattern again.
struct Pattern {
  std::uint64_t base = 0;
  std::uint64_t stride = 0;

  /// One mix, of which streams need three to five an operation. It is one to one: two operations of one owner, or two owners of
  /// one operation, never have the same base.
  static constexpr Pattern of(std::uint64_t seed, std::int64_t operation, std::int64_t owner) {
    constexpr std::uint64_t kByOperation = 0x9e3779b97f4a7c15ULL, kByOwner = 0xd1342543de82ef95ULL;  // odd, so neither repeats
    return {mix(seed + static_cast<std::uint64_t>(operation) * kByOperation + static_cast<std::uint64_t>(owner) * kByOwner),
            0x9e3779b97f4a7c15ULL};
  }

  constexpr Pattern& operator+=(Pattern other) {
    base += other.base;
    stride += other.stride;
    return *this;
  }

  void fill(std::span<std::byte> payload, Effort effort = Effort::full) const {
    if (payload.size() % 8 == 0)
      fill_elements<std::uint64_t>(payload, effort);
    else
      fill_elements<std::uint8_t>(payload, effort);
  }

  [[nodiscard]] bool matches(std::span<const std::byte> payload, Effort effort = Effort::full) const {
    return payload.size() % 8 == 0 ? match_elements<std::uint64_t>(payload, effort)
                                   : match_elements<std::uint8_t>(payload, effort);
  }

 private:
  /// A sampled check reads all elements of a payload of fewer than 128, else 64 to 96 of them and the last one.
  static constexpr std::size_t kSampled = 64;

  template <class Element>
  [[nodiscard]] Element element(std::size_t i) const {
    return static_cast<Element>(base + i * stride);
  }

  /// The distance between the elements that are looked at; the last one always is.
  static constexpr std::size_t step(std::size_t count, Effort effort) {
    return effort == Effort::full ? 1 : std::max<std::size_t>(1, count / kSampled);
  }

  template <class Element>
  void fill_elements(std::span<std::byte> payload, Effort effort) const {
    const std::size_t count = payload.size() / sizeof(Element);
    if (count == 0) return;
    const auto fill_one = [&](std::size_t i) {
      const Element value = element<Element>(i);
      std::memcpy(payload.data() + i * sizeof(Element), &value, sizeof value);
    };
    if (effort == Effort::full)
      for (std::size_t i = 0; i < count; ++i) fill_one(i);
    else
      for (std::size_t i = 0; i < count; i += step(count, effort)) fill_one(i);
    fill_one(count - 1);
  }

  template <class Element>
  [[nodiscard]] bool match_elements(std::span<const std::byte> payload, Effort effort) const {
    const std::size_t count = payload.size() / sizeof(Element);
    if (count == 0) return true;
    const std::size_t last = count - 1;
    Element wrong = difference<Element>(payload, last);
    if (effort == Effort::full)  // a loop of its own, so that it is vectorised
      for (std::size_t i = 0; i < last; ++i) wrong = static_cast<Element>(wrong | difference<Element>(payload, i));
    else
      for (std::size_t i = 0, by = step(count, effort); i < last; i += by)
        wrong = static_cast<Element>(wrong | difference<Element>(payload, i));
    return wrong == 0;
  }

  template <class Element>
  [[nodiscard]] Element difference(std::span<const std::byte> payload, std::size_t i) const {
    Element value;
    std::memcpy(&value, payload.data() + i * sizeof(Element), sizeof value);
    return static_cast<Element>(value ^ element<Element>(i));
  }
};

}  // namespace coordbench
