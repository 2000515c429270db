#pragma once
// Which ranks share a node: known before the plan, because hierarchical kernels and what they may send depend on it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/transport/neighbours.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

class Nodes {
 public:
  /// `node_of[rank]`, as `self` sees it.
  Nodes(std::span<const int> node_of, Rank self);

  /// r, if ranks kr … kr + r - 1 share node k and only the last node may hold fewer; 0 if ranks sit otherwise.
  [[nodiscard]] int ranks_per_node() const { return ranks_per_node_; }
  [[nodiscard]] Neighbours neighbours() const;

 private:
  Rank self_;
  int ranks_per_node_;
  std::vector<std::uint8_t> away_;  ///< [rank]; empty where `ranks_per_node_` says it all
};

/// Found by host names and boots, or `declared`: so many neighbouring ranks a node. Collective.
Nodes nodes_of(const World& world, std::optional<int> declared);

/// Numbers the texts from 0 in the order in which they first appear; equal texts get equal numbers.
std::vector<int> numbered(std::span<const std::string> texts);

/// Two ranks share a node if these are equal: host name and boot.
std::string node_name();

/// The host of each simulated rank, by the platform; on rank 0 alone, because simulated ranks share one memory. Collective.
std::vector<std::string> simulated_hosts(const World& world);

}  // namespace coordbench
