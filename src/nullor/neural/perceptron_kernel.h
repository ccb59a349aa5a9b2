#pragma once
/// Values, time derivatives and gradients of a perceptron at many points: perceptron.h for blocks of points.
///
/// Numbers lie as (panel, unit, 4 registers): a panel is two registers of points, then the two registers of
/// their tangents, so that one product with a weight matrix carries both. Micro kernels hold 3 x 4 registers
/// of sums: 12 multiply-adds for 4 loads and 3 broadcasts. tanh is applied while the sums are in registers.
/// Gradients of weights are summed lane by lane over all blocks and folded once an epoch.
///
/// Work per point and epoch, widths m and k of a layer: 4 m k flops forward, as many for the adjoint and as
/// many for the gradient (value and tangent each a multiply and an add): 12 m k. Four layers of 50 and n
/// outputs: 90,000 + 600 n + 1,200, and 200 tanh of about 25. The first layer has no adjoint.
/// Measured speed beside the peak of a core: benchmarks/trainers.py kernel, docs/neural.md.

#include <cstddef>
#include <vector>

#include "nullor/math/simd.h"

namespace nullor {

template <class Real>
class PerceptronKernel {
 public:
  using Vector = typename Register<Real>::Type;
  static constexpr int kLanes = Register<Real>::kLanes;
  static constexpr int kPanel = 2 * kLanes;  ///< points of a panel
  static constexpr int kPanels = 4;          ///< of a block: what lies between passes stays in the cache
  static constexpr int kBlock = kPanels * kPanel;

  /// widths: 1, the hidden layers, the number of outputs.
  explicit PerceptronKernel(std::vector<int> widths);

  /// In the order of Perceptron::parameters().
  std::vector<Real>& parameters() { return parameters_; }
  const std::vector<Real>& parameters() const { return parameters_; }
  const std::vector<Real>& gradient() const { return gradient_; }

  /// After parameters changed: lays out the weights and clears the gradient.
  void begin_epoch();
  /// The network at s[0..count), count <= kBlock.
  void forward(const Real* s, int count);
  /// Output i at point j of the block; kPanel further lies its derivative by s.
  const Real* output(int i, int j) const { return place(output_, i, j); }
  /// What the backward pass starts from: derivatives of the loss by output and, kPanel further, by its
  /// derivative. forward() clears them.
  Real* output_bar(int i, int j) { return const_cast<Real*>(place(bar_, i, j)); }
  /// Adds the block to the gradient.
  void backward();
  /// Folds the sums into gradient().
  void end_epoch();

 private:
  static constexpr int kTile = 3;
  static constexpr int kWidth = 4;  ///< registers of a unit in a panel

  static int padded(int count) { return (count + kTile - 1) / kTile * kTile; }
  static std::size_t u(int k) { return static_cast<std::size_t>(k); }
  const Real* place(const std::vector<Vector>& from, int i, int j) const {
    const std::size_t unit = u(j / kPanel) * u(padded(widths_.back())) + u(i);
    return reinterpret_cast<const Real*>(from.data() + unit * kWidth) + j % kPanel;
  }
  void forward_layer(int l, bool last);
  void adjoint_layer(int l);
  void gradient_layer(int l);

  struct Layer {
    int inputs, outputs;              ///< padded to kTile
    std::size_t offset;               ///< in parameters
    std::vector<Real> by_row;         ///< weights in tiles of rows: (rows / 3, inputs, 3)
    std::vector<Real> by_column;      ///< (columns / 3, outputs, 3)
    std::vector<Real> bias;           ///< (outputs)
    std::vector<Vector> activation;   ///< a_l, input of the layer: (panels, inputs, 4)
    std::vector<Vector> weight_sums;  ///< (rows / 3, columns / 3, 3, 3)
    std::vector<Vector> bias_sums;    ///< (outputs)
  };

  std::vector<int> widths_;
  std::vector<Layer> layers_;
  std::vector<Vector> output_;  ///< (panels, outputs, 4)
  std::vector<Vector> bar_;     ///< adjoint of the output, then of each layer below in turn
  std::vector<Vector> other_bar_;
  std::vector<Real> parameters_, gradient_;
  int panels_ = 0;  ///< of the present block
};

extern template class PerceptronKernel<float>;
extern template class PerceptronKernel<double>;

}  // namespace nullor
