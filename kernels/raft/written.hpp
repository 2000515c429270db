#pragma once
// The register that operations read: the newest write, as far as a server has applied the log.

#include "kernels/raft/message.hpp"

namespace coordbench::raft {

struct Written {
  Operation writer = Answer::initial;
  Payload value{};

  /// The writer as a word of a message: 0 stands for nobody.
  [[nodiscard]] std::uint32_t word() const { return static_cast<std::uint32_t>(writer + 1); }
  static Operation writer_of(std::uint32_t word) { return static_cast<Operation>(word) - 1; }
};

}  // namespace coordbench::raft
