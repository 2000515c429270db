# What needs MPI: the program, and the tests that run under mpirun. A kernel is discovered by its file: kernels/x.hpp or
# collectives/x.hpp with class X becomes a generated source, and an entry of the generated registry.
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI REQUIRED COMPONENTS CXX)

# coordbench_kernels(TARGET HEADER...): generates the registry of these headers into TARGET.
function(coordbench_kernels target)
  set(declarations "")
  set(entries "")
  foreach(header IN LISTS ARGN)
    get_filename_component(name ${header} NAME_WE)
    coordbench_class_name(${name} class)
    file(RELATIVE_PATH include ${CMAKE_SOURCE_DIR} ${header})
    set(source ${CMAKE_BINARY_DIR}/generated/${target}/${name}.cpp)
    # A protocol's mistakes are told in sentences, before anything else is made of it.
    set(demand "")
    if(include MATCHES "^kernels/")
      set(demand "#include \"harness/protocol_demands.hpp\"\nnamespace coordbench { COORDBENCH_DEMAND(${class}); }")
    endif()
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include "@include@"
@demand@
#include "harness/kernel_entry.hpp"
namespace coordbench {
extern const Kernel kernel_@name@;
constinit const Kernel kernel_@name@ = make_kernel<@class@>("@name@");
}
]])
    target_sources(${target} PRIVATE ${source})
    string(APPEND declarations "extern const Kernel kernel_${name};\n")
    string(APPEND entries "  kernel_${name},\n")
  endforeach()
  list(LENGTH ARGN count)
  set(source ${CMAKE_BINARY_DIR}/generated/${target}/registry.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include "harness/kernel.hpp"
namespace coordbench {
@declarations@
std::span<const Kernel> all_kernels() {
  static const Kernel kernels[] = {
@entries@  };
  return kernels;
}
}
]])
  target_sources(${target} PRIVATE ${source})
endfunction()

file(GLOB kernels CONFIGURE_DEPENDS collectives/*.hpp kernels/*.hpp)
list(SORT kernels COMPARE FILE_BASENAME)

add_library(mpi-harness STATIC ${mpi_harness_sources})
target_link_libraries(mpi-harness PUBLIC harness MPI::MPI_CXX)
target_compile_definitions(mpi-harness PUBLIC OMPI_SKIP_MPICXX)
coordbench_in_unity(mpi-harness)

add_library(kernels OBJECT)
target_link_libraries(kernels PUBLIC mpi-harness)
coordbench_kernels(kernels ${kernels})
coordbench_in_unity(kernels)
# By themselves, each over three transports: whoever works on one waits for no other.
foreach(header IN LISTS kernels)
  get_filename_component(name ${header} NAME_WE)
  if(header MATCHES "/kernels/")
    set_source_files_properties(${CMAKE_BINARY_DIR}/generated/kernels/${name}.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endforeach()

add_executable(coordbench harness/main.cpp)
target_link_libraries(coordbench PRIVATE kernels)

# The same program with kernels that are wrong on purpose, to see each verdict given.
file(GLOB broken_kernels CONFIGURE_DEPENDS tests/broken_kernels/*.hpp)
add_executable(coordbench-broken EXCLUDE_FROM_ALL harness/main.cpp)
target_link_libraries(coordbench-broken PRIVATE mpi-harness)
target_compile_options(coordbench-broken PRIVATE ${quickly})
coordbench_in_unity(coordbench-broken)
coordbench_kernels(coordbench-broken ${broken_kernels} ${CMAKE_SOURCE_DIR}/collectives/ping_pong.hpp)

# Tests that run under mpirun, on 1, 2, 3, 4, 5 and 8 ranks.
file(GLOB_RECURSE mpi_tests CONFIGURE_DEPENDS tests/*_mpi_test.cpp)
add_executable(mpi-tests EXCLUDE_FROM_ALL ${mpi_tests} tests/support/mpi_main.cpp)
target_link_libraries(mpi-tests PRIVATE kernels GTest::gtest)
target_compile_options(mpi-tests PRIVATE ${quickly})
coordbench_in_unity(mpi-tests)
foreach(ranks 1 2 3 4 5 8)
  add_test(NAME mpi-tests-on-${ranks}-ranks COMMAND ${MPIEXEC_EXECUTABLE} --oversubscribe -n ${ranks} $<TARGET_FILE:mpi-tests>)
  set_tests_properties(mpi-tests-on-${ranks}-ranks PROPERTIES TIMEOUT 1500 PROCESSORS 2)
endforeach()

# What the harness adds to a ping_pong written by hand; run by jobs/bounds.
add_executable(ping-pong-baseline EXCLUDE_FROM_ALL tests/baseline/ping_pong_baseline.cpp)
target_link_libraries(ping-pong-baseline PRIVATE kernels)
