#pragma once
/// Operating points and small-signal responses of kLanes parameter samples of one circuit at once.
///
/// The answers are those of Engine (engine.h). What lanes do not manage - an operating point that takes more
/// than Newton's method and conductances to ground - is solved alone by the scalar engine.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nullor/simulate/lane_newton.h"
#include "nullor/simulate/operating_point.h"

namespace nullor {

class LaneEngine {
 public:
  using Mask = Lanes::Mask;
  using Complex = ComplexLanes<kLanes>;

  /// Read the circuit with ReadOptions::keep_bins where samples change lengths or widths. Throws InputError.
  explicit LaneEngine(const Circuit& circuit);

  const SimulationOptions& options() const { return options_; }
  LaneDae& dae() { return dae_; }
  const LaneDae& dae() const { return dae_; }

  /// Puts a sample into a lane; setup() follows once all are in.
  LaneDae::Refusal load(int lane, const Pinned& sample) { return dae_.load(lane, sample); }
  void setup() { dae_.setup(); }

  struct OperatingPoints {
    Mask converged{};
    Mask alone{};             ///< solved by the scalar engine
    std::vector<Lanes> x;     ///< (n + 1)
    std::string why[kLanes];  ///< of lanes that did not converge
  };
  /// Of the lanes of `wanted`; the others keep what `start` has. `start` (n + 1): nearby solutions, or null.
  /// `dc`: sources at their dc value, else at their time function at time 0, as a transient starts. `share`
  /// as in LaneNewton::Problem, for starts so near that one step may be enough.
  OperatingPoints operating_point(const Mask& wanted, const std::vector<Lanes>* start = nullptr,
                                  bool dc = true, double share = 0);

  /// The lanes of `wanted` whose equation at x (n + 1) is that of the scalar circuit: flows, charges and
  /// their derivatives. A device's setup() may decide by a value of the first lane; a lane for which it
  /// decided wrongly shows here.
  Mask agreeing(const Mask& wanted, const std::vector<Lanes>& x);

  /// Receives X (n + 1) at each frequency, with the lanes whose system had a solution.
  using OnFrequency = std::function<void(std::size_t, const std::vector<Complex>&, const Mask&)>;
  /// (G + j omega C) X = -b at operating points `x`.
  void ac(const std::vector<Lanes>& x, std::span<const double> frequencies, const OnFrequency& receive);

  /// A^T Y = w with A = G + j omega C: what noise and other adjoints need. `weights`: w (n + 1).
  void adjoint(const std::vector<Lanes>& x, std::span<const double> weights,
               std::span<const double> frequencies, const OnFrequency& receive);

  /// The start of a transient: sources at their time functions.
  LaneNewton& newton() { return newton_; }

  long evaluations() const { return newton_.evaluations; }  ///< of all lanes together

 private:
  Mask by_conductances(std::vector<Lanes>& x, const Mask& wanted, bool dc);
  void solve_alone(int lane, bool dc, OperatingPoints& out);
  /// Factors the system linearized by newton_; the lanes in which it has a solution.
  Mask factor(double frequency);

  SimulationOptions options_;
  LaneDae dae_;
  LaneNewton newton_;
  LaneLu<kLanes, Complex> ac_lu_;
  std::vector<Complex> system_;  ///< (nonzeros)
  std::unique_ptr<NewtonSolver> alone_[kLanes];
};

}  // namespace nullor
