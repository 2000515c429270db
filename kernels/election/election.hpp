#pragma once
// What every kernel of elections shares: one operation is one election, and an election has no payload.

#include <string>

#include "harness/protocol.hpp"

namespace coordbench::election {

inline constexpr Rank nobody = -1;

/// An election replaces the leader of the one before, so two of them cannot overlap.
inline std::string unfit(const Shape& shape) {
  if (shape.in_flight == 1) return "";
  return "--in-flight " + std::to_string(shape.in_flight) +
         ", and elections come one after the other, because each replaces the leader of the last; give --in-flight 1";
}

/// A rank's answer: which rank leads.
inline Answer leader_is(Rank leader) { return {.outcome = leader, .of = Answer::nothing}; }

/// Tells each mark of an election once, however often a duplicate or a second ballot leads to it. It keeps the marks of the
/// newest election only.
class Told {
 public:
  /// True if the mark is new.
  template <class M>
  bool tell(Operation k, int mark, Outbox<M>& out) {
    if (k < operation_) return false;
    if (k > operation_) operation_ = k, told_ = 0;
    const unsigned bit = 1U << static_cast<unsigned>(mark);
    if ((told_ & bit) != 0) return false;
    told_ |= bit;
    out.complete(k, mark);
    return true;
  }

 private:
  Operation operation_ = -1;
  unsigned told_ = 0;  ///< a bit for each mark
};

}  // namespace coordbench::election
