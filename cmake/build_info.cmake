# What was built, by what, from which commit: ${CMAKE_BINARY_DIR}/build_info.hpp. Included by the build, this file makes the
# target build-info, which runs it again as a script at every build, because a commit changes between two configurations too. The
# header is written only when its contents change.
if(CMAKE_SCRIPT_MODE_FILE)
  set(commit "")
  # A prefix means that the repository is somebody else's, around an unpacked release.
  execute_process(COMMAND git --no-optional-locks rev-parse --show-prefix WORKING_DIRECTORY ${source}
                  OUTPUT_VARIABLE prefix ERROR_QUIET RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if("${failed}" STREQUAL "0" AND "${prefix}" STREQUAL "")
    execute_process(COMMAND git --no-optional-locks describe --always --dirty --abbrev=40 --exclude=* WORKING_DIRECTORY ${source}
                    OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  if("${commit}" STREQUAL "")
    set(commit "unknown")
  endif()
  configure_file(${source}/harness/build_info.hpp.in ${header} @ONLY)
  return()
endif()

# The flags in force for ${CMAKE_SOURCE_DIR}, less whatever names a path: that says more about the machine than about the code.
function(coordbench_flags result)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  get_directory_property(options COMPILE_OPTIONS)
  string(GENEX_STRIP "${options}" options)
  set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} -std=c++${CMAKE_CXX_STANDARD} ${options}")
  string(REGEX REPLACE "[; ]+" " " flags "${flags}")
  string(REGEX REPLACE "(-(isystem|idirafter|iquote|include|I|L|B) )?[^ ]*/[^ ]*" "" flags "${flags}")
  string(REGEX REPLACE " +" " " flags "${flags}")
  string(STRIP "${flags}" flags)
  set(${result} "${flags}" PARENT_SCOPE)
endfunction()

coordbench_flags(flags)
add_custom_target(build-info
  COMMAND ${CMAKE_COMMAND} "-Dsource=${CMAKE_SOURCE_DIR}" "-Dheader=${CMAKE_BINARY_DIR}/build_info.hpp"
          "-Dversion=${PROJECT_VERSION}" "-Dcompiler=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" "-Dflags=${flags}"
          -P ${CMAKE_CURRENT_LIST_FILE}
  BYPRODUCTS ${CMAKE_BINARY_DIR}/build_info.hpp COMMENT "Asking git for the commit" VERBATIM)
