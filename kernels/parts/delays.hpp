#pragma once
// How long a chain of messages the harness can follow.

namespace coordbench {

inline constexpr int kDelaysMost = 0x7fff;  ///< the counter that travels with each message goes no further

}  // namespace coordbench
