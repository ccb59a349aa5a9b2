// Lanes against the scalar engine, sample by sample.

#include "nullor/simulate/lane_engine.h"

#include <gtest/gtest.h>

#include "nullor/simulate/lane_transient.h"
#include "nullor/simulate/sampled_amplifier_test.h"
#include "nullor/simulate/small_signal.h"

namespace nullor {
namespace {

const std::string kAmplifier = kTwoStages + R"(
.model p pmos vto=-0.7 kp=4e-5 lambda=0.08 gamma=0.4 tox=1e-8 cj=1e-4 cgso=2e-10 cgdo=2e-10
.model d d is=1e-14 cjo=1p
vin inp 0 dc {vdd/2} ac 1
vfb inn 0 {vdd/2+vos}
.param vos=0
d1 0 out d
.options reltol=1e-9 abstol=1e-18 vntol=1e-12
.end
)";

struct Sampled : SampledAmplifier {
  Sampled() : SampledAmplifier(kAmplifier) {}
};

TEST(LaneEngine, HasTheOperatingPointsOfTheScalarEngine) {
  const Sampled s;
  LaneEngine lanes(s.circuit);
  std::vector<Lanes> start;
  for (int batch = 0; batch < 3; ++batch) {
    for (int k = 0; k < kLanes; ++k) ASSERT_FALSE(lanes.load(k, s.sample(kLanes * batch + k)));
    lanes.setup();
    const auto found = lanes.operating_point(!Lanes::Mask{}, batch == 0 ? nullptr : &start);
    ASSERT_TRUE(found.converged.all());
    start = found.x;
    for (int k = 0; k < kLanes; ++k) {
      Engine engine = s.alone(kLanes * batch + k);
      const OperatingPoint op = engine.operating_point({});
      for (int r = 0; r < lanes.dae().size(); ++r) {
        const double x = op.x[static_cast<std::size_t>(r)];
        EXPECT_NEAR(found.x[static_cast<std::size_t>(r)][k], x, 1e-9 + 1e-7 * std::fabs(x))
            << lanes.dae().unknowns()[static_cast<std::size_t>(r)].name << " lane " << k;
      }
    }
  }
}

TEST(LaneEngine, HasTheResponsesOfTheScalarEngine) {
  const Sampled s;
  LaneEngine lanes(s.circuit);
  for (int k = 0; k < kLanes; ++k) lanes.load(k, s.sample(k));
  lanes.setup();
  const auto found = lanes.operating_point(!Lanes::Mask{});
  const std::vector<double> points = {1, 1e3, 1e6, 1e8};
  lanes.ac(found.x, points, [&](std::size_t at, const auto& x, const Lanes::Mask& good) {
    EXPECT_TRUE(good.all());
    for (int k = 0; k < kLanes; ++k) {
      Engine engine = s.alone(k);
      AcCard card;
      card.sweep = {FrequencySweep::Scale::linear, 1, points[at], points[at]};
      const Table table = engine.run_ac(card, {})[0];
      const int out = lanes.dae().scalar(0).unknown("out");
      const std::complex<double> wanted = table.find("v(out)")->complex[0];
      EXPECT_NEAR(std::abs(x[static_cast<std::size_t>(out)][k] - wanted), 0, 1e-6 * std::abs(wanted))
          << points[at];
    }
  });
}

// A lane that Newton's method leaves behind is solved all the same, and lanes that are not wanted stay.
TEST(LaneEngine, LeavesOtherLanesAlone) {
  const Sampled s;
  LaneEngine lanes(s.circuit);
  for (int k = 0; k < kLanes; ++k) lanes.load(k, s.sample(k));
  lanes.setup();
  const auto all = lanes.operating_point(!Lanes::Mask{});
  Lanes::Mask second{};
  second.lanes[1] = -1;
  std::vector<Lanes> start = all.x;
  for (Lanes& x : start) x += Lanes(0.5);
  const auto one = lanes.operating_point(second, &start);
  EXPECT_TRUE(one.converged[1]);
  EXPECT_FALSE(one.converged[0] || one.converged[2] || one.converged[3]);
  for (std::size_t r = 0; r + 1 < start.size(); ++r) {
    EXPECT_NEAR(one.x[r][1], all.x[r][1], 1e-9 + 1e-7 * std::fabs(all.x[r][1]));
    EXPECT_EQ(one.x[r][2], start[r][2]);
  }
}

// Every lane on its own: the waveform at the same tolerance, and a lane that ends early takes the next
// sample.
TEST(LaneTransient, HasTheWaveformsOfTheScalarEngine) {
  std::string text = kAmplifier;
  text.replace(text.find("vin inp 0 dc {vdd/2} ac 1"), 25,
               "vin inp 0 pulse({vdd/2} {vdd/2+0.2} 10n 1n 1n 200n)");
  text.replace(text.find("m1 x inn tail"), 13, "m1 x out tail");  // a follower
  text.replace(text.find("reltol=1e-9 abstol=1e-18 vntol=1e-12"), 36, "reltol=1e-4 abstol=1e-15 vntol=1e-9 ");
  Sampled s;
  s.circuit = read_circuit_text(text);
  LaneEngine lanes(s.circuit);
  ASSERT_TRUE(LaneTransient::supports(lanes.dae()));
  LaneTransient transient(lanes.dae(), lanes.newton(), lanes.options());
  TranCard card;
  card.step = 1e-9;
  card.stop = 400e-9;
  constexpr int kSamples = kLanes + 3;
  const auto out = static_cast<std::size_t>(lanes.dae().scalar(0).unknown("out"));
  std::vector<std::vector<std::pair<double, double>>> waves(kSamples);
  int of_lane[kLanes], loaded = kLanes;
  for (int k = 0; k < kLanes; ++k) {
    of_lane[k] = k;
    ASSERT_FALSE(lanes.load(k, s.sample(k)));
  }
  lanes.setup();
  const auto start = lanes.operating_point(!Lanes::Mask{}, nullptr, false);
  ASSERT_TRUE(start.converged.all());
  transient.run(
      card, start.x, !Lanes::Mask{},
      [&](int lane, double time, const std::vector<double>& x) {
        waves[static_cast<std::size_t>(of_lane[lane])].emplace_back(time, x[out]);
        return true;
      },
      [&](int lane, const std::string& why, std::vector<Lanes>& x) {
        EXPECT_EQ(why, "");
        if (loaded == kSamples) return false;
        EXPECT_FALSE(lanes.load(lane, s.sample(loaded)));
        lanes.setup();
        Lanes::Mask one{};
        one.lanes[lane] = -1;
        const auto point = lanes.operating_point(one, &x, false);
        EXPECT_TRUE(point.converged[lane]);
        x = point.x;
        of_lane[lane] = loaded++;
        return true;
      });
  EXPECT_EQ(loaded, kSamples);
  for (int k = 0; k < kSamples; ++k) {
    Engine engine = s.alone(k);
    const Table table = engine.run_tran(card, {})[0];
    const Column* wanted = table.find("v(out)");
    const auto& wave = waves[static_cast<std::size_t>(k)];
    ASSERT_GT(wave.size(), 50u);
    EXPECT_EQ(wave.back().first, card.stop);
    std::size_t at = 0;
    for (const auto& [time, v] : wave) {
      while (at + 1 < table.rows() && table.columns[0].real[at + 1] < time) ++at;
      const std::size_t to = std::min(at + 1, table.rows() - 1);
      const double t0 = table.columns[0].real[at], t1 = table.columns[0].real[to];
      const double share = t1 > t0 ? (time - t0) / (t1 - t0) : 0;
      EXPECT_NEAR(v, wanted->real[at] + share * (wanted->real[to] - wanted->real[at]), 2e-3)
          << k << " at " << time;
    }
  }
}

// BSIM4 asks in setup() whether there is gate-induced leakage: a lane for which the first one decided wrongly
// is found out.
TEST(LaneEngine, FindsDecisionsOfTheFirstLaneThatAreNotTheirs) {
  const Circuit circuit = read_circuit_text(
      "leak\n.param a=0\nv1 d 0 1.8\nm1 d 0 0 0 n w=2u l=0.3u\n"
      ".model n nmos level=54 version=4.5 agidl={a} bgidl=1e9 cgidl=0.5 egidl=0.5\n.end\n");
  LaneEngine lanes(circuit);
  const ParameterId a = circuit.parameters.find("a");
  for (int k = 0; k < kLanes; ++k) ASSERT_FALSE(lanes.load(k, {{a, k < 2 ? 0.0 : 1e-6}}));
  lanes.setup();
  const auto found = lanes.operating_point(!Lanes::Mask{});
  const Lanes::Mask good = lanes.agreeing(found.converged, found.x);
  for (int k = 0; k < kLanes; ++k) EXPECT_EQ(good[k], k < 2) << k;
}

// Bins follow lengths and widths; a size without a bin is told, and the lane can be used again.
TEST(LaneEngine, ChoosesBinsForEverySample) {
  ReadOptions reading;
  reading.keep_bins = true;
  const Circuit circuit = read_circuit_text(R"(bins
.param l=1.5u
.model n.1 nmos vto=0.5 kp=2e-5 lmin=1u lmax=2u wmin=1u wmax=10u
.model n.2 nmos vto=0.9 kp=5e-5 lmin=2u lmax=5u wmin=1u wmax=10u
.model n.3 nmos vto=0.9 tox=1e-8 kp=5e-5 lmin=5u lmax=6u wmin=1u wmax=10u
v1 d 0 2
m1 d d 0 0 n w=5u l={l}
.end
)",
                                            "bins", reading);
  LaneEngine lanes(circuit);
  const ParameterId l = circuit.parameters.find("l");
  double lengths[kLanes] = {1e-6, 1.9e-6, 2e-6, 4e-6};
  std::fill(lengths + 4, lengths + kLanes, 3e-6);
  for (int k = 0; k < kLanes; ++k) ASSERT_FALSE(lanes.load(k, {{l, lengths[k]}}));
  lanes.setup();
  const auto found = lanes.operating_point(!Lanes::Mask{});
  const int branch = lanes.dae().scalar(0).unknown("v1#branch");
  for (int k = 0; k < kLanes; ++k) {
    const double vto = k < 2 ? 0.5 : 0.9, kp = k < 2 ? 2e-5 : 5e-5;
    const double current = 0.5 * kp * 5e-6 / lengths[k] * (2 - vto) * (2 - vto);
    EXPECT_NEAR(found.x[static_cast<std::size_t>(branch)][k], -current, 1e-6 * current) << k;
  }
  EXPECT_NE(lanes.load(2, {{l, 7e-6}}).impossible.find("no bin of model 'n' holds l=7u"), std::string::npos);
  EXPECT_TRUE(lanes.load(2, {{l, 5.5e-6}}).different) << "its card gives what the others leave out";
  EXPECT_FALSE(lanes.load(2, {{l, 1.5e-6}}));
  Dae& whole = lanes.dae().whole(2);
  EXPECT_EQ(whole.get(whole.parameter("m1:vto")), 0.5);
}

