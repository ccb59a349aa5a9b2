#pragma once
/// The solution of a transient as a neural network of time: on each window of time the features of
/// feature_basis.h with trained output weights,
///
///     x_i(t) = x_i(t_w) + sum_k W_ik psi_k(s),   s = (t - t_w) / h_w,   t_w <= t < t_w + h_w            (1)
///
/// continuous from window to window wherever the unknown itself is. It evaluates anywhere, with its exact
/// derivative.

#include <span>
#include <string>
#include <vector>

#include "nullor/io/safetensors.h"
#include "nullor/neural/feature_basis.h"

namespace nullor {

class Waveform {
 public:
  struct Signal {
    std::string name, unit;
  };

  Waveform() = default;
  Waveform(std::vector<Signal> signals, Features features)
      : signals_(std::move(signals)), features_(std::move(features)) {}

  /// Appends a window that begins where the last one ends. `start`: (n) values; `weights`: (n x K).
  void append(double time, double length, std::span<const double> start, const DenseMatrix& weights);

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
  /// Output weights of a signal in a window (K).
  std::span<const double> weights(std::size_t w, int signal) const;
  long trained_weights() const { return static_cast<long>(weights_.size()); }

  /// x(t) into x (n), and dx/dt where asked. Outside [begin, end] the first or last window continues.
  void evaluate(double t, double* x, double* x_t = nullptr) const;
  /// One signal at ascending times: the fast way to many points.
  void evaluate(int signal, std::span<const double> times, double* out) const;

  /// Binary file in the safetensors layout (8 bytes header length, JSON header, little-endian float64
  /// arrays): tensors "slope", "offset", "scale" (K - 1), "time", "length" (windows), "start" (windows x n),
  /// "weights" (windows x n x K), metadata "skip", "names", "units". Written under a temporary name, then
  /// renamed.
  void save(const std::string& path) const;
  /// Throws InputError when the file is not such a network.
  static Waveform load(const std::string& path);
  /// The same of what the file holds; `path` names it in messages.
  static Waveform from(const TensorFile& file, const std::string& path);

 private:
  std::size_t window_at(double t) const;

  std::vector<Signal> signals_;
  Features features_;
  std::vector<double> times_, lengths_;
  std::vector<double> start_;    ///< (windows x n)
  std::vector<double> weights_;  ///< (windows x n x K)
};

}  // namespace nullor
