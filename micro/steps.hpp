#pragma once
// How long a protocol's ranks take for one input, all that the node and the counting do included, when messages cost nothing.

#include <optional>
#include <string>

#include "micro/batch_times.hpp"
#include "micro/step_world.hpp"

namespace coordbench {

/// The defaults of P at 8 B, with the fewest ranks from two on that it runs with.
template <Protocol P>
Shape smallest_shape() {
  Shape shape{.ranks = 2, .payload_bytes = P::about.has_payload ? 8 : 0, .seed = 1, .parameters = parameters_of<P>()};
  for (std::size_t i = 0; i < shape.parameters.size(); ++i) shape.values[i] = shape.parameters[i].initial;
  if constexpr (requires { P::unfit(shape); })
    while (!std::string(P::unfit(shape)).empty()) ++shape.ranks;
  return shape;
}

/// One iteration is one step: a proposal, a message or word of a round.
template <Protocol P>
void step_through(benchmark::State& state) {
  constexpr std::int64_t kOperations = 1 << 14;  // a node keeps something of each of them
  const Shape shape = smallest_shape<P>();
  std::optional<StepWorld<P>> world(std::in_place, shape, kOperations);
  std::int64_t operations = 0, wrong = 0;
  const auto conclude = [&] {
    world->come_to_rest();
    operations += world->proposed();
    wrong += world->wrong();
  };
  time_in_batches(state, [&] {
    if (world->step()) [[likely]]
      return;
    conclude();
    world.emplace(shape, kOperations);  // so rarely that no median sees it
  });
  conclude();
  if (wrong > 0) state.SkipWithError("an operation had no end, or not the right outcome");
  state.counters["steps_per_operation"] = static_cast<double>(state.iterations()) / static_cast<double>(operations);
}

}  // namespace coordbench
