#pragma once
/// The solution of a transient as a neural network of time. A window of time carries either the shared frozen
/// features of feature_basis.h with its own output weights, or a multilayer perceptron of its own:
///
///     x_i(t) = x_i(t_w) + sum_k W_ik psi_k(s),   s = (t - t_w) / h_w,   t_w <= t < t_w + h_w            (1)
///     x(t) = W_L tanh(... tanh(W_1 s + b_1) ...) + b_L                                                  (2)
///
/// continuous from window to window wherever the unknown itself is. It evaluates anywhere, with its exact
/// derivative.

#include <span>
#include <string>
#include <vector>

#include "nullor/io/safetensors.h"
#include "nullor/neural/feature_basis.h"
#include "nullor/neural/perceptron.h"

namespace nullor {

class Waveform {
 public:
  struct Signal {
    std::string name, unit;
  };

  Waveform() = default;
  explicit Waveform(std::vector<Signal> signals, Features features = {})
      : signals_(std::move(signals)), features_(std::move(features)) {}

  /// Appends a window that begins where the last one ends. `start`: (n) values; `weights`: (n x K).
  void append(double time, double length, std::span<const double> start, const DenseMatrix& weights);

  /// The same for a window (2): the network takes s to the (n) unknowns in their own units. All networks of a
  /// waveform have the same widths.
  void append(double time, double length, Perceptron network);

  int size() const { return static_cast<int>(signals_.size()); }
  const std::vector<Signal>& signals() const { return signals_; }
  /// Position of a signal by name, or -1.
  int find(std::string_view name) const;
  const Features& features() const { return features_; }
  std::size_t windows() const { return lengths_.size(); }
  double begin() const { return windows() == 0 ? 0 : times_.front(); }
  double end() const { return windows() == 0 ? 0 : times_.back() + lengths_.back(); }
  double window_start(std::size_t w) const { return times_[w]; }
  double window_length(std::size_t w) const { return lengths_[w]; }
  std::span<const double> start_values(std::size_t w) const;
  /// The network of a window (2) with its list of layers; null where the window has features.
  const Perceptron* network(std::size_t w) const {
    return kinds_[w] == Kind::perceptron ? &networks_[places_[w]] : nullptr;
  }
  /// Output weights of a signal in a window of features (K).
  std::span<const double> weights(std::size_t w, int signal) const;
  long trained_weights() const;

  /// x(t) into x (n), and dx/dt where asked. Outside [begin, end] the first or last window continues.
  void evaluate(double t, double* x, double* x_t = nullptr) const;
  /// One signal at ascending times: the fast way to many points.
  void evaluate(int signal, std::span<const double> times, double* out) const;

  /// Binary file in the safetensors layout (8 bytes header length, JSON header, little-endian float64
  /// arrays), metadata "format", "names", "units". Windows of features, "nullor waveform 1": tensors "slope",
  /// "offset", "scale" (K - 1), "skip" (1), "time", "length" (windows), "start" (windows x n), "weights"
  /// (windows x n x K). With perceptrons, "nullor waveform 2": "kind" (windows) is 1 for a perceptron, 0 for
  /// features; "layer0.weight" (perceptrons x outputs x inputs), "layer0.bias" (perceptrons x outputs) and so
  /// on, in the order of their windows; the arrays of features only where a window has them, "weights" then
  /// one per such window. Written under a temporary name, then renamed.
  void save(const std::string& path) const;
  /// Throws InputError when the file is not such a network.
  static Waveform load(const std::string& path);
  /// The same of what the file holds; `path` names it in messages.
  static Waveform from(const TensorFile& file, const std::string& path);

 private:
  enum class Kind : char { features, perceptron };

  std::size_t window_at(double t) const;
  void write_networks(TensorFile& file) const;
  void read_networks(const TensorFile& file, const std::string& path);
  void read_features(const TensorFile& file, const std::string& path);

  std::vector<Signal> signals_;
  Features features_;
  std::vector<double> times_, lengths_;
  std::vector<Kind> kinds_;
  std::vector<std::size_t> places_;   ///< per window: where in weights_ or networks_ it is
  std::vector<double> start_;         ///< (windows x n)
  std::vector<double> weights_;       ///< (windows of features x n x K)
  std::vector<Perceptron> networks_;  ///< of the other windows
};

}  // namespace nullor
