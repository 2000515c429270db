#pragma once
// Ways to damage a result file: each object and each attribute in it is dropped, replaced by something of another kind, type,
// shape or length, or given values that nobody expects; and bytes of it are changed wherever they are.

#include <hdf5.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "harness/pattern.hpp"
#include "harness/results/hdf5.hpp"

namespace coordbench::testing {

/// One way to damage one place of a file that is open for writing.
struct Mutation {
  std::string what;
  std::function<void(hid_t file)> apply;
};

namespace mutations {
using hdf5::Handle;
using Lengths = std::vector<hsize_t>;

inline Handle space_of(const Lengths& lengths) {
  if (lengths.empty()) return hdf5::make_scalar_space();
  const Lengths largest(lengths.size(), H5S_UNLIMITED);
  return hdf5::make_space(lengths, largest.data());
}

inline const std::vector<const char*>& odd_texts() {
  static const std::string long_text(70'000, '[');
  static const std::vector<const char*> texts{"", "\xff\xfe", "[1,2]", "{\"a\":", "/", "..", "-1", long_text.c_str(), nullptr};
  return texts;
}

/// Values that nobody expects, of the type given; as many as are asked for.
template <class Use>
void with_odd_values(hid_t type, std::size_t count, std::size_t seed, Use use) {
  if (H5Tget_class(type) == H5T_STRING) {
    std::vector<const char*> texts(count, odd_texts()[seed % odd_texts().size()]);
    use(hdf5::type_of<std::string>(), texts.data());
  } else if (H5Tget_class(type) == H5T_FLOAT) {
    constexpr std::array kOdd{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1e300};
    std::vector<double> values(count, kOdd[seed % kOdd.size()]);
    use(H5T_NATIVE_DOUBLE, values.data());
  } else {
    constexpr std::array<std::int64_t, 4> kOdd{INT64_MIN, INT64_MAX, -7, 1 << 20};
    std::vector<std::int64_t> values(count, kOdd[seed % kOdd.size()]);
    use(H5T_NATIVE_INT64, values.data());
  }
}

inline hid_t other_type(hid_t type) {
  return H5Tget_class(type) == H5T_STRING ? hid_t{H5T_NATIVE_INT64} : hdf5::type_of<std::string>();
}

inline void make_dataset(hid_t file, const std::string& path, hid_t type, const Lengths& lengths) {
  const Handle creation = hdf5::make_properties(H5P_DATASET_CREATE);
  if (!lengths.empty()) H5Pset_chunk(creation.get(), static_cast<int>(lengths.size()), Lengths(lengths.size(), 4).data());
  const Handle made(H5Dcreate2(file, path.c_str(), type, space_of(lengths).get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                    H5Dclose, "make", path);
}

inline void put(hid_t object, const std::string& name, hid_t type, const Handle& space) {
  const Handle made(H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "make", name);
}

/// What may become of an attribute of an object.
inline void add_attribute(std::vector<Mutation>& all, const std::string& path, const std::string& name) {
  using Change = std::function<void(hid_t object, hid_t type)>;
  const auto add = [&](const char* how, Change change) {
    all.push_back({"attribute " + name + " of " + path + " " + how, [=](hid_t file) {
                     const Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose, "open", path);
                     Handle old(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), H5Aclose, "open", name);
                     const Handle type(H5Aget_type(old.get()), H5Tclose, "read", name);
                     old.close("close");
                     hdf5::check(H5Adelete(object.get(), name.c_str()), "delete", name);
                     change(object.get(), type.get());
                   }});
  };
  add("dropped", [](hid_t, hid_t) {});
  add("retyped", [=](hid_t object, hid_t type) { put(object, name, other_type(type), hdf5::make_scalar_space()); });
  add("as an array", [=](hid_t object, hid_t type) { put(object, name, type, space_of({5})); });
  add("as a large array", [=](hid_t object, hid_t type) { put(object, name, type, space_of({1000, 2})); });
  add("as nothing", [=](hid_t object, hid_t type) { put(object, name, type, Handle(H5Screate(H5S_NULL), H5Sclose, "make")); });
  for (const std::size_t seed : {0U, 1U, 2U, 3U, 7U})
    add("with odd values", [=](hid_t object, hid_t type) {
      if (H5Tget_class(type) > H5T_STRING) return;
      put(object, name, type, hdf5::make_scalar_space());
      const Handle made(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, "open", name);
      with_odd_values(type, 1, seed, [&](hid_t memory, const void* values) { H5Awrite(made.get(), memory, values); });
    });
}

/// What may become of a variable: `change` makes another one in its place.
inline void add_variable(std::vector<Mutation>& all, const std::string& path) {
  using Change = std::function<void(hid_t file, hid_t type, const Lengths& lengths)>;
  const auto replace = [&](const char* how, Change change) {
    all.push_back({path + " " + how, [=](hid_t file) {
                     Handle old(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, "open", path);
                     const Handle type(H5Dget_type(old.get()), H5Tclose, "read", path);
                     const Handle space(H5Dget_space(old.get()), H5Sclose, "read", path);
                     Lengths lengths(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space.get())));
                     H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr);
                     old.close("close");
                     hdf5::check(H5Ldelete(file, path.c_str(), H5P_DEFAULT), "delete", path);
                     change(file, type.get(), lengths);
                   }});
  };
  replace("retyped", [=](hid_t file, hid_t type, const Lengths& l) { make_dataset(file, path, other_type(type), l); });
  replace("as one value", [=](hid_t file, hid_t type, const Lengths&) { make_dataset(file, path, type, {}); });
  replace("reshaped", [=](hid_t file, hid_t type, Lengths l) { make_dataset(file, path, type, (l.push_back(2), l)); });
  replace("emptied", [=](hid_t file, hid_t type, const Lengths& l) { make_dataset(file, path, type, Lengths(l.size(), 0)); });
  replace("shortened", [=](hid_t file, hid_t type, Lengths l) {
    for (hsize_t& length : l) length -= length > 0;
    make_dataset(file, path, type, l);
  });
  for (const unsigned power : {20U, 40U, 61U})
    replace("made huge",
            [=](hid_t file, hid_t type, const Lengths&) { make_dataset(file, path, type, {hsize_t{1} << power}); });
  for (const std::size_t seed : {0U, 1U, 2U, 3U, 8U})
    all.push_back({path + " with odd values", [=](hid_t file) {
                     const Handle variable(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, "open", path);
                     const Handle type(H5Dget_type(variable.get()), H5Tclose, "read", path);
                     const Handle space(H5Dget_space(variable.get()), H5Sclose, "read", path);
                     const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
                     with_odd_values(type.get(), count, seed, [&](hid_t memory, const void* values) {
                       H5Dwrite(variable.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
                     });
                   }});
}

/// What may become of any object.
inline void add_object(std::vector<Mutation>& all, const std::string& path) {
  const auto replace = [&](const char* how, std::function<void(hid_t file)> change) {
    all.push_back({path + " " + how, [=](hid_t file) {
                     hdf5::check(H5Ldelete(file, path.c_str(), H5P_DEFAULT), "delete", path);
                     change(file);
                   }});
  };
  replace("dropped", [](hid_t) {});
  replace("as a link to nothing",
          [=](hid_t file) { H5Lcreate_soft("/nowhere", file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT); });
  replace("as a link to no file",
          [=](hid_t file) { H5Lcreate_external("no.h5", "/", file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT); });
  replace("as a link to the root",
          [=](hid_t file) { H5Lcreate_hard(file, "/", file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT); });
  replace("as an empty group", [=](hid_t file) {
    const Handle made(H5Gcreate2(file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make", path);
  });
  replace("as a number", [=](hid_t file) { make_dataset(file, path, H5T_NATIVE_INT64, {3}); });
}

inline herr_t add_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}
inline herr_t add_places(hid_t file, const char* name, const H5O_info_t* info, void* all) {
  auto& mutations = *static_cast<std::vector<Mutation>*>(all);
  const std::string path = std::string("/") + (std::string(name) == "." ? "" : name);
  if (path != "/") add_object(mutations, path);
  if (info->type == H5O_TYPE_DATASET) add_variable(mutations, path);
  const Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose, "open", path);
  std::vector<std::string> names;
  H5Aiterate2(object.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_name, &names);
  for (const std::string& each : names) add_attribute(mutations, path, each);
  return 0;
}
}  // namespace mutations

