#pragma once
// Variables on named dimensions, in the subset of HDF5 that netCDF-4 reads.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/results/hdf5.hpp"

namespace coordbench::hdf5 {

/// A dimension in the sense of netCDF-4: a dimension scale with a name and a length but no values.
class Dimension {
 public:
  static constexpr hsize_t kUnlimited = H5S_UNLIMITED;

  /// An unlimited one starts at length 0.
  Dimension(const Handle& group, const char* name, hsize_t length);

  [[nodiscard]] hsize_t length() const { return grows() ? 0 : limit_; }
  [[nodiscard]] hsize_t limit() const { return limit_; }
  [[nodiscard]] bool grows() const { return limit_ == kUnlimited; }

  /// Makes it the dimension `axis` of a variable; returns the reference that the variable must hold.
  hobj_ref_t attach(const Handle& variable, unsigned axis);
  /// Writes down which variables lie on it. To be called once, after the last of them was made.
  void list_variables() const;

 private:
  /// An element of the attribute that lists them, as the HDF5 Dimension Scale Specification lays it out.
  struct Use {
    hobj_ref_t variable;
    std::uint32_t axis;
  };
  hsize_t limit_;
  Handle scale_;
  std::vector<Use> uses_;
};
using Dimensions = std::vector<Dimension*>;

/// What a reader is told about a variable; empty texts are left out.
struct Legend {
  const char* units = "";
  const char* long_name = "";
  const char* definition = "";
  std::optional<std::int64_t> missing{};  ///< stands for a value that is not there, as `_FillValue`; of int64 only
};

/// T is one of the types of type_of.
template <class T>
Handle make_variable(const Handle& group, const char* name, const Dimensions& dimensions, const Legend& legend);

/// The same, filled; `values` is row-major. Throws if it does not hold as many elements as the dimensions say.
template <class T>
void write_variable(const Handle& group, const char* name, const Dimensions& dimensions, const Legend& legend,
                    const std::vector<T>& values);

Handle open_variable(const Handle& group, const char* name);
/// The length of a dimension or of a one-dimensional variable. Throws if it has several dimensions.
hsize_t length_of(const Handle& group, const char* name);
/// Of an unlimited dimension.
void resize(const Handle& group, const char* dimension, hsize_t length);

/// Writes the elements of a growing variable from `first` on; it ends with them.
template <class T>
void write_tail(const Handle& group, const char* name, hsize_t first, const std::vector<T>& values);
/// Writes all elements of a one-dimensional variable anew; there must be as many as it has.
void overwrite_variable(const Handle& group, const char* name, const std::vector<double>& values);
/// All elements of a one-dimensional variable. Throws if it has several dimensions, or more elements than its file has bytes.
template <class T>
std::vector<T> read_variable(const Handle& group, const char* name);
/// The same, of numbers, from `first` on.
template <class T>
std::vector<T> read_tail(const Handle& group, const char* name, hsize_t first);

}  // namespace coordbench::hdf5
