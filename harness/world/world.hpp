#pragma once
// The MPI world of a launch, and every communicator it will need, made before the first case so that they outlive the
// death of a rank.

#include <mpi.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/description.hpp"

namespace coordbench {

class World {
 public:
  World(int& argc, char**& argv);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  [[nodiscard]] Rank rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool is_root() const { return rank_ == 0; }
  [[nodiscard]] MPI_Comm all() const { return MPI_COMM_WORLD; }
  [[nodiscard]] MPI_Comm control() const { return control_; }  ///< the harness's own words between cases

  /// A pair of communicators of the first N ranks: the kernel's, and the harness's. MPI_COMM_NULL on the ranks outside.
  struct Group {
    MPI_Comm kernel = MPI_COMM_NULL, control = MPI_COMM_NULL;
  };
  /// Collective over the world, once per launch.
  void make_groups(const std::set<int>& sizes);
  [[nodiscard]] const Group& group(int ranks) const { return groups_.at(ranks); }
  [[nodiscard]] int highest_tag() const;

  /// Start-up only, collective: everybody's text at every rank; a value of rank 0, and the least of all, at every rank.
  [[nodiscard]] std::vector<std::string> gather_texts(const std::string& mine) const;
  [[nodiscard]] std::int64_t from_root(std::int64_t value) const;
  [[nodiscard]] std::int64_t least(std::int64_t value) const;
  [[nodiscard]] std::string text_from_root(std::string text) const;

  /// Ends this process at once: after a rank is stuck inside the library no collective may be called.
  [[noreturn]] void abandon(int status) const;

 private:
  Rank rank_ = 0;
  int size_ = 1;
  MPI_Comm control_ = MPI_COMM_NULL;
  std::map<int, Group> groups_;
};

/// "Open MPI v4.1.4, …" and the MPI standard's version, for the environment record.
std::string mpi_library();
std::string mpi_standard();

}  // namespace coordbench
