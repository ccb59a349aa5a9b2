#pragma once
/// One set-up of a testbench for many samples on a graphics device (simulate/cuda_engine.h).

#include "nullor/design/setup_simulator.h"
#include "nullor/simulate/cuda_engine.h"
#include "nullor/simulate/outputs.h"

namespace nullor {

class CudaSimulator : public SetupSimulator {
 public:
  /// As LaneSimulator. `device`: of open_for_samples().
  CudaSimulator(const Circuit& circuit, bool regions, std::shared_ptr<CudaDevice> device);

  /// Every analysis is .op, an .ac, a .dc of the temperature, or a .tran, and every device is known there.
  static bool supports(const Circuit& circuit);

  /// A transient runs to its end; of what it did after `ends` would have said so, nothing is told.
  Results run(std::span<const Pinned> samples, const Ends& ends, std::vector<Start> starts) override;
  const std::vector<Start>& operating_points() const override { return points_; }
  const std::vector<UnknownInfo>& unknowns() const override { return engine_.dae().unknowns(); }

 private:
  Table begin_table(const char* kind, const char* axis, Quantity quantity) const;
  void add_operating_point(const Pinned& sample, std::size_t job, SetupResult& out);
  Table response(std::size_t job) const;
  Table sweep(std::size_t job) const;
  Table transient(std::size_t job, const std::function<bool(const Table&)>& ends) const;

  std::vector<AnalysisCard> analyses_;
  bool regions_;
  std::vector<Output> outputs_;
  CudaEngine::Wishes wishes_;
  CudaEngine engine_;
  std::vector<Start> points_;
};

}  // namespace nullor
