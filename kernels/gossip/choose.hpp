#pragma once
// Binomial coefficients as logarithms, for probabilities of draws without replacement.

#include <cmath>
#include <cstddef>
#include <vector>

namespace coordbench::gossip {

class LogChoose {
 public:
  /// Of up to `most` things.
  explicit LogChoose(int most) : log_factorial_(static_cast<std::size_t>(most) + 1, 0.0) {
    for (std::size_t i = 2; i < log_factorial_.size(); ++i)
      log_factorial_[i] = log_factorial_[i - 1] + std::log(static_cast<double>(i));
  }
  double operator()(int from, int chosen) const { return of(from) - of(chosen) - of(from - chosen); }

 private:
  [[nodiscard]] double of(int i) const { return log_factorial_[static_cast<std::size_t>(i)]; }

  std::vector<double> log_factorial_;
};

}  // namespace coordbench::gossip
