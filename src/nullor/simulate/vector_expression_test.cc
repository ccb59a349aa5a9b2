#include "nullor/simulate/vector_expression.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace nullor {
namespace {

Table transient() {
  return {"t",
          "Transient Analysis",
          "tran",
          {{"time", Quantity::time, {0, 1, 3, 4}, {}},
           {"v(out)", Quantity::voltage, {1, -2, 0.5, 4}, {}},
           {"v(in)", Quantity::voltage, {2, 2, 3, 3}, {}},
           {"i(v1)", Quantity::current, {1e-3, 2e-3, 3e-3, 4e-3}, {}},
           {"@m1[gm]", Quantity::none, {5, 6, 7, 8}, {}}}};
}

Table ac() {
  return {"t",
          "AC Analysis",
          "ac",
          {{"frequency", Quantity::frequency, {1, 10, 100}, {}},
           {"v(out)", Quantity::voltage, {}, {{3, 4}, {0, -1}, {-1, 1e-3}}},
           {"v(a)", Quantity::voltage, {}, {{1, 0}, {0, 1}, {2, 0}}}}};
}

Samples<double> on(const Table& table, const std::string& text, bool degrees = false) {
  const TableWaveforms waveforms(table);
  return evaluate_vector<double>(parse_expression(text, {}), {&waveforms, {}, degrees});
}

double number(const std::string& text) { return on(transient(), text).re.at(0); }

TEST(VectorExpression, ReadsProbesAndNames) {
  EXPECT_EQ(on(transient(), "v(out)").re, (std::vector<double>{1, -2, 0.5, 4}));
  EXPECT_EQ(on(transient(), "out").re, on(transient(), "V(OUT)").re);
  EXPECT_EQ(on(transient(), "v(in,out)").re, (std::vector<double>{1, 4, 2.5, -1}));
  EXPECT_EQ(on(transient(), "v(out,0)").re, on(transient(), "v(out)").re);
  EXPECT_EQ(on(transient(), "i(v1)").re, on(transient(), "v1#branch").re);
  EXPECT_EQ(on(transient(), "@m1[gm]").re, (std::vector<double>{5, 6, 7, 8}));
  EXPECT_EQ(on(transient(), "time").re, (std::vector<double>{0, 1, 3, 4}));
}

TEST(VectorExpression, BroadcastsSingleSamples) {
  EXPECT_EQ(on(transient(), "2*v(out)+1").re, (std::vector<double>{3, -3, 2, 9}));
  EXPECT_EQ(on(transient(), "v(out) > 0").re, (std::vector<double>{1, 0, 1, 1}));
  EXPECT_EQ(on(transient(), "v(out) > 0 ? v(in) : 0").re, (std::vector<double>{2, 0, 3, 3}));
  EXPECT_EQ(on(transient(), "v(out)[3]").re, (std::vector<double>{4}));
}

// Values printed by ngspice 39 for the same expressions (tests/golden/measure/low_pass.cir has the circuit).
TEST(VectorExpression, AgreesWithNgspiceOnFunctions) {
  EXPECT_NEAR(number("log(10)"), std::log(10), 1e-15);
  EXPECT_NEAR(number("ln(10)"), std::log(10), 1e-15);
  EXPECT_EQ(number("log10(10)"), 1);
  EXPECT_EQ(number("ph(-1)"), 0);
  EXPECT_EQ(number("7%4"), 3);
  EXPECT_EQ(number("-7%4"), -3);
  EXPECT_EQ(number("mean(vector(5))"), 2);
  EXPECT_EQ(number("length(vector(5))"), 5);
  EXPECT_EQ(on(transient(), "norm(vector(5))").re, (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(on(transient(), "avg(vector(5))").re, (std::vector<double>{0, 0.5, 1, 1.5, 2}));
  EXPECT_EQ(on(transient(), "unitvec(3)").re, (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(number("vecmax(v(out))"), 4);
  EXPECT_EQ(number("minimum(v(out))"), -2);
}

TEST(VectorExpression, ComputesWithComplexNumbers) {
  const auto near = [](const std::string& text, double re, double im) {
    const auto z = on(ac(), text);
    EXPECT_NEAR(z.re[0], re, 1e-12) << text;
    EXPECT_NEAR(z.is_complex() ? z.im[0] : 0, im, 1e-12) << text;
  };
  near("v(out)", 3, 4);
  near("sqrt(v(out))", 2, 1);
  near("v(out)^2", -7, 24);
  near("ln(v(out))", std::log(5), std::atan2(4, 3));
  near("exp(v(out))", std::exp(3) * std::cos(4), std::exp(3) * std::sin(4));
  near("v(out)/(3+4*i)", 1, 0);
  near("vm(out)", 5, 0);
  near("abs(v(out))", 5, 0);
  near("vdb(out)", 20 * std::log10(5), 0);
  near("vp(out)", std::atan2(4, 3), 0);
  near("vr(out)+vi(out)", 7, 0);
  near("vm(out,a)", std::hypot(2, 4), 0);
  EXPECT_NEAR(on(ac(), "vp(out)", true).re[1], -90, 1e-12);
}

TEST(VectorExpression, ContinuesPhaseAcrossTurns) {
  const auto phase = on(ac(), "cph(v(out))");
  EXPECT_NEAR(phase.re[1], -std::numbers::pi / 2, 1e-12);
  EXPECT_NEAR(phase.re[2], -std::numbers::pi - 1e-3, 1e-6);
}

TEST(VectorExpression, DifferentiatesParabolasExactly) {
  const auto slope = on(transient(), "deriv(time*time)");
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(slope.re[k], 2 * transient().columns[0].real[k], 1e-12);
  EXPECT_NEAR(on(transient(), "integ(time)").re[3], 8, 1e-12);
}

TEST(VectorExpression, NamesTheNearestVector) {
  try {
    on(transient(), "v(outt)+1");
    FAIL();
  } catch (const InputError& e) {
    EXPECT_STREQ(e.what(), "no voltage 'v(outt)'");
    EXPECT_EQ(e.hint(), "did you mean 'v(out)'?");
  }
  EXPECT_THROW(on(transient(), "frob(v(out))"), InputError);
  EXPECT_THROW(on(transient(), "vector(3)+v(out)"), InputError);
  EXPECT_THROW(on(transient(), "v(out)[17]"), InputError);
}

// The derivative of a reduction by each sample against central differences.
TEST(VectorExpression, CarriesDerivativesOnATape) {
  for (const std::string text :
       {"mean(v(out)*v(in))", "maximum(abs(v(out)))", "integ(exp(v(out)/4))[3]", "stddev(v(out))"}) {
    Table table = transient();
    Tape tape;
    const TapedWaveforms waveforms(table, tape);
    const Expression expression = parse_expression(text, {});
    const Var out = evaluate_scalar<Var>(expression, {&waveforms, {}, false});
    const auto gradient = tape.gradient(out.node);
    for (const auto& input : waveforms.inputs()) {
      for (std::size_t k = 0; k < table.rows(); ++k) {
        double& sample = table.columns[static_cast<std::size_t>(input.column)].real[k];
        const double kept = sample, h = 1e-6;
        sample = kept + h;
        const double up = on(table, text).re[0];
        sample = kept - h;
        const double down = on(table, text).re[0];
        sample = kept;
        EXPECT_NEAR(gradient[static_cast<std::size_t>(input.first) + k], (up - down) / (2 * h), 1e-8) << text;
      }
    }
  }
}

}  // namespace
}  // namespace nullor
