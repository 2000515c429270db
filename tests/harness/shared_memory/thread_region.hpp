#pragma once
// The shared memory of a case whose ranks are threads of one process: the same code between threads that run at once, so that
// a sanitizer can watch them.

#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "harness/transport/shared_region.hpp"

namespace coordbench::testing {

class ThreadRegion {
 public:
  ThreadRegion(int ranks, std::size_t part_bytes)
      : part_bytes_((part_bytes + kLineBytes - 1) / kLineBytes * kLineBytes),
        memory_(new (std::align_val_t(kLineBytes)) std::byte[part_bytes_ * static_cast<std::size_t>(ranks)]()),
        ranks_(ranks) {}

  [[nodiscard]] SharedRegion seen_by(Rank rank) const { return seen_by(rank, 1); }

  /// The same, where every `nodes`-th rank is of one node.
  [[nodiscard]] SharedRegion seen_by(Rank rank, int nodes) const {
    std::vector<std::byte*> parts(static_cast<std::size_t>(ranks_), nullptr);
    for (int i = rank % nodes; i < ranks_; i += nodes) parts[static_cast<std::size_t>(i)] = part(i);
    return {std::move(parts), part_bytes_, rank};
  }

  /// Each rank makes its endpoint with `open(rank)`, waits for the others, and does its part with it.
  template <class Open, class Body>
  void run(Open open, Body body) {
    std::latch all_made(ranks_);
    std::vector<std::jthread> threads;
    for (Rank rank = 0; rank < ranks_; ++rank)
      threads.emplace_back([&, rank] {
        auto endpoint = open(rank);
        all_made.arrive_and_wait();
        body(rank, *endpoint);
      });
  }

 private:
  [[nodiscard]] std::byte* part(Rank rank) const { return memory_.get() + static_cast<std::size_t>(rank) * part_bytes_; }
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t(kLineBytes)); }
  };
  std::size_t part_bytes_;
  std::unique_ptr<std::byte[], Free> memory_;
  int ranks_;
};

}  // namespace coordbench::testing
