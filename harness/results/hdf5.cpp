#include "harness/results/hdf5.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdlib>

#include "harness/results/utf8.hpp"

namespace coordbench::hdf5 {
namespace {

/// HDF5 1.10 frees a file or variable even if closing it fails, but keeps its identifier, and would follow it at exit.
[[maybe_unused]] const bool kNothingAtExit = H5dont_atexit() >= 0;

struct Reason {
  std::string text = "HDF5 gives no reason";
  int system_code = 0;
};

/// Keeps HDF5's innermost message or, where it quotes the system, only the system's words and number.
herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* kept) {
  if (depth != 0 || !error->desc) return 0;
  constexpr std::string_view kQuote = "error message = '", kNumber = "errno = ";
  auto& reason = *static_cast<Reason*>(kept);
  std::string_view text = error->desc;
  if (const std::size_t number = text.find(kNumber); number != text.npos)
    reason.system_code = std::atoi(text.data() + number + kNumber.size());
  if (const std::size_t quote = text.find(kQuote); quote != text.npos) {
    text.remove_prefix(quote + kQuote.size());
    text = text.substr(0, text.find('\''));
  }
  reason.text = text;
  return 0;
}

[[noreturn]] void fail(std::string_view doing, std::string_view name) {
  Reason reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  throw Failure(fmt::format("cannot {}{}{}: {}", doing, name.empty() ? "" : " ", name, reason.text), reason.system_code);
}

/// Errors are thrown; HDF5 shall not print them as well.
void be_quiet() { check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "silence HDF5"); }

Handle file_access() {
  Handle access = make_properties(H5P_FILE_ACCESS);
  check(H5Pset_file_locking(access.get(), true, true), "set file locking");  // but go on where there are no locks
  check(H5Pset_cache(access.get(), 0, 17, std::size_t{1} << 20U, 0.75), "set chunk cache");  // variables have few chunks
  return access;
}

/// The links of a small group live in its header: a group of the default kind takes 1 KiB elsewhere. Those of a larger one
/// live in an indexed heap, because HDF5 takes time to add to a header that grows much faster than the header (49 s at 512).
void keep_few_links_in_header(const Handle& creation) {
  constexpr unsigned kInHeaderMost = 32, kInHeapLeast = 16;
  check(H5Pset_link_creation_order(creation.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "set link order");
  check(H5Pset_link_phase_change(creation.get(), kInHeaderMost, kInHeapLeast), "set link storage");
}

Handle file_creation() {
  Handle creation = make_properties(H5P_FILE_CREATE);
  keep_few_links_in_header(creation);
  check(H5Pset_istore_k(creation.get(), 2), "set chunk index");  // a node of the default size adds 2.6 KiB to each variable
  return creation;
}

bool has_link(const Handle& parent, const char* name) { return H5Lexists(parent.get(), name, H5P_DEFAULT) > 0; }

Handle create_group(const Handle& parent, const char* name) {
  const Handle creation = make_properties(H5P_GROUP_CREATE);
  keep_few_links_in_header(creation);
  return {H5Gcreate2(parent.get(), name, H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose, "make group", name};
}

}  // namespace

Handle::Handle(hid_t id, Close closer, std::string_view doing, std::string_view name) : id_(id), close_(closer) {
  if (id < 0) fail(doing, name);
}

void Handle::close(std::string_view doing, std::string_view name) {
  check(close_(std::exchange(id_, H5I_INVALID_HID)), doing, name);
}

void check(herr_t status, std::string_view doing, std::string_view name) {
  if (status < 0) fail(doing, name);
}

template <>
hid_t type_of<std::string>() {
  static const hid_t text = [] {
    const hid_t type = H5Tcopy(H5T_C_S1);
    check(H5Tset_size(type, H5T_VARIABLE), "set text size");
    check(H5Tset_cset(type, H5T_CSET_UTF8), "set text encoding");
    return type;
  }();
  return text;
}
template <>
hid_t type_of<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t type_of<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
hid_t type_of<std::uint64_t>() {
  return H5T_NATIVE_UINT64;
}
template <>
hid_t type_of<std::uint32_t>() {
  return H5T_NATIVE_UINT32;
}
template <>
hid_t type_of<std::int8_t>() {
  return H5T_NATIVE_INT8;
}

Handle make_properties(hid_t kind) { return {H5Pcreate(kind), H5Pclose, "make property list"}; }

Handle make_scalar_space() { return {H5Screate(H5S_SCALAR), H5Sclose, "make dataspace"}; }

Handle make_space(std::span<const hsize_t> lengths, const hsize_t* largest) {
  return {H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), largest), H5Sclose, "make dataspace"};
}

Handle create_file(const std::filesystem::path& path) {
  be_quiet();
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, file_creation().get(), file_access().get()), H5Fclose, "create",
          path.native()};
}

Handle create_memory_file() {
  be_quiet();
  const Handle access = make_properties(H5P_FILE_ACCESS);
  check(H5Pset_fapl_core(access.get(), std::size_t{1} << 20U, false), "keep a file in memory");
  return {H5Fcreate("in memory", H5F_ACC_TRUNC, file_creation().get(), access.get()), H5Fclose, "create", "a file in memory"};
}

