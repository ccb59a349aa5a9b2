#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numbers>

#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/neural/collocation.h"
#include "nullor/neural/collocation_gradient.h"
#include "nullor/neural/neural_session.h"
#include "nullor/neural/tran_card_test.h"
#include "nullor/simulate/engine.h"
#include "nullor/simulate/measure.h"

namespace nullor {
namespace {

struct Trained {
  std::unique_ptr<Engine> engine;
  Waveform waveform;
  TrainingReport report;

  double at(const char* name, double t) const {
    std::vector<double> x(static_cast<std::size_t>(waveform.size()));
    waveform.evaluate(t, x.data());
    return x[static_cast<std::size_t>(waveform.find(name))];
  }
};

Trained train(Circuit circuit, double tolerance, std::uint64_t seed = 1) {
  Trained out;
  out.engine = std::make_unique<Engine>(std::move(circuit));
  Engine& e = *out.engine;
  TrainingOptions how;
  how.tolerance = tolerance;
  how.seed = seed;
  how.time_limit = 30;
  out.report =
      train_by_collocation(e.dae(), e.newton(), e.options(), tran_of(e.circuit()), how, out.waveform);
  return out;
}

Trained train_text(const std::string& lines, double tolerance, std::uint64_t seed = 1) {
  return train(read_circuit_text("title\n" + lines), tolerance, seed);
}

Circuit example(const char* name) {
  return read_circuit(std::string(NULLOR_SOURCE_DIR) + "/examples/" + name);
}

/// Relative L2 distance of a signal to a function of time.
template <class F>
double distance(const Trained& t, const char* name, double stop, F&& exact) {
  double num = 0, den = 0;
  for (int k = 0; k < 1000; ++k) {
    const double time = stop * (k + 0.5) / 1000, want = exact(time), got = t.at(name, time);
    num += (got - want) * (got - want);
    den += want * want;
  }
  return std::sqrt(num / den);
}

}  // namespace

// The features reproduce smooth functions between the nodes, and D differentiates them.
TEST(FeatureBasis, InterpolatesAndDifferentiates) {
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const FeatureBasis basis = FeatureBasis::make(tolerance, seed);
      const int m = basis.nodes();
      const auto f = [](double s) { return std::exp(-s) + std::sin(2 * s); };
      const auto slope = [](double s) { return -std::exp(-s) + 2 * std::cos(2 * s); };
      for (int i = 0; i < m; ++i) {
        double sum = 0;
        for (int k = 0; k < m; ++k)
          sum += basis.slope(i, k) * (f(basis.node[static_cast<std::size_t>(k)]) - f(0));
        EXPECT_NEAR(sum, slope(basis.node[static_cast<std::size_t>(i)]), 100 * std::sqrt(tolerance * 1e-4));
      }
      for (std::size_t c = 0; c < basis.check.size(); ++c) {
        double sum = f(0), last = f(1), free = last;
        for (int k = 0; k < m; ++k) {
          sum +=
              basis.check_value(static_cast<int>(c), k) * (f(basis.node[static_cast<std::size_t>(k)]) - f(0));
          free += basis.free_check_value(static_cast<int>(c), k) *
                  (f(basis.node[static_cast<std::size_t>(k)]) - last);
        }
        EXPECT_NEAR(sum, f(basis.check[c]), tolerance);
        EXPECT_NEAR(free, f(basis.check[c]), 10 * tolerance);
      }
    }
  }
}

// Exact solution of an RC circuit charged by a step with a ramp.
TEST(Collocation, SolvesAnRcCircuit) {
  for (const double tolerance : {1e-3, 1e-4, 1e-6, 1e-8}) {
    const Trained t =
        train_text("v1 in 0 pwl(0 0 1u 1)\nr1 in out 1k\nc1 out 0 1n\n.tran 0.1u 8u\n", tolerance);
    ASSERT_TRUE(t.report.finished);
    const double tau = 1e-6;
    const auto exact = [&](double time) {
      const auto ramp = [&](double at) {
        return at <= 0 ? 0.0 : (at - tau * (1 - std::exp(-at / tau))) / 1e-6;
      };
      return ramp(time) - ramp(time - 1e-6);
    };
    EXPECT_LT(distance(t, "out", 8e-6, exact), 0.1 * tolerance) << tolerance;
  }
}

