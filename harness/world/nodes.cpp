#include "harness/world/nodes.hpp"

#include <algorithm>
#include <map>

#include "harness/machine/host_facts.hpp"
#include "harness/machine/simulator.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

/// Ranks a node; 0 unless the ranks of each node are neighbours and each node but the last has equally many.
int block_size(std::span<const int> node_of) {
  const auto change = std::adjacent_find(node_of.begin(), node_of.end(), std::not_equal_to<>());
  const auto size = change == node_of.end() ? static_cast<std::ptrdiff_t>(node_of.size()) : change - node_of.begin() + 1;
  for (std::size_t rank = 0; rank < node_of.size(); ++rank)
    if (node_of[rank] != static_cast<int>(static_cast<std::ptrdiff_t>(rank) / size)) return 0;
  return static_cast<int>(size);
}

std::vector<int> node_numbers(const World& world) {
  if constexpr (!kSimulated) return numbered(world.gather_texts(node_name()));
  std::vector<int> numbers = numbered(simulated_hosts(world));
  numbers.resize(static_cast<std::size_t>(world.size()));
  MPI_Bcast(numbers.data(), world.size(), MPI_INT, 0, world.all());
  return numbers;
}

std::vector<int> blocks_of(int ranks, int ranks_per_node) {
  std::vector<int> numbers;
  for (Rank rank = 0; rank < ranks; ++rank) numbers.push_back(rank / ranks_per_node);
  return numbers;
}

}  // namespace

Nodes::Nodes(std::span<const int> node_of, Rank self) : self_(self), ranks_per_node_(block_size(node_of)) {
  if (ranks_per_node_ > 0) return;
  for (const int node : node_of) away_.push_back(node != node_of[static_cast<std::size_t>(self)]);
}

Neighbours Nodes::neighbours() const {
  if (ranks_per_node_ == 0) return Neighbours(away_);
  return {self_ / ranks_per_node_ * ranks_per_node_, ranks_per_node_};
}

Nodes nodes_of(const World& world, std::optional<int> declared) {
  return {declared ? blocks_of(world.size(), *declared) : node_numbers(world), world.rank()};
}

std::vector<int> numbered(std::span<const std::string> texts) {
  std::map<std::string, int> known;
  std::vector<int> numbers;
  for (const std::string& text : texts)
    numbers.push_back(known.try_emplace(text, static_cast<int>(known.size())).first->second);
  return numbers;
}

std::string node_name() { return host_name() + "\n" + boot_id(); }

std::vector<std::string> simulated_hosts(const World& world) {
  std::vector<char> mine(MPI_MAX_PROCESSOR_NAME, '\0');
  if constexpr (kSimulated) simulator::host_name().copy(mine.data(), mine.size() - 1);  // else there is no simulator to link
  const int length = static_cast<int>(mine.size());
  std::vector<char> all(world.is_root() ? mine.size() * static_cast<std::size_t>(world.size()) : 0);
  MPI_Gather(mine.data(), length, MPI_CHAR, all.data(), length, MPI_CHAR, 0, world.all());
  std::vector<std::string> hosts;
  for (std::size_t at = 0; at < all.size(); at += mine.size()) hosts.emplace_back(&all[at]);
  return hosts;
}

}  // namespace coordbench
