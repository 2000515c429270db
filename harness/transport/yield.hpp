#pragma once
// What a rank does each time it finds nothing while it waits in shared memory.

#include <sched.h>

namespace coordbench {

/// With more ranks than cores it lets others run.
class Yield {
 public:
  Yield(bool yields) : yields_(yields) {}  // not explicit: whether is all there is to say
  void operator()() const {
    if (yields_) [[unlikely]]
      sched_yield();
  }

 private:
  bool yields_;
};

}  // namespace coordbench
