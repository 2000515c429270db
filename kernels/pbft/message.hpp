#pragma once
// What replicas and clients of PBFT say to each other, and how they name a request: by its operation and its digest.
// Source: Castro, Liskov, "Practical Byzantine fault tolerance and proactive recovery", ACM TOCS 20(4) 2002, 4.

#include "harness/protocol.hpp"

namespace coordbench::pbft {

using View = std::uint32_t;
using Sequence = std::uint32_t;  ///< number of a request in the order, from 1

/// As long as the paper's digests (MD5). Of a longer hash these are the first bytes.
struct ShortDigest {
  std::array<std::uint32_t, 4> words{};
  friend bool operator==(const ShortDigest&, const ShortDigest&) = default;
};

/// What is agreed on for a sequence number.
struct Request {
  std::uint32_t first = 0;  ///< its operation
  std::uint32_t count = 0;  ///< 0: the null request, which has no effect
  ShortDigest digest{};     ///< of its payload
  friend bool operator==(const Request&, const Request&) = default;
};

struct Message {
  enum class Kind : std::uint32_t {
    request,          ///< client → primary, or all: please do operation `first`
    reply,            ///< replica → client: the operation is done; `sequence` is its value, `view` the replica's
    tentative_reply,  ///< the same of an operation that is prepared, and done if the view lasts
    pre_prepare,      ///< primary of `view`: this request gets this sequence number
    prepare,          ///< backup: I have accepted the pre-prepare
    commit,           ///< replica: I have prepared it
    checkpoint,       ///< my state after `sequence` has this digest
    // from here on only where something has failed
    status,        ///< I am in `view` (`first` 1: active), have executed up to `sequence`, and `size` is my stable checkpoint
    decided,       ///< I have executed this request under this number
    ask_request,   ///< who has this request's payload?
    told_request,  ///< here it is
    ask_state,     ///< who has the checkpoint of this number and digest?
    state,         ///< here it is
    view_change,   ///< I move to `view`; the payload says what I have prepared
    view_change_ack,   ///< to the primary of `view`: the view-change of replica `first` has this digest
    ask_view_change,   ///< who has the view-change of replica `first` for `view`?
    copy_view_change,  ///< here it is, as it came to me
    new_view,          ///< primary of `view`: which view-changes it is made from, and what they say is to be done again
  };

  std::uint32_t first = 0;
  std::uint32_t count = 0;  ///< operations that the message carries; 0: background, as is what is said again
  Kind kind = Kind::request;
  View view = 0;
  Sequence sequence = 0;
  std::uint32_t size = 0;  ///< operations of the request, though the message may be background
  ShortDigest digest{};

  [[nodiscard]] Request request() const { return {first, size, digest}; }
};
static_assert(sizeof(Message) == 40);
static_assert(std::has_unique_object_representations_v<Message>, "a message is authenticated as its bytes: it has no gaps");

using Out = Outbox<Message>;

/// A message of one of the three phases. `again`: it was said before, so that nobody counts it twice.
inline Message about(Message::Kind kind, View view, Sequence sequence, const Request& request, bool again = false) {
  return {.first = request.first,
          .count = again ? 0 : request.count,
          .kind = kind,
          .view = view,
          .sequence = sequence,
          .size = request.count,
          .digest = request.digest};
}

}  // namespace coordbench::pbft
