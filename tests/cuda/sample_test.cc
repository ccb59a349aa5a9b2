// Samples on a graphics device, with the driver of driver.cc, against the scalar engine.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdlib>

#include "nullor/base/error.h"
#include "nullor/netlist/circuit.h"
#include "nullor/simulate/cuda_engine.h"
#include "nullor/simulate/sampled_amplifier_test.h"
#include "nullor/simulate/small_signal.h"

namespace nullor {
namespace {

const std::string kAmplifier = kTwoStages + R"(
.model p pmos level=14 version=4.5 vth0=-0.7 toxe=8e-9 u0=0.02 cgso=2e-10 cgdo=2e-10
vin inp 0 dc {vdd/2} ac 1 pulse({vdd/2} {vdd/2+0.2} 50n 10n 10n 300n)
vfb inn 0 {vdd/2}
rl out 0 100k
.options reltol=1e-5 abstol=1e-15 vntol=1e-10
.end
)";

struct Sampled : SampledAmplifier {
  Sampled() : SampledAmplifier(kAmplifier) {}
  CudaTarget target = {".visible .entry nullor_samples", NULLOR_TEST_DRIVER};
  std::shared_ptr<CudaDevice> device = open_for_samples(target);
};

void expect_operating_point(const CudaEngine& engine, std::size_t k, Engine alone) {
  ASSERT_TRUE(engine.done(k)) << k;
  const OperatingPoint op = alone.operating_point({});
  const auto x = engine.operating_point(k);
  for (std::size_t r = 0; r < op.x.size(); ++r)
    EXPECT_NEAR(x[r], op.x[r], 1e-9 + 1e-7 * std::fabs(op.x[r])) << k << " unknown " << r;
}

TEST(CudaEngine, HasTheOperatingPointsOfTheScalarEngine) {
  const Sampled s;
  CudaEngine engine(s.circuit, s.device, {});
  for (int k = 0; k < 6; ++k) ASSERT_TRUE(engine.add(s.sample(k), {}));
  engine.run();
  for (int k = 0; k < 6; ++k) expect_operating_point(engine, static_cast<std::size_t>(k), s.alone(k));
  // The same from a nearby solution, which takes less.
  const std::vector<double> near(engine.operating_point(0).begin(), engine.operating_point(0).end());
  const int from_guess = engine.outcome(1).evaluations;
  engine.clear();
  ASSERT_TRUE(engine.add(s.sample(1), near));
  engine.run();
  expect_operating_point(engine, 0, s.alone(1));
  EXPECT_LE(engine.outcome(0).evaluations, from_guess);
}

TEST(CudaEngine, FollowsTheTemperature) {
  const Sampled s;
  const std::vector<double> celsius = {-40, -20, 0, 27, 50, 100, 125};
  const int out = Dae(s.circuit).unknown("out");
  CudaEngine engine(s.circuit, s.device, {{out}, {}, celsius, {}});
  for (int k = 0; k < 2; ++k) ASSERT_TRUE(engine.add(s.sample(k), {}));
  engine.run();
  for (int k = 0; k < 2; ++k) {
    ASSERT_TRUE(engine.done(static_cast<std::size_t>(k)));
    for (std::size_t t = 0; t < celsius.size(); ++t) {
      const double wanted = s.alone(k, celsius[t]).operating_point({}).x[static_cast<std::size_t>(out)];
      EXPECT_NEAR(engine.sweep(static_cast<std::size_t>(k))[t], wanted, 1e-9 + 1e-7 * std::fabs(wanted))
          << celsius[t];
    }
  }
  // Parameters that follow the temperature would be wrong there.
  const Circuit hot = read_circuit_text("t\nv1 a 0 1\nr1 a 0 {1k+temper}\n.end\n");
  CudaEngine refuses(hot, s.device, {{0}, {}, celsius, {}});
  EXPECT_FALSE(refuses.add({}, {}));
}

TEST(CudaEngine, HasTheResponsesOfTheScalarEngine) {
  const Sampled s;
  const std::vector<double> points = {1, 1e3, 1e6, 1e8};
  const int out = Dae(s.circuit).unknown("out");
  CudaEngine engine(s.circuit, s.device, {{out, Dae(s.circuit).size()}, points, {}, {}});
  for (int k = 0; k < 3; ++k) ASSERT_TRUE(engine.add(s.sample(k), {}));
  engine.run();
  for (int k = 0; k < 3; ++k) {
    Engine alone = s.alone(k);
    ASSERT_TRUE(engine.done(static_cast<std::size_t>(k)));
    const auto x = engine.response(static_cast<std::size_t>(k));
    for (std::size_t f = 0; f < points.size(); ++f) {
      AcCard card;
      card.sweep = {FrequencySweep::Scale::linear, 1, points[f], points[f]};
      const std::complex<double> wanted = alone.run_ac(card, {})[0].find("v(out)")->complex[0];
      EXPECT_NEAR(std::abs(std::complex(x[4 * f], x[4 * f + 1]) - wanted), 0, 1e-6 * std::abs(wanted))
          << points[f];
      EXPECT_EQ(x[4 * f + 2], 0) << "ground";
    }
  }
}

// With barriers in another order every time: one that is missing shows.
TEST(CudaEngine, HasTheWaveformsOfTheScalarEngine) {
  const Sampled s;
  TranCard card;
  card.step = 5e-9;
  card.stop = 400e-9;
  const auto waves = [&](const char* seed) {
    setenv("NULLOR_FIBER_SEED", seed, 1);
    CudaEngine engine(s.circuit, s.device, {{Dae(s.circuit).unknown("out")}, {}, {}, card});
    for (int k = 0; k < 3; ++k) EXPECT_TRUE(engine.add(s.sample(k), {}));
    engine.run();
    unsetenv("NULLOR_FIBER_SEED");
    std::vector<std::vector<double>> out;
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_TRUE(engine.done(k));
      out.emplace_back(engine.transient(k).begin(), engine.transient(k).end());
    }
    return out;
  };
  const auto found = waves("1");
  EXPECT_EQ(found, waves("2"));
  for (std::size_t k = 0; k < 3; ++k) {
    Engine alone = s.alone(static_cast<int>(k));
    const Table table = alone.run_tran(card, {})[0];
    const Column* wanted = table.find("v(out)");
    const std::vector<double>& wave = found[k];
    ASSERT_GT(wave.size(), 100u);
    EXPECT_EQ(wave[wave.size() - 2], card.stop);
    std::size_t at = 0;
    for (std::size_t p = 0; p < wave.size(); p += 2) {
      while (at + 1 < table.rows() && table.columns[0].real[at + 1] < wave[p]) ++at;
      const std::size_t to = std::min(at + 1, table.rows() - 1);
      const double t0 = table.columns[0].real[at], t1 = table.columns[0].real[to];
      const double share = t1 > t0 ? (wave[p] - t0) / (t1 - t0) : 0;
      EXPECT_NEAR(wave[p + 1], wanted->real[at] + share * (wanted->real[to] - wanted->real[at]), 2e-3)
          << k << " at " << wave[p];
    }
  }
}

