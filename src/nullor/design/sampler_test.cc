#include "nullor/design/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <cmath>
#include <numeric>
#include <set>

#include "nullor/design/python_random.h"

namespace nullor {
namespace {

// n parameters of the unit box.
Bounds box(std::size_t n) {
  std::vector<Bound> list(n);
  for (std::size_t k = 0; k < n; ++k) {
    list[k].name = list[k].text = "p" + std::to_string(k);
    list[k].max = 1;
  }
  return Bounds(std::move(list));
}

std::vector<std::vector<double>> points(Sampling method, std::size_t dimensions, std::uint64_t count,
                                        std::uint64_t seed = 7) {
  const Sampler sampler(box(dimensions), {method, seed, count});
  std::vector<std::vector<double>> out;
  for (std::uint64_t k = 0; k < count; ++k) out.push_back(sampler.at(k));
  return out;
}

// How many of `parts` equal intervals of coordinate j hold exactly one point each.
std::size_t hit_once(const std::vector<std::vector<double>>& points, std::size_t j, std::size_t parts) {
  std::vector<int> hits(parts);
  for (const auto& p : points) ++hits[static_cast<std::size_t>(p[j] * static_cast<double>(parts))];
  return static_cast<std::size_t>(std::count(hits.begin(), hits.end(), 1));
}

// T. Warnock's formula of the L2 star discrepancy, squared.
double discrepancy(const std::vector<std::vector<double>>& points) {
  const double n = static_cast<double>(points.size());
  const std::size_t d = points[0].size();
  double single = 0, pairs = 0;
  for (const auto& x : points) {
    double product = 1;
    for (const double v : x) product *= (1 - v * v) / 2;
    single += product;
    for (const auto& y : points) {
      double both = 1;
      for (std::size_t j = 0; j < d; ++j) both *= 1 - std::max(x[j], y[j]);
      pairs += both;
    }
  }
  return std::pow(3.0, -static_cast<double>(d)) - 2 * single / n + pairs / (n * n);
}

TEST(Sobol, HasTheDirectionNumbersOfBoost) {
  const std::size_t d = 256;
  boost::random::sobol_engine<std::uint32_t, 32> engine(d);
  const Sobol sobol(d, 1);
  std::vector<std::vector<std::uint32_t>> theirs(64, std::vector<std::uint32_t>(d)), ours = theirs;
  for (auto& point : theirs) {
    for (std::uint32_t& x : point) x = engine();
  }
  for (std::size_t i = 0; i < 64; ++i) {
    for (std::size_t j = 0; j < d; ++j) ours[i][j] = sobol.plain(i, j);
  }
  // Boost leaves out the first point and visits the others in the order of the Gray code.
  for (std::size_t i = 1; i < 64; ++i) EXPECT_EQ(theirs[i - 1], ours[i ^ (i >> 1)]) << i;
}

TEST(Sobol, StratifiesEveryCoordinate) {
  for (const std::uint64_t seed : {1u, 2u}) {
    const auto p = points(Sampling::sobol, 256, 256, seed);
    for (std::size_t j = 0; j < 256; ++j) EXPECT_EQ(hit_once(p, j, 256), 256u) << j;
  }
}

// The first two coordinates are a (0, 2)-sequence: each elementary interval of area 1/256 holds one point.
TEST(Sobol, StratifiesPairsOfCoordinates) {
  const auto p = points(Sampling::sobol, 2, 256);
  for (int rows = 0; rows <= 8; ++rows) {
    std::set<std::pair<int, int>> cells;
    for (const auto& x : p)
      cells.emplace(static_cast<int>(std::ldexp(x[0], rows)), static_cast<int>(std::ldexp(x[1], 8 - rows)));
    EXPECT_EQ(cells.size(), 256u) << rows;
  }
}

TEST(Sampler, SpreadsBetterThanChance) {
  const double chance = discrepancy(points(Sampling::uniform, 4, 512));
  EXPECT_LT(discrepancy(points(Sampling::latin_hypercube, 4, 512)), chance);
  EXPECT_LT(discrepancy(points(Sampling::sobol, 4, 512)), chance / 10);
  // Independent points have the expectation (2^-d - 3^-d) / n.
  EXPECT_NEAR(chance, (std::pow(2.0, -4) - std::pow(3.0, -4)) / 512, 1e-4);
}

TEST(Sampler, HitsEveryIntervalOnceInALatinHypercube) {
  for (const std::uint64_t n : {1u, 2u, 3u, 100u, 257u, 1000u}) {
    const auto p = points(Sampling::latin_hypercube, 5, n);
    for (std::size_t j = 0; j < 5; ++j) EXPECT_EQ(hit_once(p, j, n), n) << n << " " << j;
    if (n < 100) continue;
    std::vector<double> first, second;
    for (const auto& x : p) first.push_back(x[0] - 0.5), second.push_back(x[1] - 0.5);
    const double correlation =
        std::inner_product(first.begin(), first.end(), second.begin(), 0.0) * 12 / static_cast<double>(n);
    EXPECT_LT(std::fabs(correlation), 4 / std::sqrt(static_cast<double>(n)));
  }
}

TEST(Sampler, DrawsUniformly) {
  const auto p = points(Sampling::uniform, 3, 20000);
  for (std::size_t j = 0; j < 3; ++j) {
    std::vector<int> hits(10);
    for (const auto& x : p) ++hits[static_cast<std::size_t>(10 * x[j])];
    double chi2 = 0;
    for (const int h : hits) chi2 += (h - 2000.0) * (h - 2000.0) / 2000.0;
    EXPECT_LT(chi2, 28);  // 99.9 % of chi squared with 9 degrees of freedom
  }
}

TEST(Sampler, MakesEverySampleAlone) {
  for (const Sampling method :
       {Sampling::uniform, Sampling::latin_hypercube, Sampling::sobol, Sampling::python}) {
    const auto p = points(method, 6, 40), again = points(method, 6, 40), other = points(method, 6, 40, 8);
    EXPECT_EQ(p, again);
    EXPECT_NE(p, other);
    const Sampler sampler(box(6), {method, 7, 40});
    EXPECT_EQ(sampler.at(39), p[39]);
    EXPECT_EQ(sampler.at(0), p[0]);
  }
}

// python3: random.seed(n), then the calls below.
TEST(PythonRandom, GivesTheNumbersOfPython) {
  PythonRandom a(42);
  EXPECT_EQ(a.random(), 0x1.4762f307200c5p-1);
  EXPECT_EQ(a.random(), 0x1.99c6b5eeb2060p-6);
  PythonRandom b((std::uint64_t{1} << 40) + 7);
  EXPECT_EQ(b.randint(-5, 1000000000000), 822974591189);
  EXPECT_EQ(b.randint(-5, 1000000000000), 704138462752);
  PythonRandom c(0);
  EXPECT_EQ(c.randint(3, 3), 3);
  EXPECT_EQ(c.randint(3, 3), 3);
  EXPECT_EQ(c.random(), 0x1.4ba5e50921780p-5);
  PythonRandom d(1);
  double x = 0;
  for (int k = 0; k < 1000; ++k) x = d.random();
  EXPECT_EQ(x, 0x1.699b1d0fc4300p-1);
}

// random.seed(42); [uniform(0.2, 10), uniform(0.13, 1.0), randint(1, 100)] three times.
TEST(Sampler, FollowsPythonInTheOrderOfTheFile) {
  const Bounds b = parse_bounds(
      "w: {min: 0.2, max: 10, type: float}\nl: {min: 0.13, max: 1.0, type: float}\nk: {same_as: w}\n"
      "m: {min: 1, max: 100, type: int}\n",
      "b.yaml");
  const Sampler sampler(b, {Sampling::python, 42, 3});
  EXPECT_EQ(sampler.at(0),
            (std::vector<double>{6.466382624887261, 0.15175935704372023, 6.466382624887261, 36}));
  EXPECT_EQ(sampler.at(1),
            (std::vector<double>{2.599940167274067, 0.2513979978168752, 2.599940167274067, 14}));
  EXPECT_EQ(sampler.at(2),
            (std::vector<double>{6.831654976744532, 0.9061962239032155, 6.831654976744532, 12}));
}

TEST(Sampler, RefusesWhatTheMethodCannot) {
  EXPECT_THROW(Sampler(box(4000), {Sampling::sobol, 1, 10}), InputError);
  EXPECT_THROW(Sampler(box(2), {Sampling::sobol, 1, std::uint64_t{1} << 33}), InputError);
  EXPECT_THROW(Sampler(box(2), {Sampling::python, 1, std::uint64_t{1} << 33}), InputError);
  EXPECT_THROW(sampling_of("sobl"), InputError);
  EXPECT_EQ(sampling_of("lhs"), Sampling::latin_hypercube);
}

}  // namespace
}  // namespace nullor
