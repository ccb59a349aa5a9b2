#pragma once
/// One circuit over a box of parameters: nodal values on windows that all points of the box share.
///
/// The windows are those of the hardest of several points, merged in reference time (time_map.h). On them the
/// nodal values X(p) solve one fixed system of equations, so they are as smooth in p as the devices are, and
/// their derivatives follow forward through the windows (collocation_sensitivity.h). At fixed reference time
///
///     dX/dp = dX/dp (windows fixed) + dx/dt dt(tau)/dp                                            (1)
///
/// with the knots t_k(p) at corners of sources, and for oscillators at rising passages through a level, where
/// dt_k/dp = -(dx/dp) / (dx/dt).

#include <memory>
#include <string>
#include <vector>

#include "nullor/neural/time_map.h"
#include "nullor/neural/trainer.h"
#include "nullor/neural/window_march.h"

namespace nullor {

/// One parameter, and the coordinate u in [-1, 1] that stands for it.
struct SurrogateAxis {
  std::string name, unit;
  double low = 0, high = 0;
  bool logarithmic = false;  ///< u is linear in the logarithm

  double value(double u) const;
  double coordinate(double value) const;
  double slope(double u) const;  ///< d(value)/du
};

/// The solution at one point. `state` holds signal after signal, each at the start and then at all nodes of
/// all windows: (n x (1 + W M)).
struct SurrogateRun {
  std::vector<double> u;        ///< (P)
  std::vector<double> knots;    ///< (S + 1) [s]
  std::vector<double> state;    ///< (n x (1 + W M))
  std::vector<double> knots_u;  ///< (P x (S + 1)): derivatives by u
  std::vector<double> state_u;  ///< (P x n x (1 + W M)): at fixed reference time
};

class BoxSimulator {
 public:
  /// `card` is the transient. Throws InputError: unknown parameters, circuits with switches (their windows do
  /// not follow smoothly) or lines.
  BoxSimulator(Circuit circuit, const TranCard& card, const Location& where, std::vector<SurrogateAxis> axes,
               const TrainingOptions& how);

  /// Trains at the points, (P) each, and merges their windows; before anything else. Finds out whether the
  /// circuit oscillates on its own. Throws InputError where training fails or corners come and go in the box.
  void lay_windows(const std::vector<std::vector<double>>& points, int jobs);

  /// Takes windows and knots that were laid before, as a surrogate keeps them; for correct() alone.
  void adopt_windows(std::vector<WindowSystem::Window> windows, std::vector<double> knots) {
    windows_ = std::move(windows);
    reference_ = std::move(knots);
  }

  /// Values and derivatives at a point. Safe to call from several threads. Throws InputError.
  SurrogateRun run(const std::vector<double>& u) const;

  /// The waveforms at a point by training at another tolerance, on windows of its own.
  Waveform reference(const std::vector<double>& u, double tolerance) const;

  /// A fresh engine with the parameters of a point.
  std::unique_ptr<Engine> engine_at(const std::vector<double>& u) const;

  /// One step of Newton's method from the given values: values corrected in place. False where it fails.
  bool correct(const std::vector<double>& u, const std::vector<double>& knots,
               std::vector<double>& state) const;

  /// Per signal |difference| / |state|, L2 over the windows; 0 for branch currents and below a thousandth of
  /// the largest of a nature relative to that.
  std::vector<double> relative_error(const std::vector<double>& difference,
                                     const std::vector<double>& state) const;
  /// Weight of every element of a state in that norm, relative to the state of the centre (n x (1 + W M)).
  std::vector<double> weights(const std::vector<double>& state) const;

  const std::vector<SurrogateAxis>& axes() const { return axes_; }
  const std::vector<WindowSystem::Window>& windows() const { return windows_; }  ///< in reference time
  const std::vector<double>& reference_knots() const { return reference_; }
  const std::vector<UnknownInfo>& unknowns() const { return unknowns_; }
  const FeatureBasis& basis() const { return basis_; }
  const std::vector<char>& algebraic() const { return algebraic_; }
  const std::vector<int>& saved() const { return saved_; }  ///< unknowns that `.save` keeps
  const TranCard& card() const { return card_; }
  const Circuit& circuit() const { return circuit_; }
  const TrainingOptions& training() const { return how_; }
  bool oscillates() const { return aligned_ >= 0; }
  /// Knots differ from point to point.
  bool time_moves() const { return corners_move_ || aligned_ >= 0; }
  /// Signal whose rising passages are knots, or -1.
  int aligned_signal() const { return aligned_; }
  std::size_t points_per_signal() const {
    return 1 + windows_.size() * static_cast<std::size_t>(basis_.nodes());
  }

 private:
  struct Probe;

  Probe train_at(const std::vector<double>& u) const;
  std::vector<double> corners_at(const std::vector<double>& u) const;
  std::vector<double> passages(const Waveform& waveform, double from, double until) const;
  [[noreturn]] void refuse_corners() const;
  void look_for_oscillation(Probe& centre);
  std::vector<double> knots_of(const Probe& probe) const;
  MarchResult solve(const std::vector<double>& u, const Probe& probe,
                    const std::vector<WindowSystem::Window>& windows, Engine& engine) const;
  std::vector<double> pack(const NodalValues& values) const;
  NodalValues unpack(const std::vector<double>& state) const;
  void differentiate(Engine& engine, const MarchResult& solved,
                     const std::vector<WindowSystem::Window>& windows, SurrogateRun& run) const;

  Circuit circuit_;
  TranCard card_;
  Location where_;
  std::vector<SurrogateAxis> axes_;
  TrainingOptions how_;
  FeatureBasis basis_;
  std::vector<double> node_weights_;  ///< (M) of the integral over a window
  std::vector<UnknownInfo> unknowns_;
  std::vector<int> saved_;
  int n_ = 0;
  std::vector<double> reference_;
  std::vector<WindowSystem::Window> windows_;
  std::vector<char> algebraic_;
  bool corners_move_ = false;
  int aligned_ = -1;
  double level_ = 0;
  std::size_t passages_ = 0;   ///< knots from passages
  double periods_behind_ = 0;  ///< of reference time behind the last passage
};

}  // namespace nullor
