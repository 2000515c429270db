# coordbench-smpi: the same sources, for ranks that SimGrid simulates (jobs/simulate). What smpicxx adds is done here: its mpi.h
# comes first, and the program is a library, which smpirun loads. Left out on purpose is smpi_helpers.h, whose macros would
# rename free, exit and the clocks in every header that comes after it.
find_library(SIMGRID_LIBRARY simgrid)
find_path(SMPI_INCLUDE_DIR mpi.h PATH_SUFFIXES smpi NO_DEFAULT_PATH PATHS /usr/include /usr/local/include /opt/simgrid/include)
find_program(SMPIRUN smpirun)
if(NOT SIMGRID_LIBRARY OR NOT SMPI_INCLUDE_DIR OR NOT SMPIRUN)
  set(left_out "coordbench-smpi is left out: SimGrid (Debian: libsimgrid-dev) is not here")
  message(STATUS ${left_out})
  add_custom_target(coordbench-smpi COMMAND ${CMAKE_COMMAND} -E echo ${left_out} VERBATIM)
  return()
endif()
cmake_path(GET SMPI_INCLUDE_DIR PARENT_PATH SIMGRID_INCLUDE_DIR)

add_library(coordbench-smpi MODULE EXCLUDE_FROM_ALL harness/main.cpp ${simulated_sources} ${mpi_harness_sources}
            $<TARGET_OBJECTS:harness-anywhere>)
coordbench_kernels(coordbench-smpi ${kernels})
coordbench_in_unity(coordbench-smpi)
# What every kernel's source includes, SimGrid's mpi.h above all, compiled once. Of precompiled headers GCC 12 gives false alarms
# (as in the options for GNU); the sources are the same as those of `kernels`, where such accesses are looked for.
target_precompile_headers(coordbench-smpi PRIVATE ${CMAKE_SOURCE_DIR}/harness/kernel_entry.hpp)
target_compile_options(coordbench-smpi PRIVATE -Wno-array-bounds)
set_target_properties(coordbench-smpi PROPERTIES PREFIX "" SUFFIX "")
target_include_directories(coordbench-smpi PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_include_directories(coordbench-smpi SYSTEM PRIVATE ${SMPI_INCLUDE_DIR} ${SIMGRID_INCLUDE_DIR} ${HDF5_INCLUDE_DIRS})
target_compile_options(coordbench-smpi PRIVATE -O1)  # simulated time is the same, host time SimGrid's; compiles in half the time
target_compile_definitions(coordbench-smpi PRIVATE COORDBENCH_SIMULATED)
target_link_libraries(coordbench-smpi PRIVATE CLI11::CLI11 fmt::fmt nlohmann_json::nlohmann_json PkgConfig::HWLOC PkgConfig::SODIUM
                      ${HDF5_C_LIBRARIES} ${HDF5_C_HL_LIBRARIES} ${SIMGRID_LIBRARY})
target_link_options(coordbench-smpi PRIVATE -Wl,-z,defs)
add_dependencies(coordbench-smpi build-info)
