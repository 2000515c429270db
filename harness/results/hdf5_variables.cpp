#include "harness/results/hdf5_variables.hpp"

#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "harness/results/utf8.hpp"

namespace coordbench::hdf5 {
namespace {

constexpr std::array<hsize_t, 1> kColumnChunk{64};  // elements of a growing variable that are stored together
constexpr hsize_t kChunkBytes = 262'144;
constexpr hsize_t kCompactBytes = 2048;  // up to here a variable lives in its header and needs no storage elsewhere
constexpr unsigned kDeflateLevel = 1;    // level 4 makes stamps 1 % smaller, and takes a fifth longer

hsize_t product(std::span<const hsize_t> lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), hsize_t{1}, std::multiplies<>());
}

void set_chunk(const Handle& creation, std::span<const hsize_t> chunk) {
  check(H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()), "set chunk");
}

/// As many whole rows as a chunk holds, or as much of one row.
std::vector<hsize_t> chunk_of(std::span<const hsize_t> lengths, std::size_t element_bytes) {
  std::vector<hsize_t> chunk(lengths.begin(), lengths.end());
  hsize_t room = kChunkBytes / element_bytes;
  for (std::size_t i = chunk.size(); i-- > 0;) {
    chunk[i] = std::min(chunk[i], std::max<hsize_t>(room, 1));
    room /= chunk[i];
  }
  return chunk;
}

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Whether a variable in chunks says the same if it is not written, and takes no room then: simulated ranks have no round
/// trips.
template <class T>
bool is_missing(const std::vector<T>& values) {
  if constexpr (std::is_same_v<T, double>)
    return values.size() * sizeof(T) > kCompactBytes &&
           std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  else
    return false;
}

Handle storage_of(hid_t type, std::span<const hsize_t> lengths, bool grows) {
  Handle creation = make_properties(H5P_DATASET_CREATE);
  check(H5Pset_obj_track_times(creation.get(), false), "leave out times");
  const std::size_t element_bytes = H5Tget_size(type);
  if (grows) {
    set_chunk(creation, kColumnChunk);
  } else if (product(lengths) * element_bytes <= kCompactBytes) {
    check(H5Pset_layout(creation.get(), H5D_COMPACT), "set layout");
  } else if (H5Tget_class(type) != H5T_STRING) {
    set_chunk(creation, chunk_of(lengths, element_bytes));
    check(H5Pset_shuffle(creation.get()), "set shuffle");
    check(H5Pset_deflate(creation.get(), kDeflateLevel), "set deflate");
    if (H5Tget_class(type) == H5T_FLOAT)
      check(H5Pset_fill_value(creation.get(), H5T_NATIVE_DOUBLE, &kMissing), "set the missing value");
  }
  return creation;
}

Handle create_dataset(const Handle& group, const char* name, hid_t type, const Handle& space, const Handle& creation) {
  return {H5Dcreate2(group.get(), name, type, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Dclose, "make variable",
          name};
}

Handle create_scale(const Handle& group, const char* name, hsize_t limit) {
  const Handle creation = make_properties(H5P_DATASET_CREATE);
  const bool grows = limit == Dimension::kUnlimited;
  if (grows) set_chunk(creation, kColumnChunk);
  const std::array<hsize_t, 1> length{grows ? 0 : limit};
  Handle scale = create_dataset(group, name, H5T_IEEE_F32BE, make_space(length, &limit), creation);
  const std::string valueless = fmt::format("This is a netCDF dimension but not a netCDF variable.{:10}", length[0]);
  check(H5DSset_scale(scale.get(), valueless.c_str()), "make dimension", name);
  return scale;
}

hobj_ref_t reference_to(const Handle& object) {
  hobj_ref_t reference;
  check(H5Rcreate(&reference, object.get(), ".", H5R_OBJECT, -1), "refer to a variable");
  return reference;
}

/// Does what H5DSattach_scale does. That function rewrites all lists for each axis of each variable, which took a third of the
/// time of an append.
void attach(const Handle& variable, const Dimensions& dimensions) {
  std::vector<hobj_ref_t> scales;
  for (Dimension* dimension : dimensions) scales.push_back(dimension->attach(variable, static_cast<unsigned>(scales.size())));
  std::vector<hvl_t> lists;
  for (hobj_ref_t& scale : scales) lists.push_back({1, &scale});
  const Handle type(H5Tvlen_create(H5T_STD_REF_OBJ), H5Tclose, "make type");
  write_attribute(variable, DIMENSION_LIST, type.get(), make_space(std::array{hsize_t{lists.size()}}), lists.data());
}

/// HDF5 would clear a conversion buffer of 1 MiB for each write of text.
Handle make_transfer() {
  Handle transfer = make_properties(H5P_DATASET_XFER);
  check(H5Pset_buffer(transfer.get(), 4096, nullptr, nullptr), "set conversion buffer");
  return transfer;
}

/// HDF5 takes text as an array of pointers.
template <class T, class Use>
void with_buffer(const std::vector<T>& values, Use use) {
  if constexpr (std::is_same_v<T, std::string>) {
    std::vector<std::string> valid;
    for (const std::string& text : values) valid.push_back(utf8_of(text));
    std::vector<const char*> pointers;
    for (const std::string& text : valid) pointers.push_back(text.c_str());
    use(pointers.data());
  } else {
    use(values.data());
  }
}
}  // namespace

