#include "nullor/neural/adam_step.h"

#include <cmath>

namespace nullor {

template <class Real>
void AdamStep<Real>::apply(const std::vector<Real>& gradient, double rate, std::vector<Real>& parameters) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999;
  ++steps;
  const double count = static_cast<double>(steps);
  const Real b1 = static_cast<Real>(kBeta1), b2 = static_cast<Real>(kBeta2), eps = static_cast<Real>(1e-8);
  const Real step = static_cast<Real>(rate / (1 - std::pow(kBeta1, count)));
  const Real unbias = static_cast<Real>(1 / (1 - std::pow(kBeta2, count)));
  Real* __restrict m = mean.data(), * __restrict v = square.data(), * __restrict p = parameters.data();
  const Real* __restrict g = gradient.data();
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    m[k] = b1 * m[k] + (1 - b1) * g[k];
    v[k] = b2 * v[k] + (1 - b2) * g[k] * g[k];
    p[k] -= step * m[k] / (std::sqrt(v[k] * unbias) + eps);
  }
}

template class AdamStep<float>;
template class AdamStep<double>;

}  // namespace nullor
