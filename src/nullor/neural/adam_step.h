#pragma once
/// The Adam optimizer.
///
///     m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2
///     p <- p - rate (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + eps),   b1 = 0.9, b2 = 0.999, eps = 1e-8  (1)
///
/// Source: D. P. Kingma, J. Ba, Adam: A Method for Stochastic Optimization (2015), arXiv:1412.6980.

#include <vector>

namespace nullor {

template <class Real>
class AdamStep {
 public:
  explicit AdamStep(std::size_t count) : mean(count, 0), square(count, 0) {}

  /// (1): one step on `parameters` along `gradient`.
  void apply(const std::vector<Real>& gradient, double rate, std::vector<Real>& parameters);

  std::vector<Real> mean, square;  ///< m and v
  long steps = 0;                  ///< k
};

extern template class AdamStep<float>;
extern template class AdamStep<double>;

}  // namespace nullor
