#pragma once
// Measures a collective: prepare, start line, stamp, run, stamp, verify; all ranks alike.

#include "harness/measure/case_run.hpp"
#include "harness/measure/start_line.hpp"
#include "harness/measure/transports.hpp"
#include "harness/protocol_traits.hpp"

namespace coordbench {

template <class C>
std::size_t posted_max(const Shape& shape) {
  if constexpr (requires { C::posted_max(shape); })
    return C::posted_max(shape) + 1;
  else
    return 1;
}

template <class C, class Over>
requires Collective<C, typename Over::Endpoint>
class CollectiveBench {
 public:
  explicit CollectiveBench(CaseRun& run)
      : run_(run),
        tree_(run.setting().control_communicator, run.setting().tag, run.deadline()),
        line_(tree_, run.sync(), run.setting().clock, run.setting().oversubscribed),
        endpoint_(Over::endpoint(run, posted_max<C>(run.shape()))),
        collective_(run.shape(), run.rank()),
        memory_(run, posted_max<C>(run.shape())),
        data_(run.shape(), run.rank()),
        recorder_(run.setting().rule.operations_max(), 0),
        effort_(run.effort()) {
    memory_.close();
  }

  void measure() {
    run_.meet(tree_);
    run_.drive(tree_, recorder_, [this](Operation first, std::int64_t count) {
      if constexpr (requires { collective_.begin(endpoint_, data_, first, count); })
        collective_.begin(endpoint_, data_, first, count);
      run_block(first, count);
      if constexpr (requires { collective_.finish(endpoint_, data_); }) collective_.finish(endpoint_, data_);
    });
  }

  /// Ends the bench of a case that did not end; its buffers are never freed.
  void withdraw() { Over::withdraw(endpoint_); }

  void conclude() {
    run_.conclude(endpoint_.traffic(), recorder_, tree_.messages_sent() + endpoint_.credits_sent(), run_.operations());
  }

 private:
  /// The hot loop: not inlined, so that a test can find and disassemble it.
  [[gnu::noinline]] void run_block(Operation first, std::int64_t count) {
    for (Operation k = first; k < first + count; ++k) {
      data_.prepare(k);
      recorder_.slack(k, line_.line_up());
      const Time start = now_ns();
      collective_.run(endpoint_, data_);
      const Time end = now_ns();
      recorder_.start(k, start);
      recorder_.end(k, end);
      recorder_.checked();
      if (!data_.verify(k, effort_)) [[unlikely]]
        recorder_.wrong(k);
    }
  }

  CaseRun& run_;
  ControlTree tree_;
  StartLine line_;
  typename Over::Endpoint endpoint_;
  C collective_;
  typename Over::Memory memory_;  // before what lies in it
  typename C::Data data_;
  Recorder recorder_;
  Effort effort_;
};

}  // namespace coordbench
