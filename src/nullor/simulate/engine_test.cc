// The analyses against closed-form answers.

#include "nullor/simulate/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

namespace nullor {
namespace {

constexpr double kPi = std::numbers::pi;

Engine engine_of(const std::string& body) { return Engine(read_circuit_text("title\n" + body + "\n.end\n")); }

Table only(std::vector<Table> tables) { return std::move(tables.front()); }

double at_time(const Table& t, const char* name, double time) {
  const auto& x = t.columns[0].real;
  const auto& y = t.find(name)->real;
  std::size_t k = 1;
  while (k + 1 < x.size() && x[k] < time) ++k;
  const double s = (time - x[k - 1]) / (x[k] - x[k - 1]);
  return y[k - 1] + s * (y[k] - y[k - 1]);
}

TEST(Engine, ShowsThermalAndOpticalNodesInTheirUnits) {
  Engine e = engine_of(
      ".save all @nfe[p] @d1[charge]\nV1 in 0 1\nR1 in a 100\nD1 a 0 tj dm\n.model dm d(is=1e-13 cjo=1p "
      "rth0=100)\nNl in 0 light ld\n"
      "Np 0 b light pd\nRb b 0 1k\n.model ld laser\n.model pd photodiode\nNfe in 0 fe area=1e-12\n.model fe "
      "ferroelectric");
  const Table table = e.run_op({}).front();
  EXPECT_EQ(table.find("v(in)")->quantity, Quantity::voltage);
  EXPECT_EQ(table.find("v(tj)")->quantity, Quantity::temperature_rise);
  EXPECT_EQ(table.find("v(light)")->quantity, Quantity::optical_power);
  EXPECT_EQ(table.find("@nfe[p]")->quantity, Quantity::polarization);
  EXPECT_EQ(table.find("@d1[charge]")->quantity, Quantity::charge);
}

TEST(OperatingPoint, SolvesADivider) {
  Engine e = engine_of("V1 in 0 3\nR1 in out 1k\nR2 out 0 2k\n.op");
  const Table t = only(e.run(e.circuit().analyses[0]));
  EXPECT_NEAR(t.find("v(out)")->real[0], 2.0, 1e-12);
  EXPECT_NEAR(t.find("i(v1)")->real[0], -1e-3, 1e-15);
}

// R i + n vT ln(1 + i / is) = v has no elementary answer; the solution must satisfy it.
TEST(OperatingPoint, SatisfiesTheDiodeEquation) {
  Engine e = engine_of(
      ".options reltol=1e-9 abstol=1e-15 vntol=1e-12 gmin=1e-15\nV1 in 0 5\nR1 in d 1k\nD1 d 0 dm\n.model dm "
      "d(is=1e-14 n=1)\n.op");
  const Table t = only(e.run(e.circuit().analyses[0]));
  const double v = t.find("v(d)")->real[0], i = (5 - v) / 1e3;
  const double vt = kBoltzmann * 300.15 / kElementaryCharge;
  EXPECT_NEAR(i, 1e-14 * std::expm1(v / vt), 1e-9 * i);
}

// A diode without series resistance whose anode is ground: its internal node is ground, which stays at zero.
TEST(OperatingPoint, KeepsGroundAtZero) {
  Engine e = engine_of("D1 0 a dm\nR1 a 0 1g\n.model dm d(is=1e-9 n=1.2)\n.op");
  EXPECT_NEAR(only(e.run(e.circuit().analyses[0])).find("v(a)")->real[0], 0, 1e-6);
}

// Newton starts at 0 V, where ln has no value; the solution is what counts.
TEST(OperatingPoint, FindsTheDomainOfAFormula) {
  Engine e = engine_of(
      "V1 a 0 0.7\nB1 b 0 v=ln(v(a))+log10(v(a))+sqrt(v(a))+v(a)^1.5+1/v(a)\nR1 a 0 1k\n"
      "I1 0 c 1u\nB2 c 0 i=1u*(1+ln(v(c)/1m))\nI2 0 d 1m\nB3 d 0 i=1m*sqrt(v(d))\n"
      "V3 z 0 0\nB4 y 0 v=sqrt(v(z))+(v(z) > 0 ? ln(v(z)) : 3)\n.op");
  const Table t = only(e.run(e.circuit().analyses[0]));
  EXPECT_NEAR(t.find("v(b)")->real[0],
              std::log(0.7) + std::log10(0.7) + std::sqrt(0.7) + std::pow(0.7, 1.5) + 1 / 0.7, 1e-6);
  EXPECT_NEAR(t.find("v(c)")->real[0], 1e-3, 1e-5);
  EXPECT_NEAR(t.find("v(d)")->real[0], 1, 1e-3);
  EXPECT_NEAR(t.find("v(y)")->real[0], 3, 1e-9);
}

// Currents as the terminals carry them, and the sign of an n-channel device for both polarities.
TEST(OperatingPoint, DeviceValuesContainTheJunctions) {
  Engine e = engine_of(
      ".options gmin=1e-9\nVd d 0 -3\nVg g 0 -2\nVb b 0 0.5\nM1 d g 0 b p1 w=20u l=1u m=2\n"
      "Vj j 0 -3\nVk k 0 0.5\nJ1 j k 0 jp m=2\nVq q 0 0.7\nVc c 0 3\nQ1 c q 0 qn m=2\nVa a 0 -3\nD1 a 0 dm\n"
      ".model p1 pmos(vto=-0.8 kp=40u gamma=0.5 phi=0.7)\n.model jp pjf(vto=-2 beta=1m)\n"
      ".model qn npn(is=1e-15)\n.model dm d(is=1e-14)\n.save all @m1[id] @m1[vgs] @j1[id] @q1[ib] "
      "@d1[id]\n.op");
  const Table t = only(e.run(e.circuit().analyses[0]));
  const auto at = [&](const char* name) { return t.find(name)->real[0]; };
  EXPECT_NEAR(at("@m1[id]"), at("i(vd)"), 1e-15);
  EXPECT_NEAR(at("@m1[vgs]"), 2, 1e-12);
  EXPECT_NEAR(at("@j1[id]"), at("i(vj)"), 1e-15);
  EXPECT_NEAR(at("@q1[ib]"), -at("i(vq)"), 1e-15);
  EXPECT_NEAR(at("@d1[id]"), -at("i(va)"), 1e-18);
}

TEST(OperatingPoint, GivesTheTemperatureRiseOfAResistorANode) {
  Engine e = engine_of(
      "V1 a 0 2\nR1 a 0 tj rm 1k\nR2 a 0 hot rm 1k\nV2 hot 0 30\nR3 a 0 rm 1k\n"
      ".model rm r(rth0=1000 tc1=1m)\n.op");
  const Table t = only(e.run(e.circuit().analyses[0]));
  const double rise = t.find("v(tj)")->real[0];
  EXPECT_NEAR(rise, 1000 * 4 / (1000 * (1 + 1e-3 * rise)), 1e-6);
  EXPECT_NEAR(-t.find("i(v1)")->real[0], 2 / 1030.0 + 2 * 2 / (1000 + rise), 1e-9);
}

// m parallel devices are m devices, whatever the exponent of the flicker noise.
TEST(Noise, FlickerOfParallelDevicesAddsUp) {
  const auto noise = [](const std::string& devices) {
    Engine e = engine_of("V1 in 0 dc 2 ac 1\nR1 in a 10k\n" + devices +
                         "\n.model dm d(is=1e-14 kf=1e-12 af=1.3)\n.model qn npn(is=1e-16 kf=1e-12 af=1.3)\n"
                         ".model jn njf(kf=1e-12 af=1.3)\n.model rm r(kf=1e-9 af=1.3)\n"
                         ".model n1 nmos(level=1 tox=20n kf=1e-24 af=1.3)\n"
                         ".model n2 nmos(level=2 tox=20n kf=1e-24 af=1.3)\n"
                         ".model n3 nmos(level=3 tox=20n kf=1e-24 af=1.3)\n"
                         ".model ne nmos(level=44 cox=2m kf=1e-24 af=1.3)\n.noise v(a) V1 dec 1 1 10");
    return only(e.run(e.circuit().analyses[0])).find("onoise_spectrum")->real[0];
  };
  for (const std::string device :
       {"D@ a 0 dm", "Q@ a a 0 qn", "J@ a 0 0 jn", "Rx@ a 0 rm 10k", "M@ a a 0 0 n1 w=2u l=2u",
        "M@ a a 0 0 n2 w=2u l=2u", "M@ a a 0 0 n3 w=2u l=2u", "M@ a a 0 0 ne w=2u l=2u"}) {
    std::string first = device, second = device;
    first.replace(first.find('@'), 1, "1"), second.replace(second.find('@'), 1, "2");
    const double two = noise(first + "\n" + second);
    EXPECT_NEAR(noise(first + " m=2") / two, 1, 1e-5) << device;
  }
}

// kf i^af / (f^ef (l - 2 short)^lf (w - 2 narrow)^wf)
TEST(Noise, FlickerOfAResistorFallsWithItsSize) {
  Engine e = engine_of(
      "V1 in 0 dc 2 ac 1\nR1 in a 1k\nR2 a 0 rm 1k l=20u w=10u\n"
      ".model rm r(kf=1e-12 af=2 ef=1.2 lf=1.1 wf=0.9 narrow=1u short=2u)\n.noise v(a) V1 dec 1 10 10");
  const double found = only(e.run(e.circuit().analyses[0])).find("onoise_spectrum")->real[0];
  const double density = 1e-12 * 1e-6 / (std::pow(10, 1.2) * std::pow(16e-6, 1.1) * std::pow(8e-6, 0.9));
  const double thermal = 2 * 4 * kBoltzmann * 300.15 / 1e3;
  EXPECT_NEAR(found, 500 * std::sqrt(density + thermal), 1e-6 * found);
}

TEST(OperatingPoint, HoldsANodeThatOnlyCapacitorsAndCurrentSourcesTouch) {
  Engine e = engine_of("V1 in 0 1\nC1 in a 1p\nC2 a 0 1p\nR1 in 0 1k\n.op");
  const Table t = only(e.run(e.circuit().analyses[0]));
  EXPECT_NEAR(t.find("v(a)")->real[0], 0, 1e-9);
  ASSERT_EQ(e.notes.size(), 1u);
  EXPECT_NE(e.notes[0].find("a"), std::string::npos);
}

// Found by fuzzing: no node besides ground, no unknown.
TEST(OperatingPoint, StandsOnGroundAlone) {
  Engine engine(read_circuit_text("ground\ni1 0 0 1\nr1 0 0 1\n"));
  EXPECT_EQ(engine.dae().size(), 0);
  EXPECT_EQ(engine.run_op({}).front().columns.size(), 0U);
}

TEST(OperatingPoint, NamesALoopOfVoltageSources) {
  Engine e = engine_of("V1 a 0 1\nV2 a 0 2\nR1 a 0 1k\n.op");
  try {
    e.run(e.circuit().analyses[0]);
    FAIL() << "two sources of different voltage in parallel were accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::singular);
    EXPECT_NE(error.hint().find("v"), std::string::npos) << error.hint();
  }
}

// A bistable pair with .nodeset falls to the side it is pushed to.
TEST(OperatingPoint, ObeysNodeSets) {
  const std::string latch =
      "VDD vdd 0 1.8\n.model n nmos(level=1 vto=0.5 kp=200u)\n.model p pmos(level=1 vto=-0.5 kp=100u)\n"
      "M1 a b 0 0 n w=2u l=1u\nM2 a b vdd vdd p w=4u l=1u\nM3 b a 0 0 n w=2u l=1u\nM4 b a vdd vdd p w=4u "
      "l=1u\n.op\n";
  for (const bool high : {true, false}) {
    Engine e = engine_of(latch + (high ? ".nodeset v(a)=1.8 v(b)=0" : ".nodeset v(a)=0 v(b)=1.8"));
    const Table t = only(e.run(e.circuit().analyses[0]));
    EXPECT_NEAR(t.find("v(a)")->real[0], high ? 1.8 : 0, 1e-3);
  }
}

TEST(DcSweep, NestsAndRestoresTheSource) {
  Engine e =
      engine_of("V1 a 0 7\nV2 b 0 9\nR1 a out 1k\nR2 b out 1k\nR3 out 0 1k\n.dc V1 0 2 1 V2 0 3 3\n.op");
  const Table t = only(e.run(e.circuit().analyses[0]));
  ASSERT_EQ(t.rows(), 6u);
  EXPECT_NEAR(t.find("v(out)")->real[5], (2.0 + 3.0) / 3, 1e-12);
  EXPECT_NEAR(only(e.run(e.circuit().analyses[1])).find("v(out)")->real[0], 16.0 / 3, 1e-12);
}

TEST(DcSweep, OfASourceComesBeforeThatOfAParameterOfItsName) {
  Engine e = engine_of(".param v1=3\nV1 a 0 {2*v1}\nR1 a 0 1k\n.dc V1 1 2 1");
  const Table t = only(e.run(e.circuit().analyses[0]));
  EXPECT_EQ(t.columns[0].name, "v-sweep");
  EXPECT_EQ(t.find("v(a)")->real, (std::vector<double>{1, 2}));
}

TEST(DcSweep, OverAResistorAndAParameter) {
  Engine e = engine_of(".param r=1k\nI1 0 a 1m\nRx a b {r}\nR2 b 0 2k\n.dc r 1k 3k 1k\n.dc Rx 1k 3k 1k");
  for (const AnalysisCard& card : e.circuit().analyses) {
    const Table t = only(e.run(card));
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(t.find("v(a)")->real[k], 3.0 + static_cast<double>(k), 1e-9);
  }
}

TEST(Ac, MatchesTheTransferFunctionOfAnRlc) {
  Engine e = engine_of("V1 in 0 dc 0 ac 2 30\nR1 in a 50\nL1 a out 1u\nC1 out 0 1n\n.ac dec 10 1k 100meg");
  const Table t = only(e.run(e.circuit().analyses[0]));
  const std::complex<double> j(0, 1), drive = std::polar(2.0, kPi / 6);
  for (std::size_t k = 0; k < t.rows(); ++k) {
    const std::complex<double> s = j * 2.0 * kPi * t.columns[0].real[k];
    const std::complex<double> expected = drive / (1.0 + s * 50.0 * 1e-9 + s * s * 1e-15);
    EXPECT_NEAR(std::abs(t.find("v(out)")->complex[k] - expected), 0, 1e-10 * std::abs(expected));
  }
}

TEST(Noise, OfAResistorIsFourKTR) {
  Engine e = engine_of("V1 in 0 dc 0 ac 1\nR1 in out 1k\nR2 out 0 1k\n.noise v(out) V1 lin 11 1k 2k 1");
  const std::vector<Table> tables = e.run(e.circuit().analyses[0]);
  const double density = std::sqrt(4 * kBoltzmann * 300.15 * 500);
  EXPECT_NEAR(tables[0].find("onoise_spectrum")->real[3], density, 1e-9 * density);
  EXPECT_NEAR(tables[0].find("inoise_spectrum")->real[3], 2 * density, 1e-9 * density);
  EXPECT_NEAR(tables[1].find("onoise_total")->real[0], density * std::sqrt(1000.0), 1e-6 * density * 31);
}

TEST(TransferFunction, OfADivider) {
  Engine e = engine_of("V1 in 0 1\nR1 in out 1k\nR2 out 0 3k\n.tf v(out) V1");
  const Table t = only(e.run(e.circuit().analyses[0]));
  EXPECT_NEAR(t.columns[0].real[0], 0.75, 1e-12);
  EXPECT_NEAR(t.columns[1].real[0], 750, 1e-9);
  EXPECT_NEAR(t.columns[2].real[0], 4000, 1e-8);
}

TEST(Sensitivity, OfADivider) {
  Engine e = engine_of("V1 in 0 1\nR1 in out 1k\nR2 out 0 3k\n.sens v(out)");
  const Table t = only(e.run(e.circuit().analyses[0]));
  EXPECT_NEAR(t.find("r1:r")->real[0], -3e3 / (4e3 * 4e3), 1e-12);
  EXPECT_NEAR(t.find("v1:dc")->real[0], 0.75, 1e-12);
}

class Methods : public testing::TestWithParam<const char*> {};

// Low-pass driven by a sine: the error falls with the square of the step for every second-order method.
TEST_P(Methods, AreOfSecondOrder) {
  const auto error = [&](const char* step) {
    Engine e = engine_of(
        std::string(
            "V1 in 0 sin(0 1 1meg)\nR1 in out 1k\nC1 out 0 100p\n.options trtol=1e9 reltol=1e-6 method=") +
        GetParam() + "\n.tran " + step + " 3u 0 " + step);
    const Table t = only(e.run(e.circuit().analyses[0]));
    const double w = 2 * kPi * 1e6, tau = 1e-7, g = 1 / (1 + w * w * tau * tau);
    double worst = 0;
    for (std::size_t k = 0; k < t.rows(); ++k) {
      const double time = t.columns[0].real[k];
      if (time < 1e-6) continue;
      const double exact =
          g * (std::sin(w * time) - w * tau * std::cos(w * time) + w * tau * std::exp(-time / tau));
      worst = std::max(worst, std::fabs(t.find("v(out)")->real[k] - exact));
    }
    return worst;
  };
  const double coarse = error("10n"), fine = error("5n");
  EXPECT_LT(fine, 2e-3);
  EXPECT_GT(coarse / fine, 3.2) << coarse << " -> " << fine;
}

INSTANTIATE_TEST_SUITE_P(Integration, Methods, testing::Values("trap", "gear", "trbdf2"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Transient, KeepsTheEnergyOfAnLcCircuit) {
  Engine e = engine_of(".options reltol=1e-5\nL1 a 0 1u\nC1 a 0 1n ic=1\n.tran 1n 20u 0 1n uic");
  const Table t = only(e.run(e.circuit().analyses[0]));
  const double v = t.find("v(a)")->real.back(), i = t.find("i(l1)")->real.back();
  EXPECT_NEAR(0.5e-9 * v * v + 0.5e-6 * i * i, 0.5e-9,
              2e-12);  // the trapezoidal rule conserves it but for the first step
}

TEST(Transient, EndsExactlyOnCornersAndAtTheEnd) {
  Engine e = engine_of("V1 in 0 pulse(0 1 1.25u 3n 7n 2.1u 5u)\nR1 in out 1k\nC1 out 0 10p\n.tran 0.1u 7u");
  const Table t = only(e.run(e.circuit().analyses[0]));
  const auto& x = t.columns[0].real;
  for (const double corner : {1.25e-6, 1.253e-6, 3.353e-6, 3.36e-6, 6.25e-6, 7e-6}) {
    EXPECT_TRUE(std::any_of(x.begin(), x.end(), [&](double time) {
      return std::fabs(time - corner) < 1e-15;
    })) << corner;
  }
}

TEST(Transient, DelaysASteppedLine) {
  Engine e = engine_of(
      "V1 in 0 pwl(0 0 1n 0 1.01n 1)\nR1 in a 50\nT1 a 0 out 0 z0=50 td=10n\nR2 out 0 150\n.tran 0.1n 60n");
  const Table t = only(e.run(e.circuit().analyses[0]));
  EXPECT_NEAR(at_time(t, "v(a)", 5e-9), 0.5, 1e-6);
  EXPECT_NEAR(at_time(t, "v(out)", 10.5e-9), 0, 1e-6);
  EXPECT_NEAR(at_time(t, "v(out)", 12e-9), 0.75, 1e-6);  // 0.5 (1 + 1/2)
  EXPECT_NEAR(at_time(t, "v(a)", 25e-9), 0.75, 1e-6);    // the echo is absorbed at the matched end
}

TEST(Transient, FollowsIntegralsAndDerivatives) {
  Engine e = engine_of(
      "V1 in 0 sin(0 1 1meg)\nB1 d 0 v=ddt(v(in))\nR1 d 0 1k\nB2 q 0 v=idt(v(in))*1e6\nR2 q 0 1k\n.tran 1n "
      "2u 0 1n");
  const Table t = only(e.run(e.circuit().analyses[0]));
  const double w = 2 * kPi * 1e6;
  EXPECT_NEAR(at_time(t, "v(d)", 1.3e-6), w * std::cos(w * 1.3e-6), 2e-3 * w);
  EXPECT_NEAR(at_time(t, "v(q)", 1.3e-6), (1 - std::cos(w * 1.3e-6)) / w * 1e6, 1e-3);
}

TEST(Transient, SaysWhyItStops) {
  Engine e = engine_of("V1 in 0 1\nB1 in a v=1/(v(a)-v(a))\nR1 a 0 1k\n.tran 1n 1u");
  try {
    e.run(e.circuit().analyses[0]);
    FAIL() << "a circuit without a solution was simulated";
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::no_convergence);
    EXPECT_NE(error.hint().find("b1"), std::string::npos) << error.hint();
  }
}

}  // namespace

// A corner one rounding step before the end must not become a step of its own.
TEST(Transient, EndsOnACornerOfTheSource) {
  Engine engine(read_circuit_text("t\nv1 in 0 pulse(0 5 0 1n 1n 1u 2u)\nr1 in 0 1k\n.tran 1n 200u\n"));
  const auto tables = engine.run(engine.circuit().analyses.front());
  EXPECT_DOUBLE_EQ(tables[0].columns[0].real.back(), 200e-6);
}

// A relaxation oscillator: closed at 6 V the switch stays so down to 2 V, at any largest step.
TEST(Transient, KeepsTheHysteresisOfASwitch) {
  for (const char* step : {"1n", "5n", "10n", "200n"}) {
    Engine engine(read_circuit_text(
        std::string("t\nv1 in 0 10\nr1 in a 10k\nc1 a 0 10n\ns1 a 0 a 0 sw\n"
                    ".model sw sw(vt=4 vh=2 ron=1k roff=10meg)\n.ic v(a)=0\n.tran 1u 200u 0 ") +
        step + " uic\n"));
    const auto tables = engine.run(engine.circuit().analyses.front());
    const auto& v = tables[0].find("v(a)")->real;
    int turns = 0;
    double largest = 0;
    for (std::size_t k = 2; k < v.size(); ++k) {
      turns += (v[k] - v[k - 1]) * (v[k - 1] - v[k - 2]) < 0;
      largest = std::max(largest, v[k]);
    }
    EXPECT_EQ(turns, 4) << step;
    EXPECT_NEAR(largest, 6, 0.01) << step;
  }
}

// The trapezoidal rule remembers every charge that is off: the base current of a limiter must not alternate
// from step to step.
TEST(Transient, DoesNotRing) {
  Engine engine(
      read_circuit_text("t\nvcc vcc 0 5\nvee vee 0 -5\nvin a 0 sin(0 0.3 100k)\nq1 vcc a e qn\nq2 c 0 e "
                        "qn\nrc vcc c 2k\niee e vee 1m\ncl c 0 20p\n"
                        ".model qn npn(is=1e-16 bf=100 cje=1p cjc=1p tf=50p)\n.tran 50n 30u 0 1n\n"));
  const auto tables = engine.run(engine.circuit().analyses.front());
  const auto& i = tables[0].find("i(vin)")->real;
  double kink = 0;
  for (std::size_t k = i.size() / 2; k + 2 < i.size(); ++k)
    kink = std::max(kink, std::fabs(i[k + 2] - 2 * i[k + 1] + i[k]));
  EXPECT_LT(kink, 1e-8);  // [A], of 10 uA
}

}  // namespace nullor
