#pragma once
// HDF5's C API as values that close themselves: files, groups, attributes. Every failure is a std::runtime_error of one
// sentence, with the system's own reason where there is one. What a file says of its own sizes is checked before it is used.

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coordbench::hdf5 {

/// A call of HDF5 failed. `system_code` is the errno that HDF5 quotes; 0: the system had no part in it.
struct Failure : std::runtime_error {
  Failure(const std::string& what, int code) : std::runtime_error(what), system_code(code) {}
  int system_code;
};

/// Owns one identifier. Move-only.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  /// Takes what a call of HDF5 returned; throws if that is an error. `doing` and `name` are for the sentence.
  Handle(hid_t id, Close closer, std::string_view doing, std::string_view name = {});
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }

  [[nodiscard]] hid_t get() const { return id_; }
  /// Closes now. To be called where closing writes, as for files and variables, and may thus fail. Throws.
  void close(std::string_view doing, std::string_view name = {});

 private:
  hid_t id_;
  Close close_;
};

/// Throws if `status`, what a call of HDF5 returned, is an error.
void check(herr_t status, std::string_view doing, std::string_view name = {});

/// HDF5's type for std::string (variable-length UTF-8), double, std::int64_t, std::uint64_t, std::uint32_t, std::int8_t.
template <class T>
hid_t type_of();

/// An empty property list of a class such as H5P_DATASET_CREATE.
Handle make_properties(hid_t kind);
Handle make_scalar_space();
/// `largest`, if given, holds the lengths up to which a dataset may grow.
Handle make_space(std::span<const hsize_t> lengths, const hsize_t* largest = nullptr);

/// A new file open for writing, whatever was there before, laid out for many small groups.
Handle create_file(const std::filesystem::path& path);
/// A new file that exists in memory only.
Handle create_memory_file();
/// An existing file, open for writing and locked; throws while a reader has it open.
Handle open_file(const std::filesystem::path& path);
/// The same, to be read; readers do not disturb each other.
Handle open_file_to_read(const std::filesystem::path& path);
/// The group at `path` below `parent`; it and the groups above it are made where they are missing.
Handle make_group(const Handle& parent, std::string_view path);
/// Whether the group at `path` below `parent` is there and can be opened.
bool has_group(const Handle& parent, const char* path);
/// Takes the group `name` of `parent` away, with all that is in it, if there is one.
void remove_group(const Handle& parent, const char* name);
/// The group at `path` below `parent`; throws if there is none.
Handle open_group(const Handle& parent, const char* path);

/// These overwrite an attribute that exists. They throw if it holds another number of values than are given.
void write_attribute(const Handle& object, const char* name, hid_t type, const Handle& space, const void* values);
void write_attribute(const Handle& object, const char* name, std::string_view text);
template <class T>
requires std::is_arithmetic_v<T>
void write_attribute(const Handle& object, const char* name, T value);
template <class T>
void write_attribute(const Handle& object, const char* name, std::span<const T> values);

/// An attribute's value; throw if there is none of that name and kind, or if it holds several values.
std::string read_text(const Handle& object, const char* name);
template <class T>
T read_number(const Handle& object, const char* name);
/// A text as it is, a whole number in digits.
std::string read_as_text(const Handle& object, const char* name);
bool has_attribute(const Handle& object, const char* name);

}  // namespace coordbench::hdf5
