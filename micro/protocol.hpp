#pragma once
// What one protocol adds to the list; the build calls this for every header in kernels/.

#include "micro/messages.hpp"
#include "micro/steps.hpp"

namespace coordbench {

template <Protocol P>
void register_protocol(const std::string& name) {
  using Message = typename P::Message;
  add_benchmark("step/" + name, step_through<P>);
  add_benchmark("encode/" + name, encode<Message>);
  add_benchmark("decode/" + name, decode<Message>);
}

}  // namespace coordbench