// An LC tank keeps its amplitude: charge form and nearly undamped windows.
TEST(Collocation, KeepsTheEnergyOfATank) {
  const Trained t = train_text("l1 a 0 1u\nc1 a 0 1n\n.ic v(a)=1\n.tran 1n 10u uic\n", 1e-6);
  ASSERT_TRUE(t.report.finished);
  const double omega = 1 / std::sqrt(1e-6 * 1e-9);
  EXPECT_LT(distance(t, "a", 10e-6, [&](double time) { return std::cos(omega * time); }), 3e-6);
}

// The current of a capacitor across an ideal source (index 2) is its slope, also where it jumps.
TEST(Collocation, FindsTheCurrentOfAnIndexTwoCircuit) {
  const Trained t = train_text("v1 a 0 pulse(0 1 1u 1u 1u 2u 10u)\nc1 a 0 1n\n.tran 0.1u 8u\n", 1e-4);
  ASSERT_TRUE(t.report.finished);
  EXPECT_NEAR(t.at("v1#branch", 1.5e-6), -1e-3, 1e-8);
  EXPECT_NEAR(t.at("v1#branch", 3e-6), 0, 1e-8);
  EXPECT_NEAR(t.at("v1#branch", 1.000001e-6), -1e-3, 1e-7);
}

// Every seed converges without touching an option, to nearly the same waveform.
TEST(Collocation, ConvergesForEverySeed) {
  const Trained reference = train(example("neural/ring_oscillator.cir"), 1e-7);
  ASSERT_TRUE(reference.report.finished);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Trained t = train(example("neural/ring_oscillator.cir"), 1e-4, seed);
    ASSERT_TRUE(t.report.finished) << seed;
    EXPECT_LT(distance(t, "n3", 1e-9, [&](double time) { return reference.at("n3", time); }), 1e-4) << seed;
  }
}

// Against the numerical engine, which shares neither windows nor features.
TEST(Collocation, AgreesWithTheNumericalEngine) {
  for (const char* name : {"neural/amplifier.cir", "neural/feram.cir"}) {
    const Trained t = train(example(name), 1e-5);
    ASSERT_TRUE(t.report.finished) << name;
    Circuit circuit = example(name);
    circuit.options["reltol"] = 1e-7;
    circuit.options["vntol"] = 1e-10;
    circuit.options["chgtol"] = 1e-22;
    circuit.saves.clear();
    TranCard card = tran_of(circuit);
    card.max_step = card.stop / 20000;
    Engine numeric(std::move(circuit));
    const Table table = numeric.run_tran(card, {})[0];
    for (const Waveform::Signal& signal : t.waveform.signals()) {
      const Column* column = table.find("v(" + signal.name + ")");
      if (!column) continue;
      double num = 0, den = 0;
      for (std::size_t k = 0; k < table.rows(); k += 7) {
        const double got = t.at(signal.name.c_str(), table.columns[0].real[k]), want = column->real[k];
        num += (got - want) * (got - want);
        den += want * want;
      }
      EXPECT_LT(std::sqrt(num), 1e-5 * std::sqrt(den)) << name << " " << signal.name;
    }
  }
}

