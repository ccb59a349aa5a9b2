// Rows of data sets divided into those that are learned from and those that are not.
#include <algorithm>

#include "nullor/learn/predictor_training.h"

namespace nullor::learn {

RowParts divide(std::span<const PredictionRows> sets, const PartShares& shares, std::uint64_t seed) {
  RowParts out;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const PredictionRows& set = sets[s];
    const Rng rng = Rng(seed).split(set.circuit->fingerprint());
    std::vector<std::size_t> training, validation, calibration, test;
    for (std::size_t r = 0; r < set.rows(); ++r) {
      const double u = rng.split(static_cast<std::uint64_t>(set.sample[r])).uniform();
      auto& part = u < shares.test                                            ? test
                   : u < shares.test + shares.calibration                     ? calibration
                   : u < shares.test + shares.calibration + shares.validation ? validation
                                                                              : training;
      part.push_back(r);
    }
    out.training.push_back(set.picked(training));
    out.validation.push_back(set.picked(validation));
    out.calibration.push_back(set.picked(calibration));
    out.test.push_back(set.picked(test));
  }
  return out;
}

}  // namespace nullor::learn