Dimension::Dimension(const Handle& group, const char* name, hsize_t length)
    : limit_(length), scale_(create_scale(group, name, length)) {}

hobj_ref_t Dimension::attach(const Handle& variable, unsigned axis) {
  uses_.push_back({reference_to(variable), axis});
  return reference_to(scale_);
}

void Dimension::list_variables() const {
  const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(Use)), H5Tclose, "make type");
  check(H5Tinsert(type.get(), "dataset", offsetof(Use, variable), H5T_STD_REF_OBJ), "make type");
  check(H5Tinsert(type.get(), "dimension", offsetof(Use, axis), H5T_NATIVE_UINT32), "make type");
  write_attribute(scale_, REFERENCE_LIST, type.get(), make_space(std::array{hsize_t{uses_.size()}}), uses_.data());
}

template <class T>
Handle make_variable(const Handle& group, const char* name, const Dimensions& dimensions, const Legend& legend) {
  std::vector<hsize_t> lengths, limits;
  for (const Dimension* dimension : dimensions) {
    lengths.push_back(dimension->length());
    limits.push_back(dimension->limit());
  }
  const bool grows = dimensions.front()->grows();
  Handle variable =
      create_dataset(group, name, type_of<T>(), make_space(lengths, limits.data()), storage_of(type_of<T>(), lengths, grows));
  attach(variable, dimensions);
  if constexpr (std::is_same_v<T, std::int64_t>)
    if (legend.missing) write_attribute(variable, "_FillValue", std::span<const std::int64_t>(&*legend.missing, 1));
  if (*legend.units) write_attribute(variable, "units", std::string_view(legend.units));
  if (*legend.long_name) write_attribute(variable, "long_name", std::string_view(legend.long_name));
  if (*legend.definition) write_attribute(variable, "definition", std::string_view(legend.definition));
  return variable;
}

template <class T>
void write_variable(const Handle& group, const char* name, const Dimensions& dimensions, const Legend& legend,
                    const std::vector<T>& values) {
  hsize_t elements = 1;
  for (const Dimension* dimension : dimensions) elements *= dimension->length();
  if (values.size() != elements)
    throw std::runtime_error(
        fmt::format("cannot write {}: {} elements where its dimensions hold {}", name, values.size(), elements));
  Handle variable = make_variable<T>(group, name, dimensions, legend);
  if (is_missing(values)) return variable.close("make", name);
  with_buffer(values, [&](const void* buffer) {
    check(H5Dwrite(variable.get(), type_of<T>(), H5S_ALL, H5S_ALL, make_transfer().get(), buffer), "write", name);
  });
  variable.close("write", name);
}

Handle open_variable(const Handle& group, const char* name) {
  return {H5Dopen2(group.get(), name, H5P_DEFAULT), H5Dclose, "open variable", name};
}

namespace {
hsize_t length_of(const Handle& variable, std::string_view name) {
  const Handle space(H5Dget_space(variable.get()), H5Sclose, "read length of", name);
  const int dimensions = H5Sget_simple_extent_ndims(space.get());
  if (dimensions != 1) throw Failure(fmt::format("variable {} has {} dimensions instead of 1", name, dimensions), 0);
  return static_cast<hsize_t>(H5Sget_simple_extent_npoints(space.get()));
}

/// The same, of a variable that is about to be read: a file of so many bytes cannot hold more elements, whatever it says.
hsize_t readable_length_of(const Handle& variable, const char* name) {
  const Handle file(H5Iget_file_id(variable.get()), H5Fclose, "find the file of", name);
  hsize_t bytes = 0;
  check(H5Fget_filesize(file.get(), &bytes), "measure the file of", name);
  const hsize_t length = length_of(variable, std::string_view(name));
  if (length > bytes) throw Failure(fmt::format("variable {} has {} elements in a file of {} bytes", name, length, bytes), 0);
  return length;
}

/// The space of a variable with `count` elements from `first` on selected.
Handle part_of(const Handle& variable, const char* name, hsize_t first, hsize_t count) {
  Handle space(H5Dget_space(variable.get()), H5Sclose, "select a part of", name);
  check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &first, nullptr, &count, nullptr), "select a part of", name);
  return space;
}
}  // namespace

