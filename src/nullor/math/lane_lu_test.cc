// Lanes against the scalar factorization of each of them.

#include "nullor/math/lane_lu.h"

#include <gtest/gtest.h>

#include <random>

#include "nullor/math/normal_draw_test.h"

namespace nullor {
namespace {

constexpr int kW = 4;

SparsePattern diagonal_pattern(int n, std::mt19937_64& rng) {
  std::vector<std::pair<int, int>> entries;
  for (int k = 0; k < n; ++k) entries.emplace_back(k, k);
  for (int k = 0; k < 3 * n; ++k)
    entries.emplace_back(static_cast<int>(rng() % unsigned(n)), static_cast<int>(rng() % unsigned(n)));
  return SparsePattern::from_entries(n, entries);
}

// Every lane is a perturbation of one matrix; the pivots of that one serve all.
template <class Scalar, class Lanes>
void agrees_with_scalars(bool transposed) {
  std::mt19937_64 rng(7);
  for (const int n : {1, 2, 9, 40}) {
    const SparsePattern pattern = diagonal_pattern(n, rng);
    const auto nonzeros = static_cast<std::size_t>(pattern.nonzeros());
    std::vector<Scalar> values[kW], b[kW];
    std::vector<Lanes> packed(nonzeros), right(static_cast<std::size_t>(n));
    for (int k = 0; k < kW; ++k) {
      values[k].resize(nonzeros);
      b[k].resize(static_cast<std::size_t>(n));
      for (std::size_t e = 0; e < nonzeros; ++e) {
        values[k][e] =
            k == 0 ? normal_draw<Scalar>(rng) : values[0][e] * (1.0 + 0.05 * normal_draw<Scalar>(rng));
        packed[e].set(k, values[k][e]);
      }
      for (int r = 0; r < n; ++r)
        right[std::size_t(r)].set(k, b[k][std::size_t(r)] = normal_draw<Scalar>(rng));
    }
    LaneLu<kW, Lanes> lanes(pattern);
    ASSERT_TRUE(lanes.order(values[0].data()));
    ASSERT_TRUE(lanes.factor(packed.data()).all());
    transposed ? lanes.solve_transposed(right.data()) : lanes.solve(right.data());
    for (int k = 0; k < kW; ++k) {
      OperationListLu<Scalar> one(pattern, {});
      ASSERT_TRUE(one.factor(values[k].data()));
      transposed ? one.solve_transposed(b[k].data()) : one.solve(b[k].data());
      for (int r = 0; r < n; ++r) {
        const auto x = b[k][std::size_t(r)];
        EXPECT_NEAR(std::abs(right[std::size_t(r)][k] - x), 0, 1e-8 * (1 + std::abs(x)))
            << n << " lane " << k;
      }
    }
  }
}

TEST(LaneLu, AgreesWithScalars) {
  for (const bool transposed : {false, true}) {
    agrees_with_scalars<double, Pack<kW>>(transposed);
    agrees_with_scalars<std::complex<double>, ComplexLanes<kW>>(transposed);
  }
}

// A lane without a pivot is named; the others are not harmed.
TEST(LaneLu, NamesTheLaneThatFails) {
  const SparsePattern pattern = SparsePattern::from_entries(2, {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  const double first[] = {2, 1, 1, 2};
  std::vector<Pack<kW>> values(4);
  for (int k = 0; k < kW; ++k) {
    for (std::size_t e = 0; e < 4; ++e) values[e].set(k, k == 2 ? 1 : k == 3 && e == 0 ? NAN : first[e]);
  }
  LaneLu<kW, Pack<kW>> lanes(pattern);
  ASSERT_TRUE(lanes.order(first));
  const auto good = lanes.factor(values.data());
  EXPECT_TRUE(good[0] && good[1]);
  EXPECT_FALSE(good[2] || good[3]);
  Pack<kW> b[2] = {3.0, 3.0};
  lanes.solve(b);
  EXPECT_NEAR(b[0][1], 1, 1e-15);
  const double singular[] = {1, 1, 1, 1};
  EXPECT_FALSE(lanes.order(singular));
}

TEST(ComplexLanes, DividesWithoutOverflow) {
  for (const std::complex<double> z :
       {std::complex<double>(3, -4), {1e300, 1e300}, {-1e-300, 2e-300}, {0, 2}}) {
    ComplexLanes<kW> lanes;
    for (int k = 0; k < kW; ++k) lanes.set(k, z);
    const std::complex<double> one = reciprocal(lanes)[1] * z;
    EXPECT_NEAR(one.real(), 1, 1e-15);
    EXPECT_NEAR(one.imag(), 0, 1e-15);
  }
}

}  // namespace
}  // namespace nullor
