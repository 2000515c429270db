#pragma once
// Whether this program is coordbench-smpi, in which every rank is a thread of control of one process and time is simulated.

#ifdef COORDBENCH_ANYWHERE
#error "compiled once for all programs, this file asks whether ranks are simulated: see simulated_sources, CMakeLists.txt"
#endif

namespace coordbench {

#ifdef COORDBENCH_SIMULATED
inline constexpr bool kSimulated = true;
#else
inline constexpr bool kSimulated = false;
#endif

}  // namespace coordbench