Handle open_file(const std::filesystem::path& path) {
  be_quiet();
  return {H5Fopen(path.c_str(), H5F_ACC_RDWR, file_access().get()), H5Fclose, "open", path.native()};
}

Handle open_file_to_read(const std::filesystem::path& path) {
  be_quiet();
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, file_access().get()), H5Fclose, "open", path.native()};
}

Handle make_group(const Handle& parent, std::string_view path) {
  const std::size_t slash = path.find('/');
  const std::string name(path.substr(0, slash));
  Handle group = has_link(parent, name.c_str()) ? open_group(parent, name.c_str()) : create_group(parent, name.c_str());
  return slash == path.npos ? std::move(group) : make_group(group, path.substr(slash + 1));
}

bool has_group(const Handle& parent, const char* path) {
  const hid_t group = H5Gopen2(parent.get(), path, H5P_DEFAULT);
  return group >= 0 && H5Gclose(group) >= 0;
}

void remove_group(const Handle& parent, const char* name) {
  if (has_link(parent, name)) check(H5Ldelete(parent.get(), name, H5P_DEFAULT), "remove group", name);
}

Handle open_group(const Handle& parent, const char* path) {
  return {H5Gopen2(parent.get(), path, H5P_DEFAULT), H5Gclose, "open group", path};
}

namespace {
/// HDF5 reads and writes as many values as the file says the attribute has, however much room there is for them.
void expect_values(const Handle& attribute, hssize_t count, const char* name) {
  const Handle space(H5Aget_space(attribute.get()), H5Sclose, "measure attribute", name);
  const hssize_t found = H5Sget_simple_extent_npoints(space.get());
  if (found != count) throw Failure(fmt::format("attribute {} has {} values instead of {}", name, found, count), 0);
}
}  // namespace

void write_attribute(const Handle& object, const char* name, hid_t type, const Handle& space, const void* values) {
  const bool exists = H5Aexists(object.get(), name) > 0;
  const Handle attribute(exists ? H5Aopen(object.get(), name, H5P_DEFAULT)
                                : H5Acreate2(object.get(), name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose, "make attribute", name);
  if (exists) expect_values(attribute, H5Sget_simple_extent_npoints(space.get()), name);
  check(H5Awrite(attribute.get(), type, values), "write attribute", name);
}

void write_attribute(const Handle& object, const char* name, std::string_view text) {
  const std::string valid = utf8_of(text);
  const char* first = valid.c_str();
  write_attribute(object, name, type_of<std::string>(), make_scalar_space(), &first);
}

template <class T>
requires std::is_arithmetic_v<T>
void write_attribute(const Handle& object, const char* name, T value) {
  write_attribute(object, name, type_of<T>(), make_scalar_space(), &value);
}
template void write_attribute(const Handle&, const char*, double);
template void write_attribute(const Handle&, const char*, std::int64_t);
template void write_attribute(const Handle&, const char*, std::uint64_t);

template <class T>
void write_attribute(const Handle& object, const char* name, std::span<const T> values) {
  write_attribute(object, name, type_of<T>(), make_space(std::array{hsize_t{values.size()}}), values.data());
}
template void write_attribute(const Handle&, const char*, std::span<const std::int8_t>);
template void write_attribute(const Handle&, const char*, std::span<const std::uint32_t>);
template void write_attribute(const Handle&, const char*, std::span<const std::int64_t>);

namespace {
void read_attribute(const Handle& object, const char* name, hid_t type, void* value) {
  const Handle attribute(H5Aopen(object.get(), name, H5P_DEFAULT), H5Aclose, "open attribute", name);
  expect_values(attribute, 1, name);
  check(H5Aread(attribute.get(), type, value), "read attribute", name);
}
}  // namespace

std::string read_text(const Handle& object, const char* name) {
  char* text = nullptr;
  read_attribute(object, name, type_of<std::string>(), &text);
  std::string copy(text == nullptr ? "" : text);
  H5free_memory(text);
  return copy;
}

template <class T>
T read_number(const Handle& object, const char* name) {
  T value{};
  read_attribute(object, name, type_of<T>(), &value);
  return value;
}
bool has_attribute(const Handle& object, const char* name) { return H5Aexists(object.get(), name) > 0; }

std::string read_as_text(const Handle& object, const char* name) {
  const Handle attribute(H5Aopen(object.get(), name, H5P_DEFAULT), H5Aclose, "open attribute", name);
  const Handle type(H5Aget_type(attribute.get()), H5Tclose, "read the type of attribute", name);
  return H5Tget_class(type.get()) == H5T_INTEGER ? fmt::format("{}", read_number<std::int64_t>(object, name))
                                                 : read_text(object, name);
}

template double read_number(const Handle&, const char*);
template std::int64_t read_number(const Handle&, const char*);
template std::uint64_t read_number(const Handle&, const char*);

}  // namespace coordbench::hdf5
