#pragma once
// `coordbench list`: what each kernel declares about itself.

#include <cstddef>
#include <span>
#include <string>

#include "harness/kernel.hpp"
#include "harness/options/options.hpp"

namespace coordbench {

/// What the command answers: one line per kernel, or all details of those that were named. `columns`: how wide a line may be.
/// Throws UsageError for names that are not there.
std::string listed(const Options& options, std::span<const Kernel> kernels, std::size_t columns);

/// For people: one line per kernel, from level 0 up, and how to learn more.
std::string list_lines(std::span<const Kernel> kernels, std::size_t columns);

/// For people: a stanza per kernel.
std::string list_text(std::span<const Kernel> kernels);

/// For programs: an array of objects. `messages_at` and `delays_at` are the closed forms at N = 1 to 8 with default parameters
/// and 8 bytes, means over the proposers where several take turns: null where the count rule is `none`, an element null where N
/// does not fit or nothing reaches the mark, and an array of the least and the most where timing decides.
std::string list_json(std::span<const Kernel> kernels);

}  // namespace coordbench
