#pragma once
// What a rank does at each fruitless turn of a wait in shared memory.

#include <sched.h>

namespace coordbench {

/// With more ranks than cores it lets others run.
class Yield {
 public:
  Yield(bool yields) : yields_(yields) {}  // NOLINT(google-explicit-constructor): whether is all there is to say
  void operator()() const {
    if (yields_) [[unlikely]]
      sched_yield();
  }

 private:
  bool yields_;
};

}  // namespace coordbench
