#pragma once
// The marks of a replicated operation, the same for every protocol that keeps a log, so that both can be put side by side.

#include "harness/protocol.hpp"

namespace coordbench::replication {

enum : int { committed, applied, answered };
inline constexpr std::array marks{Mark{.name = "committed", .where = Where::leader},
                                  Mark{.name = "applied", .where = Where::everywhere, .answers = true},
                                  Mark{.name = "answered", .where = Where::proposer, .answers = true}};

}  // namespace coordbench::replication
