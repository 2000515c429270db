#pragma once
// The one harness header a kernel includes: the vocabulary, the outbox and the payloads. What makes a class a protocol, and
// what it may leave out, stands in harness/protocol_traits.hpp and, for those who write one, in kernels/README.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/authentication.hpp"
#include "harness/copy.hpp"
#include "harness/description.hpp"
#include "harness/outbox.hpp"
#include "harness/pattern.hpp"
#include "harness/payload.hpp"
