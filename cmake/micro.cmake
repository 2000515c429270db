# coordbench-micro. A protocol is discovered by its file: kernels/x.hpp with class X becomes a generated source, and a call in
# the generated registry.
find_package(benchmark QUIET)
if(NOT benchmark_FOUND)
  message(STATUS "coordbench-micro is left out: Google Benchmark (Debian: libbenchmark-dev) is not here")
  return()
endif()

file(GLOB micro_sources CONFIGURE_DEPENDS micro/*.cpp)
add_executable(coordbench-micro ${micro_sources})
target_link_libraries(coordbench-micro PRIVATE harness benchmark::benchmark Threads::Threads)
# What every protocol's source includes besides its kernel, compiled once.
target_precompile_headers(coordbench-micro PRIVATE ${CMAKE_SOURCE_DIR}/micro/protocol.hpp)

file(GLOB protocols CONFIGURE_DEPENDS kernels/*.hpp)
set(declarations "")
set(calls "")
foreach(header IN LISTS protocols)
  get_filename_component(name ${header} NAME_WE)
  coordbench_class_name(${name} class)
  set(source ${CMAKE_BINARY_DIR}/generated/micro/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include "kernels/@name@.hpp"
#include "micro/protocol.hpp"
namespace coordbench {
void register_@name@();
void register_@name@() { register_protocol<@class@>("@name@"); }
}
]])
  target_sources(coordbench-micro PRIVATE ${source})
  string(APPEND declarations "void register_${name}();\n")
  string(APPEND calls "  register_${name}();\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/micro/registry.cpp @ONLY CONTENT [[
#include "micro/benchmarks.hpp"
namespace coordbench {
@declarations@
void register_protocols() {
@calls@}
}
]])
target_sources(coordbench-micro PRIVATE ${CMAKE_BINARY_DIR}/generated/micro/registry.cpp)
