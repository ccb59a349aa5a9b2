#include "nullor/neural/perceptron.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/math/simd_exp.h"
#include "nullor/neural/perceptron_kernel.h"

namespace nullor {
namespace {

Perceptron drawn(std::vector<int> widths, std::uint64_t seed) {
  Perceptron out(std::move(widths));
  Rng rng(seed);
  out.draw(rng, 4, 1);
  for (double& p : out.parameters()) p += 0.1 * rng.normal();
  return out;
}

}  // namespace

TEST(SimdTanh, EqualsTheLibrary) {
  for (double x = -30; x < 30; x += 0.37) {
    Register<double>::Type d{x, x + 0.01, -x, x / 7};
    Register<float>::Type f{};
    for (int l = 0; l < 8; ++l) f[l] = static_cast<float>(x + 0.02 * l);
    const auto td = simd_tanh(d);
    const auto tf = simd_tanh(f);
    for (int l = 0; l < 4; ++l) EXPECT_NEAR(td[l], std::tanh(d[l]), 5e-16);
    for (int l = 0; l < 8; ++l) EXPECT_NEAR(tf[l], std::tanh(f[l]), 2.5e-7f);
  }
}

TEST(Perceptron, DifferentiatesItself) {
  const Perceptron net = drawn({1, 7, 5, 3}, 1);
  std::vector<double> y(3), y_s(3), before(3), after(3), one(1);
  for (const double s : {-0.2, 0.0, 0.3, 0.99}) {
    net.evaluate(s, y.data(), y_s.data());
    net.evaluate(s - 1e-6, before.data());
    net.evaluate(s + 1e-6, after.data());
    for (int i = 0; i < 3; ++i) {
      const auto k = static_cast<std::size_t>(i);
      EXPECT_NEAR(y_s[k], (after[k] - before[k]) / 2e-6, 1e-8);
      net.evaluate(i, std::span(&s, 1), one.data());
      EXPECT_NEAR(one[0], y[k], 1e-14);
    }
  }
}

// Reverse mode through values and tangents, against central differences.
TEST(Perceptron, PullsGradientsThroughValuesAndSlopes) {
  Perceptron net = drawn({1, 6, 5, 2}, 2);
  const std::vector<double> y_bar = {0.7, -1.3}, y_s_bar = {0.4, 0.9};
  PerceptronTape tape(net);
  const auto loss = [&] {
    tape.record(0.4);
    double sum = 0;
    for (int i = 0; i < 2; ++i)
      sum += y_bar[static_cast<std::size_t>(i)] * tape.value()[i] +
             y_s_bar[static_cast<std::size_t>(i)] * tape.slope()[i];
    return sum;
  };
  loss();
  std::vector<double> gradient(net.parameters().size(), 0.0);
  tape.pull(y_bar.data(), y_s_bar.data(), gradient.data());
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    double& p = net.parameters()[k];
    const double at = p;
    p = at + 1e-5;
    const double above = loss();
    p = at - 1e-5;
    const double below = loss();
    p = at;
    EXPECT_NEAR(gradient[k], (above - below) / 2e-5, 1e-8) << k;
  }
}

TEST(Perceptron, TakesScalesIntoItsLayers) {
  const Perceptron net = drawn({1, 6, 5, 2}, 3);
  const std::vector<double> start = {3, -1}, scale = {2, 1e-3}, shift = {0.25, 0};
  const Perceptron folded = net.transformed(start, scale, shift, 0.5, 0.1);
  std::vector<double> y(2), out(2);
  net.evaluate(0.5 * 0.7 + 0.1, y.data());
  folded.evaluate(0.7, out.data());
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(out[i], start[i] + scale[i] * (y[i] - shift[i]), 1e-14);
}

// The block kernel against the plain loops, over full and partial blocks and widths that are not padded.
template <class Real>
void compare_kernel(double tolerance) {
  for (const std::vector<int>& widths :
       {std::vector<int>{1, 50, 50, 50, 50, 7}, std::vector<int>{1, 20, 20, 3}, std::vector<int>{1, 4, 2}}) {
    Perceptron net = drawn(widths, 4);
    for (double& p : net.parameters()) p = static_cast<double>(static_cast<Real>(p));
    using Kernel = PerceptronKernel<Real>;
    Kernel kernel(widths);
    for (std::size_t k = 0; k < net.parameters().size(); ++k)
      kernel.parameters()[k] = static_cast<Real>(net.parameters()[k]);
    const int points = Kernel::kBlock + 5, n = widths.back();
    std::vector<Real> s;
    for (int j = 0; j < points; ++j) s.push_back(static_cast<Real>(j) / static_cast<Real>(points));
    std::vector<double> want(net.parameters().size(), 0.0);
    PerceptronTape tape(net);
    Rng rng(5);
    kernel.begin_epoch();
    for (int begin = 0; begin < points; begin += Kernel::kBlock) {
      const int count = std::min(Kernel::kBlock, points - begin);
      kernel.forward(s.data() + begin, count);
      for (int j = 0; j < count; ++j) {
        tape.record(static_cast<double>(s[static_cast<std::size_t>(begin + j)]));
        std::vector<double> bar, bar_s;
        for (int i = 0; i < n; ++i) {
          EXPECT_NEAR(static_cast<double>(kernel.output(i, j)[0]), tape.value()[i], tolerance);
          EXPECT_NEAR(static_cast<double>(kernel.output(i, j)[Kernel::kPanel]), tape.slope()[i],
                      8 * tolerance);
          bar.push_back(rng.uniform(-1, 1));
          bar_s.push_back(rng.uniform(-1, 1));
          kernel.output_bar(i, j)[0] = static_cast<Real>(bar.back());
          kernel.output_bar(i, j)[Kernel::kPanel] = static_cast<Real>(bar_s.back());
        }
        tape.pull(bar.data(), bar_s.data(), want.data());
      }
      kernel.backward();
    }
    kernel.end_epoch();
    for (std::size_t k = 0; k < want.size(); ++k)
      EXPECT_NEAR(static_cast<double>(kernel.gradient()[k]), want[k], 100 * tolerance) << k;
  }
}

TEST(PerceptronKernel, EqualsThePlainLoopsInDouble) { compare_kernel<double>(2e-14); }
TEST(PerceptronKernel, EqualsThePlainLoopsInFloat) { compare_kernel<float>(5e-6); }

}  // namespace nullor