hsize_t length_of(const Handle& group, const char* name) {
  return length_of(open_variable(group, name), std::string_view(name));
}

void resize(const Handle& group, const char* dimension, hsize_t length) {
  check(H5Dset_extent(open_variable(group, dimension).get(), &length), "resize", dimension);
}

template <class T>
void write_tail(const Handle& group, const char* name, hsize_t first, const std::vector<T>& values) {
  Handle variable = open_variable(group, name);
  const hsize_t count = values.size(), length = first + count;
  check(H5Dset_extent(variable.get(), &length), "extend", name);
  const Handle file_space = part_of(variable, name, first, count);
  with_buffer(values, [&](const void* buffer) {
    check(H5Dwrite(variable.get(), type_of<T>(), make_space(std::array{count}).get(), file_space.get(), make_transfer().get(),
                   buffer),
          "write", name);
  });
  variable.close("write", name);
}

void overwrite_variable(const Handle& group, const char* name, const std::vector<double>& values) {
  Handle variable = open_variable(group, name);
  if (length_of(group, name) != values.size())
    throw std::runtime_error(
        fmt::format("cannot write {}: it has {} elements, not {}", name, length_of(group, name), values.size()));
  check(H5Dwrite(variable.get(), type_of<double>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "write", name);
  variable.close("write", name);
}

template <>
std::vector<std::string> read_variable(const Handle& group, const char* name) {
  const Handle variable = open_variable(group, name);
  std::vector<char*> texts(readable_length_of(variable, name));
  check(H5Dread(variable.get(), type_of<std::string>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()), "read", name);
  std::vector<std::string> values;
  for (char* text : texts) {
    values.emplace_back(text == nullptr ? "" : text);
    H5free_memory(text);
  }
  return values;
}

template <class T>
std::vector<T> read_tail(const Handle& group, const char* name, hsize_t first) {
  const Handle variable = open_variable(group, name);
  const hsize_t length = readable_length_of(variable, name);
  if (first > length) throw Failure(fmt::format("variable {} has {} elements instead of {} or more", name, length, first), 0);
  const hsize_t count = length - first;
  std::vector<T> values(count);
  check(H5Dread(variable.get(), type_of<T>(), make_space(std::array{count}).get(), part_of(variable, name, first, count).get(),
                H5P_DEFAULT, values.data()),
        "read", name);
  return values;
}

template <class T>
std::vector<T> read_variable(const Handle& group, const char* name) {
  return read_tail<T>(group, name, 0);
}

template Handle make_variable<std::string>(const Handle&, const char*, const Dimensions&, const Legend&);
template Handle make_variable<double>(const Handle&, const char*, const Dimensions&, const Legend&);
template Handle make_variable<std::int64_t>(const Handle&, const char*, const Dimensions&, const Legend&);
template Handle make_variable<std::uint32_t>(const Handle&, const char*, const Dimensions&, const Legend&);
template void write_variable(const Handle&, const char*, const Dimensions&, const Legend&, const std::vector<std::string>&);
template void write_variable(const Handle&, const char*, const Dimensions&, const Legend&, const std::vector<double>&);
template void write_variable(const Handle&, const char*, const Dimensions&, const Legend&, const std::vector<std::int64_t>&);
template void write_variable(const Handle&, const char*, const Dimensions&, const Legend&, const std::vector<std::int8_t>&);
template void write_tail(const Handle&, const char*, hsize_t, const std::vector<std::string>&);
template void write_tail(const Handle&, const char*, hsize_t, const std::vector<double>&);
template void write_tail(const Handle&, const char*, hsize_t, const std::vector<std::int64_t>&);
template void write_tail(const Handle&, const char*, hsize_t, const std::vector<std::uint32_t>&);
template std::vector<std::uint32_t> read_tail(const Handle&, const char*, hsize_t);
template std::vector<std::int64_t> read_variable(const Handle&, const char*);
template std::vector<double> read_variable(const Handle&, const char*);

}  // namespace coordbench::hdf5
