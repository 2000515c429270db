#pragma once
// A registry of five kernels that cannot run, one of each sort a plan tells apart, in alphabetical order.

#include <array>
#include <string>

#include "harness/kernel.hpp"

namespace coordbench::testing {

inline constexpr std::array kCommitParameters{
    Parameter{.name = "variant",
              .initial = 0,
              .lowest = 0,
              .highest = 1,
              .help = "what is presumed",
              .choices = {"nothing", "abort"}},
    Parameter{.name = "read_only", .initial = 0, .lowest = 0, .highest = 3, .help = "participants that only read"}};
inline constexpr std::array kRootParameter{
    Parameter{.name = "root", .initial = 0, .lowest = 0, .highest = 7, .help = "rank that owns the payload"}};
inline constexpr std::array kCommitMarks{Mark{.name = "decided"}, Mark{.name = "learned", .where = Where::everywhere},
                                         Mark{.name = "ended"}};

inline Kernel fake(std::string_view name, std::span<const Parameter> parameters = {}) {
  Kernel kernel{
      .name = name,
      .about = {.level = 0, .group = "broadcast", .promise = "all", .messages = "N - 1", .delays = "1", .source = "Book, 1"},
      .parameters = parameters,
      .marks = {}};
  kernel.cost = [](const Shape& shape, Operations operations) -> Cost {
    return {.messages = (shape.ranks - 1) * operations.count, .delays = {1}};
  };
  kernel.unfit = [](const Shape&) { return std::string(); };
  kernel.memory_bytes = [](const Shape& shape) { return 2 * shape.payload_bytes; };
  kernel.shared_bytes = [](const Shape& shape, TransportName, int sharing) { return 4096 * sharing + 3 * shape.payload_bytes; };
  return kernel;
}

inline Kernel fake_commit() {
  Kernel kernel = fake("two_phase_commit", kCommitParameters);
  kernel.family = Family::protocol;
  kernel.about.level = 5;
  kernel.about.group = "commitment";
  kernel.marks = kCommitMarks;
  kernel.cost = [](const Shape& shape, Operations operations) -> Cost {
    return {.messages = (shape.ranks - 1) * operations.count, .delays = {2, shape.ranks == 1 ? -1 : 3, 4}};
  };
  kernel.unfit = [](const Shape& shape) -> std::string {
    return shape["read_only"] < shape.ranks ? "" : "more read-only participants than ranks";
  };
  return kernel;
}

inline Kernel fake_barrier() {
  Kernel kernel = fake("native_barrier");
  kernel.about.group = "native";
  kernel.about.baseline_of = "barrier";
  kernel.about.has_payload = false;
  kernel.about.count_rule = CountRule::none;
  kernel.about.only_over = TransportName::mpi;
  return kernel;
}

inline Kernel fake_stream() {
  Kernel kernel = fake("stream");
  kernel.about.streams = true;
  kernel.about.group = "point-to-point";
  return kernel;
}

inline Kernel fake_ping_pong() {
  Kernel kernel = fake("ping_pong");
  kernel.about.group = "point-to-point";
  kernel.unfit = [](const Shape& shape) -> std::string { return shape.ranks >= 2 ? "" : "needs two ranks"; };
  return kernel;
}

inline const std::array kFakes{fake("flat_broadcast", kRootParameter), fake_barrier(), fake_ping_pong(), fake_stream(),
                               fake_commit()};

}  // namespace coordbench::testing
