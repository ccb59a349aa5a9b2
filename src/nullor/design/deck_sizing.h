#pragma once
/// Sizing of a deck as it stands: its `.meas` results, expressions and waveforms against a specification.

#include "nullor/design/sizing_problem.h"
#include "nullor/simulate/gradient.h"

namespace nullor {

class DeckSizing : public SizingProblem {
 public:
  /// `transient` solves transients instead of the numerical engine when set. Throws InputError for names that
  /// do not exist and goals that are not numbers.
  DeckSizing(Circuit circuit, Specification specification, DifferentiableTransient* transient = nullptr);

  Trial evaluate(const std::vector<double>& u, bool with_slopes) override;
  /// With reltol 1e-6.
  Trial verify(const std::vector<double>& u) override;
  long measured() const override { return measured_; }

 private:
  Trial evaluate(const std::vector<double>& u, bool with_slopes, bool tight);
  void read_values(const std::vector<GradientResult>& results, Trial& trial);

  Circuit circuit_;
  GradientRequest request_;
  long measured_ = 0;
};

}  // namespace nullor
