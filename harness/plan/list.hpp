#pragma once
// `coordbench list`: what each kernel declares about itself.

#include <span>
#include <string>

#include "harness/kernel.hpp"

namespace coordbench {

/// For people: a stanza per kernel.
std::string list_text(std::span<const Kernel> kernels);

/// For programs: an array of objects. `messages_at` and `delays_at` are the closed forms at N = 1 to 8 with default parameters
/// and 8 bytes: null where the count rule is `none`, an element null where N does not fit or nothing reaches the mark.
std::string list_json(std::span<const Kernel> kernels);

}  // namespace coordbench
