#include "harness/world/world.hpp"

#include <fmt/format.h>

#include <array>

namespace coordbench {

World::World(int& argc, char**& argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  MPI_Comm_dup(MPI_COMM_WORLD, &control_);
}

World::~World() {
  for (auto& [ranks, group] : groups_) {
    if (group.kernel == MPI_COMM_NULL) continue;
    MPI_Comm_free(&group.kernel);
    MPI_Comm_free(&group.control);
  }
  MPI_Comm_free(&control_);
  MPI_Finalize();
}

void World::make_groups(const std::set<int>& sizes) {
  MPI_Group everybody;
  MPI_Comm_group(MPI_COMM_WORLD, &everybody);
  for (const int ranks : sizes) {
    Group& group = groups_[ranks];
    int first_ranks[1][3] = {{0, ranks - 1, 1}};
    MPI_Group members;
    MPI_Group_range_incl(everybody, 1, first_ranks, &members);
    MPI_Comm_create(MPI_COMM_WORLD, members, &group.kernel);
    MPI_Group_free(&members);
    if (group.kernel != MPI_COMM_NULL) MPI_Comm_dup(group.kernel, &group.control);
  }
  MPI_Group_free(&everybody);
}

int World::highest_tag() const {
  int found = 0;
  void* value = nullptr;
  MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &found);
  return found ? *static_cast<int*>(value) : 32767;
}

std::vector<std::string> World::gather_texts(const std::string& mine) const {
  const int length = static_cast<int>(mine.size());
  std::vector<int> lengths(static_cast<std::size_t>(size_)), offsets(lengths.size());
  MPI_Allgather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, MPI_COMM_WORLD);
  int total = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    offsets[i] = total;
    total += lengths[i];
  }
  std::string all(static_cast<std::size_t>(total), '\0');
  MPI_Allgatherv(mine.data(), length, MPI_CHAR, all.data(), lengths.data(), offsets.data(), MPI_CHAR, MPI_COMM_WORLD);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < lengths.size(); ++i)
    texts.push_back(all.substr(static_cast<std::size_t>(offsets[i]), static_cast<std::size_t>(lengths[i])));
  return texts;
}

std::int64_t World::from_root(std::int64_t value) const {
  MPI_Bcast(&value, 1, MPI_INT64_T, 0, MPI_COMM_WORLD);
  return value;
}

std::int64_t World::least(std::int64_t value) const {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MIN, MPI_COMM_WORLD);
  return value;
}

std::string World::text_from_root(std::string text) const {
  text.resize(static_cast<std::size_t>(from_root(static_cast<std::int64_t>(text.size()))));
  MPI_Bcast(text.data(), static_cast<int>(text.size()), MPI_CHAR, 0, MPI_COMM_WORLD);
  return text;
}

void World::abandon(int status) const { MPI_Abort(MPI_COMM_WORLD, status), std::abort(); }

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  return {text.data()};  // Open MPI counts the terminating zero as part of the length
}

std::string mpi_standard() {
  int major = 0, minor = 0;
  MPI_Get_version(&major, &minor);
  return fmt::format("{}.{}", major, minor);
}

}  // namespace coordbench
