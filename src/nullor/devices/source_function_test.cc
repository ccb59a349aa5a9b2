// Time functions of sources against ngspice 39 (golden/source_functions.txt: a transient of 10 us, print step
// 0.1 us, written by wrdata with numdgt=12), and the exactness of their derivatives.

#include "nullor/devices/source_function.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "nullor/math/dual.h"

namespace nullor {
namespace {

using W = Waveform<double>;

W make(W::Kind kind, std::vector<double> arguments) {
  W w;
  w.kind = kind;
  w.arguments = std::move(arguments);
  w.step = 1e-7;
  w.stop = 1e-5;
  return w;
}

std::vector<W> columns() {
  using K = W::Kind;
  W repeated = make(K::pwl, {1e-6, 1, 2e-6, 3, 4e-6, -1});
  repeated.repeat_from = 1e-6;
  repeated.delay = 0.5e-6;
  W periodic = make(K::pwl, {0, 1, 2e-6, 3, 4e-6, -1});
  periodic.repeat_from = 0;
  return {make(K::pulse, {0, 1, 2e-6, 0, 0.5e-6, 1e-6, 4e-6}),
          make(K::pulse, {0, 1, 2e-6}),
          make(K::pulse, {0, 1, 2e-6, 1e-6, 0.5e-6, 1e-6, 4e-6, 90}),
          make(K::pulse, {0, 1, 2e-6, 1e-6, 0.5e-6, 1e-6, 4e-6, 2}),
          make(K::sin, {0.1, 1, 0, 3e-6, 1e5, 30}),
          make(K::sin, {0.1, 1, 2e5}),
          make(K::exp, {0, 1}),
          make(K::exp, {0, 1, 2e-6, 1e-6, 5e-6, 2e-6}),
          make(K::sffm, {0.5, 1, 2e5, 5, 5e4}),
          make(K::sffm, {0.5, 1, 2e5, 5, 5e4, 30, 60}),
          make(K::am, {0.5, 1, 5e4, 2e5, 2e-6}),
          make(K::am, {0.5, 1, 5e4, 2e5, 2e-6, 30}),
          make(K::am, {0.5, 1, 5e4, 2e5, 2e-6, 30, 60}),
          repeated,
          make(K::pwl, {1e-6, 1, 2e-6, 3, 4e-6, -1}),
          make(K::sffm, {0.5, 1}),
          make(K::exp, {0, 1, 0, 0, 0, 0}),
          make(K::am, {0.5, 1}),
          periodic,
          make(K::pulse, {0, 1, 2e-6, 1e-6, 0, 0, 0})};
}

TEST(Waveform, AgreesWithNgspice) {
  const auto sources = columns();
  std::ifstream file(std::string(NULLOR_SOURCE_DIR) + "/src/nullor/devices/golden/source_functions.txt");
  std::string line;
  int rows = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    double t, expected;
    words >> t;
    for (std::size_t k = 0; k < sources.size(); ++k) {
      words >> expected;
      EXPECT_NEAR(sources[k].value(t), expected, 2e-12) << "source " << k << " at " << t;
    }
    ++rows;
  }
  EXPECT_GT(rows, 100);
}

TEST(Waveform, HasExactDerivativesByItsArguments) {
  const double times[] = {0.7e-6, 2.33e-6, 3.71e-6, 6.2e-6, 9.1e-6};
  int k = 0;
  for (const W& w : columns()) {
    for (const double t : times) {
      for (std::size_t j = 0; j < w.arguments.size(); ++j) {
        if (w.arguments[j] == 0 || (w.kind == W::Kind::pulse && j == 7)) continue;
        Waveform<Dual<1>> dual;
        dual.kind = static_cast<Waveform<Dual<1>>::Kind>(w.kind);
        dual.step = w.step, dual.stop = w.stop, dual.delay = w.delay, dual.repeat_from = w.repeat_from;
        dual.arguments.assign(w.arguments.begin(), w.arguments.end());
        dual.arguments[j] = Dual<1>::variable(w.arguments[j], 0);
        W up = w, down = w;
        const double h = 1e-6 * std::fabs(w.arguments[j]);
        up.arguments[j] += h;
        down.arguments[j] -= h;
        const double difference = (up.value(t) - down.value(t)) / (2 * h);
        EXPECT_NEAR(dual.value(t).d[0], difference,
                    1e-5 * std::fabs(difference) + 1e-9 / std::fabs(w.arguments[j]))
            << "source " << k << " argument " << j << " at " << t;
      }
    }
    ++k;
  }
}

// Between neighbouring breakpoints a pulse or pwl is a straight line.
TEST(Waveform, ListsItsCorners) {
  for (const W& w : columns()) {
    if (w.kind != W::Kind::pulse && w.kind != W::Kind::pwl) continue;
    std::vector<double> corners = {0};
    w.breakpoints(0, 1e-5, corners);
    corners.push_back(1e-5);
    for (std::size_t k = 1; k < corners.size(); ++k) {
      const double a = corners[k - 1], b = corners[k];
      ASSERT_LE(a, b);
      if (b - a < 1e-12) continue;
      const double e = 1e-9 * (b - a), middle = 0.5 * (a + b);
      EXPECT_NEAR(w.value(middle), 0.5 * (w.value(a + e) + w.value(b - e)), 1e-9);
    }
  }
}

TEST(Waveform, CountsItsCornersBeforeListingThem) {
  for (const W& w : columns()) {
    for (const double end : {1e-9, 1e-6, 1e-5}) {
      std::vector<double> corners;
      w.breakpoints(0, end, corners);
      EXPECT_LE(static_cast<double>(corners.size()), w.corner_count(0, end));
    }
  }
  W w{W::Kind::pulse, {0, 1, 0, 1e-12, 1e-12, 1e-12, 1e-30}, 1e-9, 1e-6};
  EXPECT_GT(w.corner_count(0, 1e-6), 1e20);
  w.arguments[2] = 1e-5;
  EXPECT_LT(w.corner_count(0, 1e-6), 20) << "none before the delay";
  W without_period{W::Kind::pulse, {0, 1}};
  std::vector<double> corners;
  without_period.breakpoints(0, 1e-9, corners);
  EXPECT_LE(corners.size(), 4U);
}

TEST(Waveform, RefusesANegativePeriod) {
  EXPECT_EQ((W{W::Kind::pulse, {0, 1, 0, 0, 0, 0, -1e-6}}.check()), "has a negative period");
  EXPECT_EQ((W{W::Kind::pulse, {0, 1, 0, 0, 0, 0, 1e-6}}.check()), "");
}

}  // namespace
}  // namespace nullor
