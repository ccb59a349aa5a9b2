#include "nullor/math/lu.h"

#include <gtest/gtest.h>

#include <random>

#include "nullor/math/dense_core_lu.h"
#include "nullor/math/normal_draw_test.h"

namespace nullor {
namespace {

// A random sparse matrix with a zero-free but weak diagonal, so that pivoting matters.
template <class T>
struct Case {
  SparsePattern pattern;
  std::vector<T> values;
};

SparsePattern cyclic_pattern(int n, std::mt19937_64& rng) {
  std::vector<std::pair<int, int>> entries;
  for (int k = 0; k < n; ++k) entries.emplace_back(k, (k + 1) % n);  // a permutation keeps it nonsingular
  for (int k = 0; k < 4 * n; ++k)
    entries.emplace_back(static_cast<int>(rng() % unsigned(n)), static_cast<int>(rng() % unsigned(n)));
  return SparsePattern::from_entries(n, entries);
}

template <class T>
void solves_both_ways(SparseLu<T>* lu, const SparsePattern& pattern, std::mt19937_64& rng) {
  const int n = pattern.n;
  for (int round = 0; round < 4; ++round) {  // the second round on reuses the pivots
    std::vector<T> values(static_cast<std::size_t>(pattern.nonzeros()));
    for (T& v : values) v = normal_draw<T>(rng);
    ASSERT_TRUE(lu->factor(values.data()));
    std::vector<T> x(static_cast<std::size_t>(n)), b(static_cast<std::size_t>(n), T(0)),
        bt(static_cast<std::size_t>(n), T(0));
    for (T& v : x) v = normal_draw<T>(rng);
    pattern.multiply_add(values.data(), x.data(), b.data());
    for (int j = 0; j < n; ++j) {
      for (int k = pattern.column_start[std::size_t(j)]; k < pattern.column_start[std::size_t(j) + 1]; ++k) {
        bt[std::size_t(j)] += values[std::size_t(k)] * x[std::size_t(pattern.row[std::size_t(k)])];
      }
    }
    lu->solve(b.data());
    lu->solve_transposed(bt.data());
    for (int k = 0; k < n; ++k) {
      EXPECT_NEAR(std::abs(b[std::size_t(k)] - x[std::size_t(k)]), 0, 1e-6) << n << " round " << round;
      EXPECT_NEAR(std::abs(bt[std::size_t(k)] - x[std::size_t(k)]), 0, 1e-6) << n << " round " << round;
    }
  }
}

template <class T>
void solves_both_ways(int n, int largest_operation_list) {
  std::mt19937_64 rng(7 + static_cast<unsigned>(n));
  const SparsePattern pattern = cyclic_pattern(n, rng);
  typename SparseLu<T>::Options options;
  options.largest_operation_list = largest_operation_list;
  solves_both_ways(SparseLu<T>::create(pattern, options).get(), pattern, rng);
}

TEST(DenseCoreLu, SolvesBothWays) {
  for (const int n : {1, 2, 5, 20, 60}) {
    std::mt19937_64 rng(3 + static_cast<unsigned>(n));
    const SparsePattern pattern = cyclic_pattern(n, rng);
    solves_both_ways(make_dense_core_lu(pattern, n).get(), pattern, rng);
  }
}

// A dense block behind rows with one unknown and before columns with one equation: both are peeled off.
TEST(DenseCoreLu, PeelsWhatIsTriangular) {
  std::mt19937_64 rng(5);
  std::vector<std::pair<int, int>> entries;
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j <= i; ++j) entries.emplace_back(i, j);  // lower triangle
    for (int j = 0; j < 20; ++j)
      entries.emplace_back(10 + i % 5, j < 15 ? j : 10);                // the core, and what it knows
    for (int j = 0; j <= 15 + i; ++j) entries.emplace_back(15 + i, j);  // solved last
  }
  for (int i = 10; i < 15; ++i) {
    for (int j = 10; j < 15; ++j) entries.emplace_back(i, j);
  }
  const SparsePattern pattern = SparsePattern::from_entries(25, entries);
  solves_both_ways(make_dense_core_lu(pattern, 5).get(), pattern, rng);
  EXPECT_EQ(make_dense_core_lu(pattern, 4), nullptr);
}

TEST(SparseLu, OperationListSolvesBothWays) {
  for (const int n : {1, 2, 5, 20, 60}) {
    solves_both_ways<double>(n, 1000);
    solves_both_ways<std::complex<double>>(n, 1000);
  }
}

TEST(SparseLu, KluSolvesBothWays) {
  for (const int n : {2, 20, 60}) {
    solves_both_ways<double>(n, 0);
    solves_both_ways<std::complex<double>>(n, 0);
  }
}

TEST(SparseLu, NamesADependentUnknown) {
  // Column 1 is zero.
  const auto pattern = SparsePattern::from_entries(2, {{0, 0}, {1, 0}, {0, 1}, {1, 1}});
  const double values[] = {1, 2, 0, 0};
  for (const int limit : {1000, 0}) {
    SparseLu<double>::Options options;
    options.largest_operation_list = limit;
    const auto lu = SparseLu<double>::create(pattern, options);
    EXPECT_FALSE(lu->factor(values));
    EXPECT_EQ(lu->singular_column(), 1);
  }
}

TEST(SparseLu, ChoosesNewPivotsWhenAnOldOneVanishes) {
  const auto pattern = SparsePattern::from_entries(2, {{0, 0}, {1, 0}, {0, 1}, {1, 1}});
  const auto lu = SparseLu<double>::create(pattern);
  const double first[] = {4, 1, 1, 3};
  ASSERT_TRUE(lu->factor(first));
  const double second[] = {0, 1, 1, 0};  // columns: (0, 1), (1, 0)
  ASSERT_TRUE(lu->factor(second));
  double b[] = {5, 7};
  lu->solve(b);
  EXPECT_DOUBLE_EQ(b[0], 7);
  EXPECT_DOUBLE_EQ(b[1], 5);
}

}  // namespace
}  // namespace nullor
