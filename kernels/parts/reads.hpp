#pragma once
// A register that operations read or write: which operation does which, and what it may answer. A write answers nothing; a read
// answers the value, and names the operation that wrote it.

#include "harness/protocol.hpp"
#include "kernels/parts/draw.hpp"

namespace coordbench {

class Reads {
 public:
  /// `initial` percent where a user does not say.
  static constexpr Parameter parameter(std::int64_t initial) {
    return {.name = "reads",
            .initial = initial,
            .highest = 100,
            .help = "percent of the operations that read; the seed decides which"};
  }
  static constexpr std::array<std::string_view, 2> kinds{"write", "read"};

  explicit Reads(const Shape& shape) : seed_(shape.seed), percent_(shape["reads"]) {}
  [[nodiscard]] bool is_read(Operation k) const { return Draw(seed_, k).below(100) < percent_; }

  static int kind(const Shape& shape, Operation k) { return Reads(shape).is_read(k) ? 1 : 0; }
  /// A read returns what some write wrote, or the initial value, which has no bytes.
  static bool accepts(const Shape& shape, Operation k, const Answer& answer) {
    const bool has_value = answer.of >= 0;
    const auto bytes = static_cast<std::size_t>(has_value ? shape.payload_bytes : 0);
    if (answer.outcome != 1 || answer.payload.size() != bytes) return false;
    if (kind(shape, k) == 0) return answer.of == Answer::nothing;
    return answer.of == Answer::initial || (has_value && kind(shape, answer.of) == 0);
  }

 private:
  std::uint64_t seed_;
  std::int64_t percent_;
};

}  // namespace coordbench
