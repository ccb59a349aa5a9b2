#pragma once
/// Newton's method (newton.h) on kLanes samples of a circuit at once, each converging on its own.

#include <array>
#include <vector>

#include "nullor/dae/lane_dae.h"
#include "nullor/math/lane_lu.h"
#include "nullor/simulate/newton.h"

namespace nullor {

class LaneNewton {
 public:
  using Mask = Lanes::Mask;

  LaneNewton(LaneDae& dae, const SimulationOptions& options);

  /// (newton.h, 1) with a time, a step and a history for every lane.
  struct Problem {
    Lanes time{0.0};                 ///< [s]
    bool dc = false;                 ///< sources stand at their dc value
    bool steady = true;              ///< an operating point: alpha is zero in every lane
    Lanes alpha{0.0};                ///< [1/s]
    const Lanes* history = nullptr;  ///< (n), or null for zero
    double node_conductance = 0;     ///< [S] from every node to ground (gmin stepping)
    int max_iterations = 100;
    bool start_from_guess = false;
    /// When positive, and the circuit bends gently, an iteration ends not with a small step but with a small
    /// error left behind it, step^2 / (2 kBend) of a voltage: less than this share of the tolerance. From a
    /// start close by that is often the first one.
    double share = 0;
  };
  /// The lanes of `wanted` that converge; their x (n + 1) is improved, the others' is not or is spoilt.
  Mask solve(std::vector<Lanes>& x, const Problem& problem, const Mask& wanted);

  /// The same one iteration after the other, lanes beginning and ending whenever they are ready.
  /// begin(): `lanes` stand before their first iteration; call it when their time, step or history is new.
  void begin(const Problem& problem, const Mask& lanes);
  struct Progress {
    Mask converged{}, failed{};
  };
  Progress iterate(std::vector<Lanes>& x, const Problem& problem, const Mask& active);

  /// A voltage change over which devices bend [V]: exponentials do over kT/q = 26 mV, smoothed corners of
  /// transistors over somewhat less.
  static constexpr double kBend = 0.01;

  /// Charges at the new x (newton.h) of the lanes that have converged.
  const std::vector<Lanes>& charges() const { return charges_; }
  double tolerance(int unknown) const { return absolute_[static_cast<std::size_t>(unknown)]; }

  /// G and C (nonzeros + 1) and charges at x, nothing held back. `small_signal`: devices with a different
  /// small-signal behaviour use it.
  void linearize(const std::vector<Lanes>& x, bool small_signal);
  const std::vector<Lanes>& conductances() const { return g_; }
  const std::vector<Lanes>& capacitances() const { return c_; }
  const std::vector<Lanes>& charges_at() const { return q_; }
  const std::vector<Lanes>& flows_at() const { return f_; }
  /// Places of the small conductances that hold floating nodes.
  const std::vector<int>& floating_places() const { return floating_places_; }
  static constexpr double kFloatingConductance = 1e-12;  ///< [S]

  /// Nodes that nothing else fixes, as the scalar solver found them.
  void hold_floating(const std::vector<int>& unknowns);

  long evaluations = 0, factorizations = 0;  ///< of all lanes together

 private:
  void evaluate(const std::vector<Lanes>& x, const Problem& problem, bool at_guess);
  void assemble(const Problem& problem);
  Mask factor(const Mask& wanted);
  void keep_charges(const Problem& problem, const Mask& done);
  bool is_held(int unknown) const;
  Lanes rounding_of_currents(const Problem& problem) const;

  LaneDae& dae_;
  SimulationOptions options_;
  LaneLu<kLanes, Lanes> lu_;
  std::vector<Lanes> f_, q_, b_, g_, c_, j_, dx_, charges_;
  std::vector<double> one_;       ///< the matrix of one lane, for its pivots
  std::vector<int> diagonal_;     ///< per unknown: its place in the pattern
  std::vector<double> absolute_;  ///< per unknown: absolute tolerance
  std::vector<int> floating_, floating_places_;
  Mask limited_{};
  std::array<int, kLanes> iteration_{};  ///< since begin()
};

}  // namespace nullor
