#pragma once
/// One set-up of a testbench for many samples: its analyses in lanes, their results as tables.

#include <algorithm>

#include "nullor/design/setup_simulator.h"
#include "nullor/simulate/lane_engine.h"
#include "nullor/simulate/lane_transient.h"
#include "nullor/simulate/outputs.h"

namespace nullor {

class LaneSimulator : public SetupSimulator {
 public:
  /// `circuit`: read with ReadOptions::keep_bins. `regions`: margins of transistors at the .op are wanted.
  LaneSimulator(const Circuit& circuit, bool regions);

  /// Every analysis of the circuit runs in lanes: .op, .ac, .noise, .dc of the temperature or of one or two
  /// sources, and .tran without uic, and nothing in it switches or delays.
  static bool supports(const Circuit& circuit);

  /// Results have nothing where a sample does not fit into the lanes or did not get through.
  Results run(std::span<const Pinned> samples, const Ends& ends, std::vector<Start> starts) override;
  const std::vector<Start>& operating_points() const override { return points_; }
  const std::vector<UnknownInfo>& unknowns() const override { return engine_.dae().unknowns(); }

 private:
  using Mask = Lanes::Mask;
  /// The samples that stand in the lanes: an index, or -1.
  struct Batch {
    int sample[kLanes];
    Mask used{};
    Batch() { std::fill_n(sample, kLanes, -1); }
  };

  Batch load(std::span<const Pinned> samples, std::span<const int> which, Results& results);
  void drop(Batch& batch, int lane, Results& results);
  void keep(Batch& batch, const Mask& good, Results& results);
  std::vector<Lanes> operating_point(Batch& batch, std::vector<Lanes>& near, Results& results);
  std::optional<std::vector<Lanes>> start_of(const Batch& batch, const std::vector<Lanes>& near) const;
  Table begin_table(const char* kind) const;
  void steady(const Batch& batch, std::span<const Pinned> samples, Results& results);
  void sweep_temperature(const DcCard& card, Batch& batch, std::span<const Pinned> samples, Results& results);
  void sweep_sources(const DcCard& card, Batch& batch, Results& results);
  double temperature_of(const Batch& batch) const;
  void respond(const AcCard& card, const std::vector<Lanes>& x, Batch& batch, Results& results);
  void add_noise(const NoiseCard& card, const Location& where, const std::vector<Lanes>& x, Batch& batch,
                 Results& results);
  void move(const TranCard& card, std::span<const Pinned> samples, const Ends& ends, Results& results);
  std::vector<DeviceRegion> regions_of(int lane, const std::vector<Lanes>& x);

  LaneEngine engine_;
  LaneTransient transient_;
  std::vector<AnalysisCard> analyses_;
  std::vector<Output> outputs_;
  bool regions_;
  std::vector<Start> starts_, points_;  ///< of the samples of this run
  std::vector<Lanes> near_;             ///< operating points of the samples before
  std::vector<Lanes> near_swept_;       ///< the same where a sweep of temperatures began
};

}  // namespace nullor
