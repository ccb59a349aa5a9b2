#pragma once
/// One network over time and parameters: every waveform of a circuit inside a box of parameters.
///
///     x_i(tau, p) = sum_m B_m(s) X_im(w; p),   X_i(p) = X0_i + sum_k c_k(p) Y_ik                        (1)
///     t(tau, p): piecewise linear through knots t_k(p) = t0_k + sum over outputs of the same network (2)
///
/// c(p) is the parameter network (parameter_network.h), Y the principal modes of the nodal values, w the
/// window of tau and B_m(s) the response of its frozen tanh features to the value at node m
/// (feature_basis.h). Reading costs one small product a mode and the features; nothing is solved.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/neural/box_simulator.h"
#include "nullor/neural/parameter_network.h"
#include "nullor/neural/waveform.h"

namespace nullor {

/// How far the network is from the circuit's own equation, at points that it was not trained at.
struct SurrogateCertificate {
  double tolerance = 0;             ///< that was asked for
  double worst = 0;                 ///< largest error of a signal at any of the points
  std::vector<double> of_signal;    ///< (n): largest over the points, relative, L2 over time
  std::vector<double> held_out;     ///< (H x P) coordinates
  std::vector<double> at_held_out;  ///< (H): largest over the signals
};

class Surrogate {
 public:
  /// What makes up the network; all of it is in the file.
  struct Parts {
    std::string title;
    std::vector<SurrogateAxis> axes;
    std::vector<Waveform::Signal> signals;
    std::vector<int> saved;  ///< signals that are shown
    double stop = 0;         ///< [s] promised at every point
    Features features;
    std::vector<double> node;                   ///< (M)
    DenseMatrix weights, free_weights;          ///< (K x M)
    std::vector<double> free_start;             ///< (M)
    std::vector<char> algebraic;                ///< (n): uses free_weights
    std::vector<WindowSystem::Window> windows;  ///< of reference time
    std::vector<double> reference_knots;        ///< (S + 1) [s]
    ParameterNetwork network;                   ///< u -> (c, moved knots)
    int modes = 0;
    std::vector<double> base;         ///< X0 (n x (1 + W M))
    std::vector<double> mode_values;  ///< Y (n x modes x (1 + W M))
    std::vector<double> knot_scale;   ///< (S + 1) [s]: t_k = t0_k + scale_k c_(modes + k); empty: fixed
    SurrogateCertificate certificate;
    long runs = 0;                ///< it was trained on
    double window_tolerance = 0;  ///< of the training on the windows
    std::uint64_t seed = 1;       ///< of the features
  };

  Surrogate() = default;
  explicit Surrogate(Parts parts) : parts_(std::move(parts)) {}

  const Parts& parts() const { return parts_; }
  SurrogateCertificate& certificate() { return parts_.certificate; }
  int size() const { return static_cast<int>(parts_.signals.size()); }
  int find(std::string_view signal) const;

  /// Coordinates u of named values, each parameter once. Throws InputError (usage): a parameter that is
  /// missing or unknown, a value outside the box.
  std::vector<double> coordinates(const std::vector<std::pair<std::string, double>>& values) const;

  /// Nodal values of all signals (n x (1 + W M)) and knots at u.
  std::vector<double> state(const std::vector<double>& u) const;
  TimeMap time_map(const std::vector<double>& u) const;

  /// The waveforms at u as a network of time alone.
  Waveform at(const std::vector<double>& u) const { return waveform(state(u), time_map(u)); }
  Waveform waveform(const std::vector<double>& state, const TimeMap& map) const;
  /// One signal at ascending times: the fast way to one waveform.
  void evaluate(const std::vector<double>& u, int signal, std::span<const double> times, double* out) const;
  /// x (n), dx/dt (n) and dx/dp (P x n; p in its own units) at one time; null where not wanted.
  void evaluate(const std::vector<double>& u, double t, double* x, double* x_t, double* x_p) const;

  /// safetensors; see docs/surrogates.md. Complete or not at all.
  void save(const std::string& path) const;
  /// Throws InputError when the file is not such a network.
  static Surrogate load(const std::string& path);
  static Surrogate from(const TensorFile& file, const std::string& path);
  TensorFile to_file() const;

 private:
  std::size_t points() const { return 1 + parts_.windows.size() * parts_.node.size(); }
  std::vector<double> signal_state(int signal, const double* c) const;

  Parts parts_;
};

}  // namespace nullor
