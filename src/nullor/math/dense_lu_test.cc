#include "nullor/math/dense_lu.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace nullor {
namespace {

struct DenseCase {
  int n;
  std::vector<double> a, x, b, bt;  ///< b = A x, bt = A^T x
};

DenseCase random_case(int n, std::mt19937& rng) {
  std::normal_distribution<double> normal;
  const auto size = std::size_t(n);
  DenseCase c{n, std::vector<double>(size * size), std::vector<double>(size), std::vector<double>(size),
              std::vector<double>(size)};
  for (double& v : c.a) v = rng() % 3 == 0 ? 0 : normal(rng);
  for (std::size_t k = 0; k < size; ++k)
    c.a[k * size + (k + 1) % size] += 3;  // regular, never by its diagonal
  for (double& v : c.x) v = normal(rng);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      c.b[i] += c.a[i * size + j] * c.x[j];
      c.bt[j] += c.a[i * size + j] * c.x[i];
    }
  }
  return c;
}

int factor(DenseLu& lu, const DenseCase& c) {
  double* to = lu.clear();
  for (int i = 0; i < c.n; ++i) {
    for (int j = 0; j < c.n; ++j)
      to[lu.place(i, j)] = c.a[std::size_t(i) * std::size_t(c.n) + std::size_t(j)];
  }
  return lu.factor();
}

TEST(DenseLu, SolvesSystemsOfEverySize) {
  std::mt19937 rng(3);
  for (int n = 1; n <= 150; n += n < 20 ? 1 : 13) {
    DenseLu lu(n);
    for (int repeat = 0; repeat < 2; ++repeat) {
      DenseCase c = random_case(n, rng);
      ASSERT_EQ(factor(lu, c), -1) << n;
      lu.solve(c.b.data());
      lu.solve_transposed(c.bt.data());
      for (std::size_t k = 0; k < std::size_t(n); ++k) {
        EXPECT_NEAR(c.b[k], c.x[k], 1e-10) << n;
        EXPECT_NEAR(c.bt[k], c.x[k], 1e-10) << n;
      }
    }
  }
}

TEST(DenseLu, NamesADependentColumn) {
  std::mt19937 rng(4);
  DenseCase c = random_case(11, rng);
  for (std::size_t i = 0; i < 11; ++i) c.a[i * 11 + 7] = 2 * c.a[i * 11 + 2] - c.a[i * 11 + 5];
  DenseLu lu(11);
  EXPECT_EQ(factor(lu, c), 7);
  for (std::size_t i = 0; i < 11; ++i) c.a[i * 11 + 7] = NAN;
  EXPECT_EQ(factor(lu, c), 7);
}

}  // namespace
}  // namespace nullor