/// Every way to damage every place of the file.
inline std::vector<Mutation> mutations_of(const std::filesystem::path& path) {
  const hdf5::Handle file = hdf5::open_file_to_read(path);
  std::vector<Mutation> all;
  hdf5::check(H5Ovisit2(file.get(), H5_INDEX_NAME, H5_ITER_NATIVE, mutations::add_places, &all, H5O_INFO_BASIC), "visit");
  return all;
}

/// Changes a few bytes, wipes a stretch of them or cuts the file short, as the seed says.
inline void damage_bytes(const std::filesystem::path& path, std::uint64_t seed) {
  const std::uint64_t size = std::filesystem::file_size(path), kind = mix(seed) % 8;
  const auto draw = [&](std::uint64_t n, std::uint64_t below) { return mix(mix(seed) + n) % below; };
  if (kind == 0) return std::filesystem::resize_file(path, draw(1, size));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::uint64_t stretch = kind == 1 ? 512 : 1;
  for (std::uint64_t change = 0; change < kind; ++change) {
    // Half of the changes hit the first sixth, where most of what describes the file lies.
    file.seekp(static_cast<std::streamoff>(draw(2 * change + 2, change % 2 == 0 ? size / 6 : size)));
    for (std::uint64_t i = 0; i < stretch; ++i) file.put(kind == 1 ? '\0' : static_cast<char>(draw(2 * change + 3, 256)));
  }
}

}  // namespace coordbench::testing
