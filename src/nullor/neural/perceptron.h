#pragma once
/// A multilayer perceptron of one input, s, tanh between its layers, plain:
///
///     a_0 = s,   a_l = tanh(W_l a_(l-1) + b_l),   y = W_L a_(L-1) + b_L                               (1)
///
/// and its derivative by s, carried along as a tangent:  a_l' = (1 - a_l^2) (W_l a_(l-1)').
///
/// These are the plain loops: perceptron_kernel.h does the same for many points at once.

#include <cstdint>
#include <span>
#include <vector>

#include "nullor/base/rng.h"

namespace nullor {

class Perceptron {
 public:
  /// One layer, as it lies in parameters().
  struct Layer {
    int inputs = 0, outputs = 0;
    std::span<const double> weight;  ///< (outputs x inputs), row-major
    std::span<const double> bias;    ///< (outputs)
  };

  Perceptron() = default;
  /// widths: 1, the hidden layers, the number of outputs. All parameters zero.
  explicit Perceptron(std::vector<int> widths);

  /// Weights uniform within sqrt(6 / (inputs + outputs)) (Glorot); the first layer is given slopes and
  /// offsets that spread the bends of its neurons over s in [0, 1]. The last layer is `last` times smaller.
  void draw(Rng& rng, double steepness, double last);

  const std::vector<int>& widths() const { return widths_; }
  int outputs() const { return widths_.empty() ? 0 : widths_.back(); }
  int layers() const { return static_cast<int>(widths_.size()) - 1; }
  Layer layer(int l) const;
  /// Where the parameters of layer l begin: weights, then biases.
  std::size_t offset(int l) const { return offsets_[static_cast<std::size_t>(l)]; }
  std::vector<double>& parameters() { return parameters_; }
  const std::vector<double>& parameters() const { return parameters_; }

  /// y(s) (n) and, when asked, dy/ds (n).
  void evaluate(double s, double* y, double* y_s = nullptr) const;
  /// Output i at many points, four at a time.
  void evaluate(int i, std::span<const double> s, double* out) const;

  /// The network  u -> start + scale * (y(u) - shift)  of u = rate s + begin, again in the form (1).
  /// start, scale, shift: (n).
  Perceptron transformed(std::span<const double> start, std::span<const double> scale,
                         std::span<const double> shift, double rate, double begin) const;

 private:
  std::vector<int> widths_;
  std::vector<std::size_t> offsets_;  ///< per layer
  std::vector<double> parameters_;
};

/// Values and tangents of a perceptron at one point, kept for reverse mode through both.
class PerceptronTape {
 public:
  explicit PerceptronTape(const Perceptron& network);

  /// Runs the network, as its parameters now are, at s.
  void record(double s);
  const double* value() const { return value_.data() + at(layers_); }  ///< y (n)
  const double* slope() const { return slope_.data() + at(layers_); }  ///< dy/ds (n)

  /// Adds d(y_bar . y + y_s_bar . y')/d(parameters) to `gradient`. With d = 1 - a^2, a hidden layer turns
  /// what arrives at its output into
  ///     z_bar = d a_bar - 2 a a' a'_bar,   z'_bar = d a'_bar                                            (2)
  void pull(const double* y_bar, const double* y_s_bar, double* gradient);

 private:
  std::size_t at(int layer) const { return static_cast<std::size_t>(layer) * widest_; }

  const Perceptron& network_;
  int layers_;
  std::size_t widest_;
  std::vector<double> value_, slope_;  ///< ((layers + 1) x widest)
  std::vector<double> bar_;            ///< (4 x widest)
};

}  // namespace nullor
