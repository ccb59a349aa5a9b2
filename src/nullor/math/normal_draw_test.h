#pragma once
/// Real and complex numbers of unit variance, for random matrices in tests.

#include <random>
#include <type_traits>

namespace nullor {

template <class T>
T normal_draw(std::mt19937_64& rng) {
  std::normal_distribution<double> normal;
  if constexpr (std::is_same_v<T, double>) {
    return normal(rng);
  } else {
    const double re = normal(rng);
    return {re, normal(rng)};
  }
}

}  // namespace nullor
