# The simulated world's programs. A protocol joins by its folder, tests/safety/x/safety.hpp with struct Safety in namespace
# coordbench::testing::x, which becomes a generated source and an entry of the generated registry.
file(GLOB safeties CONFIGURE_DEPENDS tests/safety/*/safety.hpp)
add_library(safety STATIC tests/safety/soak.cpp tests/safety/shrink.cpp tests/safety/report.cpp)
target_link_libraries(safety PUBLIC harness Threads::Threads)
target_compile_options(safety PRIVATE ${quickly})
# What every protocol's source includes besides its own, compiled once. That a kernel includes what it needs is seen where its
# mutants are compiled, which is without.
target_precompile_headers(safety PRIVATE ${CMAKE_SOURCE_DIR}/tests/safety/subject_entry.hpp)

set(declarations "")
set(entries "")
foreach(header IN LISTS safeties)
  get_filename_component(folder ${header} DIRECTORY)
  get_filename_component(name ${folder} NAME)
  set(source ${CMAKE_BINARY_DIR}/generated/safety/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include "tests/safety/@name@/safety.hpp"
#include "tests/safety/subject_entry.hpp"
namespace coordbench::testing {
extern const Subject subject_@name@;
constinit const Subject subject_@name@ = make_subject<@name@::Safety>("@name@");
}
]])
  target_sources(safety PRIVATE ${source})
  string(APPEND declarations "extern const Subject subject_${name};\n")
  string(APPEND entries "  subject_${name},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/safety/registry.cpp @ONLY CONTENT [[
#include "tests/safety/subject.hpp"
namespace coordbench::testing {
@declarations@
std::span<const Subject> all_subjects() {
  static const Subject subjects[] = {
@entries@  };
  return subjects;
}
}
]])
target_sources(safety PRIVATE ${CMAKE_BINARY_DIR}/generated/safety/registry.cpp)

add_executable(coordbench-soak tests/safety/soak_main.cpp)
target_link_libraries(coordbench-soak PRIVATE safety)
target_link_libraries(unit-tests PRIVATE safety)

# How fast the simulated world is; run by jobs/bounds.
add_executable(simulator-speed EXCLUDE_FROM_ALL tests/safety/simulator_speed.cpp)
target_link_libraries(simulator-speed PRIVATE harness)