TEST(CudaEngine, LeavesOutWhatItDoesNotKnow) {
  EXPECT_TRUE(CudaEngine::supports(Sampled().circuit));
  EXPECT_FALSE(CudaEngine::supports(read_circuit_text("t\nv1 a 0 1\nd1 a 0 d\n.model d d\n.end\n")))
      << "a diode";
  // A source that does not go straight from corner to corner.
  const Circuit circuit = read_circuit_text("t\nv1 a 0 sin(0 1 1meg)\nr1 a 0 1k\n.end\n");
  TranCard card;
  card.step = 1e-8;
  card.stop = 1e-6;
  EXPECT_FALSE(CudaEngine(circuit, Sampled().device, {{0}, {}, {}, card}).add({}, {}));
  EXPECT_TRUE(CudaEngine(circuit, Sampled().device, {}).add({}, {}));
}

TEST(CudaEngine, TellsWhatIsMissing) {
  Sampled s;
  const auto refused = [&](const CudaTarget& target) {
    try {
      open_for_samples(target);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_NE(refused({"", s.target.driver}).find("built without a compiler for CUDA"), std::string::npos);
  EXPECT_NE(refused({s.target.program, "libno_such_driver.so"}).find("there is no driver"),
            std::string::npos);
  EXPECT_NE(refused({"nonsense", s.target.driver}).find("refuses the program"), std::string::npos);
}

// One pivot of the first sample is no pivot of the second: it is told, and nothing is wrong.
TEST(CudaEngine, RefusesPivotsThatDoNotFit) {
  const Circuit circuit =
      read_circuit_text("t\n.param g=1\nv1 a 0 1\nr1 b 0 1k\ng1 b 0 b 0 {g}\ng2 b 0 a 0 1m\n.end\n");
  CudaEngine engine(circuit, Sampled().device, {});
  const ParameterId g = circuit.parameters.find("g");
  for (const double x : {1.0, -1e-3}) ASSERT_TRUE(engine.add({{g, x}}, {}));
  engine.run();
  EXPECT_TRUE(engine.done(0));
  EXPECT_EQ(engine.outcome(1).failed, CudaStage::operating_point);
}

}  // namespace
}  // namespace nullor
