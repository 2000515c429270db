#pragma once
// Whether this program is coordbench-smpi, in which every rank is a thread of control of one process and time is simulated.

namespace coordbench {

#ifdef COORDBENCH_SIMULATED
inline constexpr bool kSimulated = true;
#else
inline constexpr bool kSimulated = false;
#endif

}  // namespace coordbench
