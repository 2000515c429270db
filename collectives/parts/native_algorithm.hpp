#pragma once
// The parameter `algorithm` of native_*: what the library chooses by itself, or one of the algorithms of Open MPI's coll/tuned.
//
// coll/tuned looks at its variables when a communicator is made. So a choice is a duplicate of the case's communicator, made
// while the variable has that value: choices are cases of one launch like any other. Source: Open MPI 4.1,
// ompi/mca/coll/tuned/coll_tuned_module.c, and what its variables are called (`ompi_info --param coll tuned --level 9`).

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "collectives/parts/native_variable.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

/// The algorithms of one operation, under the names that Open MPI gives them.
class NativeAlgorithms {
 public:
  /// `operation` as coll/tuned calls it.
  template <std::size_t count>
  constexpr NativeAlgorithms(std::string_view operation, const std::string_view (&names)[count]) : operation_(operation) {
    parameter_.highest = count;
    std::copy(names, names + count, parameter_.choices.begin() + 1);
  }

  /// Value 0 leaves the choice to the library.
  [[nodiscard]] constexpr const Parameter& parameter() const { return parameter_; }
  [[nodiscard]] std::string variable() const { return "coll_tuned_" + std::string(operation_) + "_algorithm"; }
  /// Empty for the library's own choice.
  [[nodiscard]] std::string_view forced(const Shape& shape) const {
    const auto value = static_cast<std::size_t>(shape["algorithm"]);
    return value == 0 ? std::string_view{} : parameter_.choices.at(value);
  }

  /// Why this library, as it was launched, would not run the algorithm that was asked for; empty if it would.
  [[nodiscard]] std::string unfit(const Shape& shape) const {
    const std::string_view algorithm = forced(shape);
    if (algorithm.empty()) return "";
    if (shape.ranks < 2) return "the library has no choice of algorithms for one rank";
    if (algorithm == "two_proc" && shape.ranks != 2) return "the library's algorithm two_proc is for two ranks";
    const NativeVariable choice(variable());
    if (!choice.exists())
      return "this MPI library has no " + variable() + ", which Open MPI has; algorithm=automatic runs anywhere";
    if (!choice.value_called(algorithm) || !choice.set(choice.value()))
      return "this Open MPI's " + variable() + " cannot be set to " + std::string(algorithm) +
             "; see ompi_info for what it takes";
    if (NativeVariable("coll_tuned_use_dynamic_rules").value() == 0)
      return "the library heeds a choice of algorithm only under mpirun --mca coll_tuned_use_dynamic_rules 1";
    return outranked();
  }

 private:
  /// The variable would be set, and change nothing, where another component serves the operation.
  static std::string outranked() {
    const int ours = NativeVariable("coll_tuned_priority").value();
    for (const std::string rival : {"basic", "sm", "adapt", "han", "hcoll", "ucc", "libnbc"})
      if (NativeVariable("coll_" + rival + "_priority").value() > ours)
        return "coll/" + rival + " goes before coll/tuned, whose algorithm this is; give mpirun --mca coll ^" + rival;
    return "";
  }

  std::string_view operation_;
  Parameter parameter_{
      .name = "algorithm",
      .help = "automatic: the library chooses; else one of Open MPI's algorithms, which may fall back to another",
      .choices = {"automatic"}};
};

/// Where an operation runs by the algorithm asked for.
class NativeCommunicator {
 public:
  NativeCommunicator(const NativeAlgorithms& algorithms, const Shape& shape)
      : variable_(algorithms.variable()), algorithm_(algorithms.forced(shape)) {}
  NativeCommunicator(const NativeCommunicator&) = delete;
  NativeCommunicator& operator=(const NativeCommunicator&) = delete;
  ~NativeCommunicator() {
    if (!algorithm_.empty() && communicator_ != MPI_COMM_NULL) MPI_Comm_free(&communicator_);
  }

  /// Every rank of the case calls it before the first operation; later calls change nothing.
  void open(MPI_Comm members) {
    if (communicator_ != MPI_COMM_NULL) return;
    if (algorithm_.empty())
      communicator_ = members;
    else
      communicator_ = duplicate(members);
  }
  [[nodiscard]] MPI_Comm get() const { return communicator_; }

 private:
  [[nodiscard]] MPI_Comm duplicate(MPI_Comm members) const {
    const NativeVariable choice(variable_);
    const int before = choice.value();
    if (!choice.set(choice.value_called(algorithm_).value_or(-1)))
      throw std::runtime_error("the library did not take " + std::string(algorithm_) + " as its " + variable_);
    MPI_Comm made = MPI_COMM_NULL;
    MPI_Comm_dup(members, &made);
    if (!choice.set(before)) throw std::runtime_error("the library did not take its " + variable_ + " back");
    return made;
  }

  std::string variable_;
  std::string_view algorithm_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
};

}  // namespace coordbench
