#include "harness/results/hdf5_shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace coordbench::hdf5 {
namespace {

using Lengths = std::vector<hsize_t>;
using Names = std::vector<std::string>;

[[noreturn]] void refuse(const std::string& place, const std::string& what) {
  throw Failure(fmt::format("{} {}", place, what), 0);
}

herr_t add_link(hid_t /*group*/, const char* name, const H5L_info_t* /*link*/, void* names) {
  static_cast<Names*>(names)->emplace_back(name);
  return 0;
}
herr_t add_attribute(hid_t /*object*/, const char* name, const H5A_info_t* /*attribute*/, void* names) {
  static_cast<Names*>(names)->emplace_back(name);
  return 0;
}

Names links_of(const Handle& group) {
  Names names;
  check(H5Literate(group.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_link, &names), "list a group");
  return names;
}
Names attributes_of(const Handle& object) {
  Names names;
  check(H5Aiterate2(object.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_attribute, &names), "list attributes");
  return names;
}

struct Extent {
  H5S_class_t kind;
  Lengths lengths, largest;
};
Extent extent_of(const Handle& space) {
  const auto dimensions = static_cast<std::size_t>(std::max(H5Sget_simple_extent_ndims(space.get()), 0));
  Extent extent{H5Sget_simple_extent_type(space.get()), Lengths(dimensions), Lengths(dimensions)};
  H5Sget_simple_extent_dims(space.get(), extent.lengths.data(), extent.largest.data());
  return extent;
}

std::string text_of(const Extent& extent) {
  if (extent.kind == H5S_NULL) return "no value";
  if (extent.kind == H5S_SCALAR) return "one value";
  return fmt::format("{} values", fmt::join(extent.lengths, " x "));
}

void expect_extent(const std::string& place, const Extent& model, const Extent& found) {
  bool same = model.kind == found.kind && model.largest == found.largest;
  for (std::size_t i = 0; same && i < model.lengths.size(); ++i)
    same = model.largest[i] == H5S_UNLIMITED || model.lengths[i] == found.lengths[i];
  if (!same) refuse(place, fmt::format("holds {}, where {} belong", text_of(found), text_of(model)));
}

void expect_type(const std::string& place, const Handle& model, const Handle& found) {
  if (H5Tequal(model.get(), found.get()) <= 0) refuse(place, "holds values of another type");
}

/// How a variable lies in its file: two of one extent, stored alike, are read alike.
struct Layout {
  H5D_layout_t kind = H5D_LAYOUT_ERROR;
  Lengths chunk{};
  int filters = 0, other_files = 0;
  friend bool operator==(const Layout&, const Layout&) = default;
};
Layout layout_of(const Handle& variable) {
  const Handle creation(H5Dget_create_plist(variable.get()), H5Pclose, "read a layout");
  Layout layout{.kind = H5Pget_layout(creation.get()),
                .filters = H5Pget_nfilters(creation.get()),
                .other_files = H5Pget_external_count(creation.get())};
  if (layout.kind != H5D_CHUNKED) return layout;
  layout.chunk.resize(H5S_MAX_RANK);
  layout.chunk.resize(static_cast<std::size_t>(std::max(H5Pget_chunk(creation.get(), H5S_MAX_RANK, layout.chunk.data()), 0)));
  return layout;
}

void expect_variable(const std::string& place, const Handle& model, const Handle& found) {
  const auto type = [](const Handle& of) { return Handle(H5Dget_type(of.get()), H5Tclose, "read a type"); };
  const auto space = [](const Handle& of) { return Handle(H5Dget_space(of.get()), H5Sclose, "read a size"); };
  expect_type(place, type(model), type(found));
  expect_extent(place, extent_of(space(model)), extent_of(space(found)));
  if (layout_of(model) != layout_of(found)) refuse(place, "is stored in another way");
}

void expect_attributes(const std::string& object, const Handle& model, const Handle& found) {
  const auto type = [](const Handle& of) { return Handle(H5Aget_type(of.get()), H5Tclose, "read a type"); };
  const auto space = [](const Handle& of) { return Handle(H5Aget_space(of.get()), H5Sclose, "read a size"); };
  for (const std::string& name : attributes_of(model)) {
    const std::string place = fmt::format("the attribute {} of {}", name, object);
    if (H5Aexists(found.get(), name.c_str()) <= 0) refuse(place, "is missing");
    const Handle expected(H5Aopen(model.get(), name.c_str(), H5P_DEFAULT), H5Aclose, "open", name);
    const Handle attribute(H5Aopen(found.get(), name.c_str(), H5P_DEFAULT), H5Aclose, "open", place);
    expect_type(place, type(expected), type(attribute));
    expect_extent(place, extent_of(space(expected)), extent_of(space(attribute)));
  }
}

Handle open_object(const Handle& group, const std::string& name, const std::string& place) {
  if (H5Lexists(group.get(), name.c_str(), H5P_DEFAULT) <= 0) refuse(place, "is missing");
  H5L_info_t link;
  check(H5Lget_info(group.get(), name.c_str(), &link, H5P_DEFAULT), "look at", place);
  if (link.type != H5L_TYPE_HARD) refuse(place, "is a link to another place");
  return {H5Oopen(group.get(), name.c_str(), H5P_DEFAULT), H5Oclose, "open", place};
}

void expect_group(const std::string& path, const Handle& model, const Handle& found) {
  expect_attributes(path, model, found);
  for (const std::string& name : links_of(model)) {
    const std::string place = path == "/" ? "/" + name : fmt::format("{}/{}", path, name);
    const Handle expected = open_object(model, name, place), object = open_object(found, name, place);
    const bool is_group = H5Iget_type(expected.get()) == H5I_GROUP;
    if (H5Iget_type(expected.get()) != H5Iget_type(object.get())) refuse(place, is_group ? "is no group" : "is no variable");
    if (is_group) {
      expect_group(place, expected, object);
    } else {
      expect_variable(place, expected, object);
      expect_attributes(place, expected, object);
    }
  }
}

}  // namespace

void expect_shape(const Handle& model, const Handle& found) {
  const Handle model_root = open_group(model, "/"), found_root = open_group(found, "/");
  expect_group("/", model_root, found_root);
}

}  // namespace coordbench::hdf5
