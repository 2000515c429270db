#pragma once
// The columns of /cases: each one's name, unit, meaning, and how it follows from the result of a case.

#include <cstdint>
#include <span>
#include <string>

#include "harness/case_result.hpp"
#include "harness/results/hdf5_variables.hpp"

namespace coordbench {

struct CaseRow {
  const CaseResult& result;
  const std::string& placement;
};

template <class T>
struct CaseColumn {
  const char* name;
  hdf5::Legend legend;
  T (*value)(const CaseRow&);
};

/// T is std::string, double, std::int64_t or std::uint32_t.
template <class T>
std::span<const CaseColumn<T>> case_columns();

}  // namespace coordbench
