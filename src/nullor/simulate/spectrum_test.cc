#include "nullor/simulate/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "nullor/base/error.h"

namespace nullor {
namespace {

using Complex = std::complex<double>;
constexpr double kTurn = 2 * std::numbers::pi;

TEST(Fft, IsThePlainSum) {
  std::vector<double> y;
  for (int k = 0; k < 21; ++k) y.push_back(std::sin(0.7 * k) + 0.1 * k * (k % 3));
  const std::vector<Complex> lines = fft(y);
  ASSERT_EQ(lines.size(), 17u);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    Complex sum = 0;
    for (std::size_t n = 0; n < y.size(); ++n)
      sum += y[n] * std::polar(2.0 / 32, -kTurn * static_cast<double>(k * n) / 32);
    EXPECT_LT(std::abs(lines[k] - sum), 1e-14) << k;
  }
}

// 0.3 + sin(2 pi 100k t) + 0.25 sin(2 pi 300k t) on 1001 points over 0.1 ms; what ngspice 39 prints for
// `linearize`, `fft`, `spec` after `tran 0.1u 100u` of the same sources.
class AgainstNgspice : public testing::Test {
 protected:
  AgainstNgspice() {
    for (int k = 0; k <= 1000; ++k) {
      const double t = 1e-7 * k;
      time.push_back(t);
      y.push_back(0.3 + std::sin(kTurn * 1e5 * t) + 0.25 * std::sin(kTurn * 3e5 * t));
    }
  }
  void expect(const std::vector<Complex>& lines, const std::map<std::size_t, double>& magnitudes) const {
    for (const auto& [k, magnitude] : magnitudes) EXPECT_NEAR(std::abs(lines[k]), magnitude, 1e-3) << k;
  }
  std::vector<Complex> windowed_fft(const char* name) const {
    const auto shape = window(name, time, 1e-4, 2);
    std::vector<double> product;
    for (std::size_t k = 0; k < y.size(); ++k) product.push_back(y[k] * shape[k]);
    return fft(product);
  }
  std::vector<double> time, y;
};

TEST_F(AgainstNgspice, FftHasItsMagnitudes) {
  const auto lines = windowed_fft("hanning");
  EXPECT_EQ(lines.size(), 513u);
  expect(lines,
         {{0, 0.5859375}, {1, 0.3032831}, {9, 0.3385389}, {10, 0.9420440}, {11, 0.6751083}, {30, 0.1749784}});
  EXPECT_NEAR(std::arg(lines[10]), -0.834338, 2e-3);
  expect(windowed_fft("blackman"),
         {{0, 0.5859375}, {1, 0.3575374}, {9, 0.4504693}, {10, 0.9495596}, {11, 0.7366954}, {30, 0.1890592}});
}

TEST_F(AgainstNgspice, SpecHasItsMagnitudes) {
  std::vector<double> frequencies;
  for (int k = 0; k <= 50; ++k) frequencies.push_back(1e4 * k);
  const auto lines = dft(time, y, window("blackman", time, 1e-4, 2), frequencies);
  expect(lines, {{0, 0.3}, {1, 0}, {9, 0.5950013}, {10, 0.9996021}, {11, 0.5950013}, {30, 0.2491057}});
  EXPECT_NEAR(std::arg(lines[10]), 1.570793, 1e-5);
}

TEST_F(AgainstNgspice, WindowsKeepTheMean) {
  for (const char* name :
       {"none", "rectangular", "triangle", "hann", "hamming", "blackman", "flattop", "gaussian"}) {
    double sum = 0;
    for (const double w : window(name, time, 1e-4, 2)) sum += w;
    EXPECT_NEAR(sum / 1000, 1, 0.01) << name;
  }
  EXPECT_EQ(window("hann", time, 5e-5, 2)[100], 0);
  EXPECT_THROW(window("haning", time, 1e-4, 2), InputError);
}

}  // namespace
}  // namespace nullor
