#pragma once
// A client of Raft.

#include "kernels/raft/message.hpp"
#include "kernels/replication/client.hpp"

namespace coordbench::raft {

using Client = replication::ClientOf<Message>;

}  // namespace coordbench::raft
