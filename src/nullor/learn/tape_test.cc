#include "nullor/learn/tape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/rng.h"

namespace nullor::learn {
namespace {

using Start = WeightLayout::Start;
using Build = std::function<Var(Tape<double>&, Var)>;

std::vector<double> draw(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> out(count);
  for (double& x : out) x = rng.normal();
  return out;
}

/// Gradients of sum_k c_k y_k, with c drawn, by inputs and weights: the tape's against central differences.
void expect_gradients(const WeightLayout& layout, int rows, int columns, const Build& build) {
  std::vector<double> weights = draw(layout.size(), 1), x = draw(static_cast<std::size_t>(rows * columns), 2),
                      c;
  const auto run = [&] {
    Tape<double> tape(layout, weights.data());
    tape.clear(false);
    const Var y = build(tape, tape.input(x.data(), rows, columns));
    if (c.empty()) c = draw(static_cast<std::size_t>(y.rows * y.columns), 3);
    double sum = 0;
    for (std::size_t k = 0; k < c.size(); ++k) sum += c[k] * tape.value(y)[k];
    return sum;
  };
  run();
  Tape<double> tape(layout, weights.data());
  tape.clear(true);
  const Var in = tape.input(x.data(), rows, columns);
  const Var y = build(tape, in);
  std::copy(c.begin(), c.end(), tape.seed(y));
  std::vector<double> by_weight(layout.size());
  tape.backward(by_weight.data());
  const auto expect = [&](double& at, double gradient, const std::string& what) {
    const double middle = at, step = 1e-5;
    at = middle + step;
    const double above = run();
    at = middle - step;
    const double below = run();
    at = middle;
    EXPECT_NEAR(gradient, (above - below) / (2 * step), 1e-7 * (1 + std::abs(gradient))) << what;
  };
  for (std::size_t k = 0; k < x.size(); ++k) expect(x[k], tape.gradient(in)[k], "input " + std::to_string(k));
  for (std::size_t k = 0; k < weights.size(); ++k)
    expect(weights[k], by_weight[k], "weight " + std::to_string(k));
}

TEST(Tape, DerivesLinearLayers) {
  WeightLayout layout;
  const int w = layout.add("w", 4, 3), b = layout.add("b", 1, 4);
  expect_gradients(layout, 5, 3, [&](auto& t, Var x) { return t.linear(x, w, b); });
  expect_gradients(layout, 5, 3, [&](auto& t, Var x) { return t.linear(x, w, kNoWeight); });
}

TEST(Tape, DerivesNormsAndNonlinearities) {
  WeightLayout layout;
  const int gain = layout.add("gain", 1, 6), shift = layout.add("shift", 1, 6);
  expect_gradients(layout, 4, 6, [&](auto& t, Var x) { return t.gelu(t.layer_norm(x, gain, shift)); });
}

TEST(Tape, DerivesWhatIsUsedTwice) {
  WeightLayout layout;
  const int w = layout.add("w", 3, 3);
  expect_gradients(layout, 4, 3, [&](auto& t, Var x) {
    const Var y = t.gelu(t.linear(x, w, kNoWeight));
    return t.beside(t.add(x, y), t.add(y, t.linear(y, w, kNoWeight)));
  });
}

TEST(Tape, DerivesMovesOfTokens) {
  WeightLayout layout;
  const int w = layout.add("w", 2, 3);
  // Three samples of two tokens, joined with the two rows of w in each.
  expect_gradients(layout, 6, 3, [&](auto& t, Var x) {
    const Var all = t.join(x, t.tile(t.weight(w), 3), 3);
    return t.beside(t.rows(t.tokens(all, 1, 2, 3), {0, 5, 5, 2, 1, 1, 3, 4}),
                    t.rows(t.mean_tokens(all, 3), {0, 1, 2, 0, 1, 2, 2, 2}));
  });
}

TEST(Tape, DerivesNeighbourMeans) {
  const std::vector<TokenRelation> relations = {{0, 1, 0}, {0, 2, 0}, {2, 1, 0}, {1, 2, 1}};
  const std::vector<int> first = {0, 2}, second = {1};
  const WeightLayout none;
  expect_gradients(none, 6, 2, [&](auto& t, Var x) {
    return t.scatter({{t.neighbour_mean(x, relations, 0, first, 2), first},
                      {t.neighbour_mean(x, relations, 1, second, 2), second},
                      {t.tokens(x, 0, 1, 2), {2}}},
                     3, 2);
  });
}

TEST(Tape, HearsTheMeanOfItsNeighbours) {
  const std::vector<TokenRelation> relations = {{0, 1, 0}, {0, 2, 0}, {2, 1, 0}, {1, 2, 1}};
  const std::vector<int> listeners = {0, 2};
  const WeightLayout none;
  Tape<double> t(none, nullptr);
  t.clear(false);
  const double x[] = {1, 2, 4, 8, 16, 32};  // two samples of three tokens
  const Var heard = t.neighbour_mean(t.input(x, 6, 1), relations, 0, listeners, 2);
  const std::vector<double> wanted = {3, 2, 24, 16};
  EXPECT_EQ(std::vector<double>(t.value(heard), t.value(heard) + 4), wanted);
  const Var spread = t.scatter({{heard, listeners}, {heard, {2, 1}}}, 3, 2);
  const std::vector<double> all = {3, 2, 5, 24, 16, 40};
  EXPECT_EQ(std::vector<double>(t.value(spread), t.value(spread) + 6), all);
}

TEST(Tape, DerivesAttentionWithBiasAndMask) {
  WeightLayout layout;
  const int q = layout.add("q", 4, 4), k = layout.add("k", 4, 4), v = layout.add("v", 4, 4),
            table = layout.add("table", 3, 2);
  const std::vector<TokenRelation> relations = {{0, 1, 0}, {1, 0, 1}, {2, 2, 2}, {0, 1, 2}};
  const std::vector<char> allowed = {1, 1, 0, 0, 1, 1, 1, 1, 1};
  expect_gradients(layout, 6, 4, [&](auto& t, Var x) {
    const Var bias = t.relation_bias(t.weight(table), relations, 3);
    return t.attention(t.linear(x, q, kNoWeight), t.linear(x, k, kNoWeight), t.linear(x, v, kNoWeight), 2, 2,
                       &bias, allowed);
  });
}

// Query by query, key by key.
TEST(Tape, AttendsAsTheFormulaSays) {
  constexpr int kHeads = 2, kBatch = 3, kQueries = 2, kKeys = 4, kWidth = 6, kHead = kWidth / kHeads;
  const std::vector<double> q = draw(kBatch * kQueries * kWidth, 5), k = draw(kBatch * kKeys * kWidth, 6),
                            v = draw(kBatch * kKeys * kWidth, 7), bias = draw(kHeads * kQueries * kKeys, 8);
  const WeightLayout none;
  Tape<double> tape(none, nullptr);
  tape.clear(false);
  const Var b = tape.input(bias.data(), kHeads * kQueries, kKeys);
  const Var out = tape.attention(tape.input(q.data(), kBatch * kQueries, kWidth),
                                 tape.input(k.data(), kBatch * kKeys, kWidth),
                                 tape.input(v.data(), kBatch * kKeys, kWidth), kHeads, kBatch, &b);
  for (int s = 0; s < kBatch; ++s) {
    for (int i = 0; i < kQueries; ++i) {
      for (int c = 0; c < kWidth; ++c) {
        const int h = c / kHead;
        double above = 0, below = 0;
        for (int j = 0; j < kKeys; ++j) {
          double score = 0;
          for (int e = h * kHead; e < (h + 1) * kHead; ++e)
            score += q[static_cast<std::size_t>((s * kQueries + i) * kWidth + e)] *
                     k[static_cast<std::size_t>((s * kKeys + j) * kWidth + e)];
          const double share = std::exp(score / std::sqrt(double{kHead}) +
                                        bias[static_cast<std::size_t>((h * kQueries + i) * kKeys + j)]);
          above += share * v[static_cast<std::size_t>((s * kKeys + j) * kWidth + c)];
          below += share;
        }
        EXPECT_NEAR(tape.value(out)[(s * kQueries + i) * kWidth + c], above / below, 1e-12);
      }
    }
  }
}

TEST(Tape, DropsOnlyWhileTraining) {
  const std::vector<double> x(1000, 1.0);
  const WeightLayout none;
  Tape<double> tape(none, nullptr);
  tape.set_dropout(0.25, Rng(3));
  tape.clear(false);
  const Var still = tape.dropout(tape.input(x.data(), 10, 100));
  for (std::size_t k = 0; k < x.size(); ++k) EXPECT_EQ(tape.value(still)[k], 1.0);
  tape.clear(true);
  const Var out = tape.dropout(tape.input(x.data(), 10, 100));
  int gone = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    gone += tape.value(out)[k] == 0 ? 1 : 0;
    EXPECT_TRUE(tape.value(out)[k] == 0 || std::abs(tape.value(out)[k] - 4.0 / 3) < 1e-12);
  }
  EXPECT_NEAR(gone, 250, 60);
}

}  // namespace
}  // namespace nullor::learn