// Formulas of cards that no device uses rest: a card that is chosen again has today's values, one that is
// left by a device keeps those of another.
TEST(LaneEngine, ReadsACardThatRestedWhileItsParametersChanged) {
  ReadOptions reading;
  reading.keep_bins = true;
  const Circuit circuit = read_circuit_text(R"(bins
.param la=1.5u lb=1.5u k=1
.subckt cell d size=1u
.model n.1 nmos vto={0.3+0.2*k} kp={size*20} lmin=1u lmax=2u wmin=1u wmax=10u
.model n.2 nmos vto={0.7+0.1*k} kp={size*50} lmin=2u lmax=5u wmin=1u wmax=10u
m1 d d 0 0 n w=5u l={size}
.ends
v1 d 0 2
x1 d cell size={la}
x2 d cell size={lb}
m3 d d 0 0 p w=5u l={la}
m4 d d 0 0 p w=5u l={lb}
.model p.1 nmos vto={0.3+0.2*k} lmin=1u lmax=2u wmin=1u wmax=10u
.model p.2 nmos vto={0.7+0.1*k} lmin=2u lmax=5u wmin=1u wmax=10u
.end
)",
                                            "bins", reading);
  Dae dae(circuit);
  const ParameterId la = circuit.parameters.find("la"), lb = circuit.parameters.find("lb");
  const ParameterId k = circuit.parameters.find("k");
  Rng rng(7);
  for (int trial = 0; trial < 100; ++trial) {
    const double scale = static_cast<double>(rng.below(3));
    const double a = rng.below(2) == 0 ? 1.5e-6 : 3e-6, b = rng.below(2) == 0 ? 1.2e-6 : 4e-6;
    dae.load({{la, a}, {lb, b}, {k, scale}}, {});
    for (const auto& [device, length, follows] :
         {std::tuple{"m.x1.m1", a, true}, {"m.x2.m1", b, true}, {"m3", a, false}, {"m4", b, false}}) {
      const std::string name = device;
      const bool is_short = length < 2e-6;
      EXPECT_EQ(dae.get(dae.parameter(name + ":vto")), is_short ? 0.3 + 0.2 * scale : 0.7 + 0.1 * scale)
          << name << ", trial " << trial;
      if (follows) {
        EXPECT_EQ(dae.get(dae.parameter(name + ":kp")), length * (is_short ? 20 : 50))
            << name << " " << trial;
      }
    }
  }
}

}  // namespace
}  // namespace nullor
