#pragma once
// Reports a benchmark under the name it was given: Google Benchmark appends how it was timed ("/manual_time").

#include <benchmark/benchmark.h>

#include <vector>

namespace coordbench {

class PlainNames : public benchmark::BenchmarkReporter {
 public:
  /// Passes everything else on to `inner` as it is.
  explicit PlainNames(BenchmarkReporter& inner) : inner_(inner) {}

  bool ReportContext(const Context& context) override {
    inner_.SetOutputStream(&GetOutputStream());
    inner_.SetErrorStream(&GetErrorStream());
    return inner_.ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> plain = runs;
    for (Run& run : plain) run.run_name.time_type.clear();
    inner_.ReportRuns(plain);
  }
  void Finalize() override { inner_.Finalize(); }

 private:
  BenchmarkReporter& inner_;
};

}  // namespace coordbench
