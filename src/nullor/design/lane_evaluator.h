#pragma once
/// Measures many samples of one circuit side by side: in lanes (lane_engine.h), or on a graphics device
/// (cuda_engine.h).

#include <memory>
#include <vector>

#include "nullor/base/cuda_device.h"
#include "nullor/design/setup_simulator.h"
#include "nullor/design/testbench_evaluator.h"

namespace nullor {

/// The metrics are those of TestbenchEvaluator within the tolerances of the decks. Samples that do not fit
/// into the lanes or fail there are simulated alone by it, so that classes and reasons are its own; so are
/// all samples when a time limit is set. What a sample gives depends on those before it in the same call, in
/// its last digits: operating points begin where the last ones ended.
class LaneEvaluator : public SampleEvaluator {
 public:
  /// `device`: where set-ups are simulated that its program knows (open_for_samples()); the others are in
  /// lanes.
  LaneEvaluator(const Testbench& bench, const CircuitSetting& setting,
                std::shared_ptr<CudaDevice> device = nullptr);

  SampleOutcome evaluate(std::span<const double> parameters, std::span<const double> conditions) override;
  std::vector<SampleOutcome> evaluate_many(std::span<const Sample> samples,
                                           const std::function<bool(std::size_t)>& done) override;

  /// How many samples were simulated alone since the start.
  long alone() const { return alone_count_; }

 private:
  std::vector<int> places_in_first(std::size_t setup) const;
  SetupSimulator::Start in_unknowns_of(std::size_t setup, const SetupSimulator::Start& first) const;
  void evaluate_chunk(std::span<const Sample> samples, std::vector<SampleOutcome>& out);

  const Testbench& bench_;
  std::shared_ptr<CudaDevice> device_;
  bool supported_ = true;
  TestbenchEvaluator alone_;
  long alone_count_ = 0;
  std::vector<std::unique_ptr<SetupSimulator>> setups_;  ///< fresh with every call
  std::vector<std::vector<int>> places_;                 ///< places_in_first() of every set-up
};

}  // namespace nullor