// The voltage of a diode without charge follows its current at once, over fifteen decades where the current
// begins to rise: v = I rs + n Vt ln(1 + I / is). What Newton's method meets on the way must not be taken for
// the size of the signal.
TEST(Collocation, FollowsADiodeWithoutCharge) {
  constexpr double kThermal = 1.2 * 8.617333262e-5 * 300.15;
  for (const double tolerance : {1e-3, 1e-4, 1e-6, 1e-8}) {
    const Trained t = train_text(
        "i1 0 a pulse(0 1 10m 1m 1m 1)\nd1 a 0 cold\n.model cold d is=1e-12 n=1.2 rs=0.05\n.tran 1m 100m\n",
        tolerance);
    ASSERT_TRUE(t.report.finished) << tolerance;
    for (const double time : {0.0101, 0.0107, 0.011, 0.05, 0.099}) {
      const double current = std::min(1.0, (time - 0.01) / 1e-3);
      const double exact = 0.05 * current + kThermal * std::log(1 + current / 1e-12);
      EXPECT_NEAR(t.at("a", time), exact, std::max(tolerance, 1e-7)) << tolerance << " at " << time;
    }
  }
}

// Windows end where a switch turns over.
TEST(Collocation, EndsWindowsAtSwitchingInstants) {
  const Trained t = train_text(
      "v1 in 0 10\nr1 in a 10k\nc1 a 0 10n\ns1 a 0 a 0 sw\n.model sw sw(vt=4 vh=2 ron=1k roff=10meg)\n.ic "
      "v(a)=0\n"
      ".tran 1u 200u uic\n",
      1e-4);
  ASSERT_TRUE(t.report.finished);
  // Charging from 0 towards 10 V (all but the leakage of 10 MOhm) passes 6 V after tau ln(10 / 4).
  const double on = 1e-4 * std::log(10 / 4.0);
  EXPECT_NEAR(t.at("a", on * 0.999), 10 * (1 - std::exp(-on * 0.999 / 1e-4)), 0.01);
  EXPECT_LT(t.at("a", on * 1.05), 5.7);
}

TEST(Collocation, SaysWhatItCannotDo) {
  EXPECT_THROW(train_text("v1 a 0 1\nt1 a 0 b 0 z0=50 td=1n\nr1 b 0 50\n.tran 1n 10n\n", 1e-4), InputError);
  Engine e(read_circuit_text("t\nv1 a 0 sin(0 1 1meg)\nr1 a b 1k\nc1 b 0 1n\n.tran 1n 1\n"));
  TrainingOptions how;
  how.time_limit = 0.05;
  Waveform w;
  const TrainingReport report =
      train_by_collocation(e.dae(), e.newton(), e.options(), tran_of(e.circuit()), how, w);
  EXPECT_TRUE(report.out_of_time);
  EXPECT_FALSE(report.finished);
}

// dx/dt is the exact derivative of x(t).
TEST(Waveform, DifferentiatesItself) {
  const Trained t = train(example("neural/amplifier.cir"), 1e-6);
  const auto n = static_cast<std::size_t>(t.waveform.size());
  std::vector<double> x(n), slope(n), before(n), after(n);
  for (const double time : {0.4e-9, 1.13e-9, 1.7e-9, 4.31e-9, 8e-9}) {
    const double h = 1e-13;
    t.waveform.evaluate(time, x.data(), slope.data());
    t.waveform.evaluate(time - h, before.data());
    t.waveform.evaluate(time + h, after.data());
    for (std::size_t i = 0; i < n; ++i) {
      const double difference = (after[i] - before[i]) / (2 * h);
      EXPECT_NEAR(slope[i], difference, 1e-4 * std::fabs(difference) + 1e4) << t.waveform.signals()[i].name;
    }
  }
}

// Many points of one signal at once are the same numbers.
TEST(Waveform, EvaluatesManyPointsAtOnce) {
  const Trained t = train(example("neural/feram.cir"), 1e-6);
  std::vector<double> times, got(997);
  for (int k = 0; k < 997; ++k) times.push_back(24e-9 * k / 996);
  const int cell = t.waveform.find("cell");
  t.waveform.evaluate(cell, times, got.data());
  for (std::size_t k = 0; k < times.size(); ++k)
    EXPECT_NEAR(got[k], t.at("cell", times[k]), 1e-8) << times[k];
}

