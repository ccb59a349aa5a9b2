#pragma once
/// The neural engine behind the Session interface: transients are found as networks, everything else
/// numerically.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nullor/neural/trainer.h"
#include "nullor/simulate/engine_session.h"

namespace nullor {

class NeuralSession final : public EngineSession {
 public:
  NeuralSession(Circuit circuit, const TrainingOptions& how) : EngineSession(std::move(circuit)), how_(how) {}

  std::vector<Table> run(const AnalysisCard& card) override;
  std::unique_ptr<Session> fresh() const override {
    return std::make_unique<NeuralSession>(original(), how_);
  }

  /// The network of the last transient.
  const std::optional<Waveform>& waveform() const { return waveform_; }
  /// The learning curves of the transients so far (kind "training").
  const std::vector<Table>& curves() const { return curves_; }
  /// Receives a line about the training some times a second.
  std::function<void(const std::string&)> status;

 private:
  std::vector<Table> run_tran(const TranCard& card, const Location& where);

  TrainingOptions how_;
  std::optional<Waveform> waveform_;
  std::vector<Table> curves_;
};

/// Training that throws InputError where it does not finish.
TrainingReport train_checked(Engine& engine, const TranCard& card, const Location& where,
                             const TrainingOptions& how, Waveform& waveform);

/// The network read at multiples of the print step, with several points in every window so that no edge is
/// cut.
std::vector<double> sampling_times(const Waveform& waveform, const TranCard& card);

}  // namespace nullor
