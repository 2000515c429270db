#pragma once
// A second thread on a core of its own, which is asked and answers through two cache lines, as two ranks play ping-pong.

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>

#include "micro/pinned.hpp"

namespace coordbench {

template <class Work>
class Partner {
 public:
  /// Throws std::runtime_error if `there` cannot be had.
  Partner(const Topology& topology, const CpuSet& there, Work work) : work_(std::move(work)) {
    const Pinned until_it_runs(topology, there);  // a thread starts where its creator is bound
    thread_ = std::jthread([this] { serve(); });
    call();
  }
  Partner(const Partner&) = delete;
  Partner& operator=(const Partner&) = delete;
  ~Partner() { asked_.store(kStop, std::memory_order_release); }

  /// Has the work done there; one round trip and the work.
  void call() {
    asked_.store(++turn_, std::memory_order_release);
    while (answered_.load(std::memory_order_acquire) != turn_) continue;
  }

 private:
  static constexpr std::uint64_t kStop = UINT64_MAX;
  static constexpr std::size_t kApart = 128;  ///< bytes: processors fetch the neighbour of a line along with it

  void serve() {
    for (std::uint64_t turn = 1;; ++turn) {
      std::uint64_t seen = 0;
      while ((seen = asked_.load(std::memory_order_acquire)) < turn) continue;
      if (seen == kStop) return;
      work_();
      answered_.store(turn, std::memory_order_release);
    }
  }

  alignas(kApart) std::atomic<std::uint64_t> asked_{0};
  alignas(kApart) std::atomic<std::uint64_t> answered_{0};
  alignas(kApart) std::uint64_t turn_ = 0;
  Work work_;
  std::jthread thread_;  // last: it uses all of the above, and is joined first
};

}  // namespace coordbench
