#pragma once
/// What came of one sample.

#include <string>
#include <vector>

#include "nullor/design/testbench.h"

namespace nullor {

struct SampleOutcome {
  int failure = kNoFailure;  ///< index into Testbench::classes()
  std::string reason;        ///< empty when nothing failed
  /// Every analysis came to its end: what the paper calls `sim_success`.
  bool simulated = true;
  std::vector<double> values;        ///< (metrics of the testbench), NaN where missing
  std::vector<std::string> missing;  ///< (metrics) why; empty where there is a value

  bool ok() const { return failure == kNoFailure; }
};

}  // namespace nullor
