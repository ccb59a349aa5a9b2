#pragma once
/// A surrogate in the place of a transient: searches and gradients that cost no simulation.

#include "nullor/neural/surrogate.h"
#include "nullor/simulate/gradient.h"

namespace nullor {

/// Reads the surrogate at the circuit's present parameters; dJ/dp = sum over points of (dJ/dx) dx/dp. Throws
/// InputError where a parameter is outside the box of the surrogate, or one is asked for that it does not
/// have.
class SurrogateTransient final : public DifferentiableTransient {
 public:
  explicit SurrogateTransient(Surrogate surrogate) : surrogate_(std::move(surrogate)) {}

  void run(Engine& engine, const TranCard& card, const Location& where, const Observer& observer) override;
  std::vector<double> pull(Engine& engine, const TranCard& card,
                           const std::vector<std::vector<double>>& seeds,
                           const std::vector<ParameterHandle>& wanted) override;

 private:
  std::vector<int> unknowns_of_signals(const Dae& dae) const;

  Surrogate surrogate_;
  std::vector<double> u_, times_;
};

}  // namespace nullor