TEST(Waveform, ComesBackFromItsFile) {
  const Trained t = train_text("v1 in 0 1\nr1 in out 1k\nc1 out 0 1n ic=0\n.tran 0.1u 5u uic\n", 1e-4);
  const TestFolder folder;
  const std::string path = folder.path("waveform.safetensors");
  t.waveform.save(path);
  const Waveform back = Waveform::load(path);
  std::vector<double> a(static_cast<std::size_t>(back.size())), b(a.size());
  for (const double time : {0.0, 1.3e-6, 5e-6}) {
    back.evaluate(time, a.data());
    t.waveform.evaluate(time, b.data());
    EXPECT_EQ(a, b);
  }
  EXPECT_EQ(back.find("out"), t.waveform.find("out"));
  const std::string bytes = read_file(path);
  for (const std::size_t keep : {std::size_t{4}, std::size_t{40}, bytes.size() / 2, bytes.size() - 1}) {
    write_file(path, std::string_view(bytes).substr(0, keep));
    EXPECT_THROW(Waveform::load(path), InputError) << keep;
  }
}

// Gradients through the windows, the operating point and the initial conditions: against central differences
// of the numerical engine on a fine grid, which shares nothing with them but the devices.
TEST(CollocationGradient, EqualsDifferencesOfTheNumericalEngine) {
  struct Case {
    std::string deck, of;
    std::vector<std::string> wrt;
  };
  const std::vector<Case> cases = {
      {"v1 in 0 pulse(0 1 0.1u 0.2u 0.2u 2u)\nr1 in out 1k\nc1 out 0 1n\n.tran 10n 4u\n.meas tran y find "
       "v(out) at=1.3u\n",
       "y",
       {"r1", "c1", "v1:v2", "v1:td"}},
      {"vdd vdd 0 1\nvin g 0 pulse(0.45 0.6 1n 0.2n 0.2n 3n)\nrd vdd out 5k\nm1 out g 0 0 n w=2u l=0.1u\ncl "
       "out 0 50f\n"
       ".model n nmos level=44 vto=0.35 kp=300u gamma=0.4 phi=0.8 cox=12m\n.tran 10p 6n\n"
       ".meas tran y avg v(out) from=1n to=5n\n",
       "y",
       {"rd", "cl", "m1:w", "n:vto", "n:kp", "vdd", "temp"}},
      {"l1 a 0 1u\nc1 a 0 1n\nr1 a 0 500\n.param v0=1\n.ic v(a)={v0}\n.tran 2n 400n uic\n.meas tran y find "
       "v(a) at=300n\n",
       "y",
       {"l1", "c1", "r1", "v0"}},
  };
  for (const Case& c : cases) {
    Engine engine(read_circuit_text("t\n" + c.deck));
    TrainingOptions how;
    how.tolerance = 1e-7;
    CollocationGradient neural(how);
    GradientRequest request{c.of, c.wrt, "tran", {}, &neural};
    const GradientResult exact = gradient(engine, request);
    for (const GradientRow& row : exact.rows) {
      const auto at = [&](double value) {
        Circuit circuit = read_circuit_text("t\n" + c.deck);
        circuit.options["reltol"] = 1e-7;
        circuit.options["vntol"] = 1e-10;
        circuit.options["chgtol"] = 1e-22;
        Engine other(std::move(circuit));
        other.dae().set(other.dae().parameter(row.name), value);
        AnalysisCard card = other.circuit().analyses.front();
        auto& tran = std::get<TranCard>(card.what);
        tran.max_step = tran.stop / 20000;
        const auto readings = measure_all(other.circuit().measures, other.run(card), {});
        return readings.front().value;
      };
      const double step = 1e-3 * (row.value == 0 ? 1 : std::fabs(row.value));
      const double difference = (at(row.value + step) - at(row.value - step)) / (2 * step);
      EXPECT_NEAR(row.derivative, difference,
                  2e-5 * std::fabs(difference) + 1e-7 * std::fabs(exact.value / step))
          << c.of << " by " << row.name;
    }
  }
}

}  // namespace nullor
