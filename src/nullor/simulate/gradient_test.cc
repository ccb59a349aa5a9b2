#include "nullor/simulate/gradient.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "nullor/devices/registry.h"

namespace nullor {
namespace {

// One circuit for each registered device. Each has an op, an ac and a tran objective that the device
// influences.
struct Case {
  const char* devices;  // names in the registry, space separated
  const char* deck;
};

constexpr const char* kTail =
    ".op\n.ac lin 1 2meg 2meg\n.tran 20n 1u\n"
    ".meas ac gain find vm(out) at=2meg\n"
    ".meas tran area integ v(out) from=0.1u to=0.9u\n.end\n";

const Case kCases[] = {
    {"resistor capacitor inductor mutual_inductor voltage_source",
     "V1 in 0 dc 1 ac 1 20 sin(1 0.5 1.3meg 10n 1e5 30)\nR1 in a 1k tc1=1m tc2=1u\nC1 a 0 30p tc1=1m "
     "tc2=1u\nL1 a y 20u\nRy y 0 200\n"
     "L2 out x 30u\nK1 L1 L2 0.7\nR2 x 0 500 ac=400\nR3 a out 3k\n"},
    {"current_source vcvs cccs vccs ccvs",
     "I1 0 a dc 1m ac 1m pulse(1m 2m 0.11u 0.1u 0.13u 0.2u 2u)\nR1 a 0 1k\nC1 a 0 20p\nE1 b 0 a 0 2\nV1 b c "
     "0\nR2 c 0 1k\n"
     "F1 0 d V1 0.5\nR3 d 0 1k\nG1 0 e d 0 1m\nR4 e 0 2k\nH1 f 0 V1 100\nR5 f e 3k\nR6 e out 1k\nR7 out 0 "
     "1k\n"},
    {"voltage_switch current_switch",
     "V1 c 0 1\nV2 in 0 dc 1 ac 1 sin(1 0.3 1.5meg)\nR1 in a 100\nS1 a out c 0 sm\nW1 out 0 V3 wm\nV3 in g "
     "0\n"
     "R3 g 0 300\nR2 out 0 1k\nC1 out 0 20p\n.model sm sw(vt=0.5 vh=0.1 ron=10 roff=1meg)\n.model wm "
     "csw(it=1m ih=0.1m ron=500 roff=1meg)\n"},
    {"transmission_line",
     "V1 in 0 dc 1 ac 1 sin(0.5 0.5 3meg)\nR1 in a 70\nT1 a 0 out 0 z0=50 td=60n\nR2 out 0 100\nC1 out 0 "
     "10p\n"},
    {"diode",
     "V1 in 0 dc 0.9 ac 1 sin(0.9 0.4 1.5meg)\nR1 in out 300\nD1 out 0 dm area=1.5\n"
     ".model dm d(is=1e-13 n=1.1 rs=8 tt=2n cjo=3p vj=0.8 m=0.45 fc=0.45 bv=20 ibv=1m isr=1e-12 nr=2 ikf=0.1 "
     "eg=1.15 xti=3.2)\n"},
    {"diode_two_lines",
     "V1 in 0 dc 1 ac 1 sin(1 0.2 1.5meg)\nR1 in out 300\nC1 out 0 20p\nD1 out 0 dm area=1.5\n"
     "D2 0 out dm m=2\n.model dm d(ron=40 roff=100k vfwd=0.4)\n"},
    {"bjt",
     "VCC vcc 0 5\nV1 in 0 dc 0.9 ac 1 sin(0.9 0.1 1.5meg)\nR1 in b 2k\nRC vcc out 1k\nRE e 0 150\nQ1 out b "
     "e 0 qm\n"
     ".model qm npn(is=1e-15 bf=80 nf=1.02 vaf=40 ikf=20m ise=1e-13 ne=1.6 br=3 nr=1.01 var=15 ikr=10m "
     "isc=1e-13 nc=1.8 rb=100 "
     "irb=0.1m rbm=20 re=2 rc=15 cje=1p vje=0.7 mje=0.35 tf=0.3n xtf=2 vtf=3 itf=20m cjc=1p vjc=0.6 mjc=0.4 "
     "xcjc=0.6 tr=10n "
     "cjs=1p vjs=0.6 mjs=0.4 xtb=1 eg=1.12 xti=3 fc=0.5 iss=1e-16 ns=1.1)\n"},
    {"jfet",
     "VDD vdd 0 10\nV1 in 0 dc -1 ac 1 sin(-1 0.3 1.5meg)\nR1 in g 1k\nRD vdd out 1k\nRS s 0 50\nJ1 out g s "
     "jm\n"
     ".model jm njf(vto=-3 beta=1m lambda=20m rd=10 rs=10 cgs=2p cgd=1p pb=0.9 is=1e-14 fc=0.5)\n"},
    {"mos1",
     "VDD vdd 0 3\nV1 in 0 dc 1.2 ac 1 sin(1.2 0.3 1.5meg)\nR1 in g 1k\nRD vdd out 2k\nM1 out g s b mm w=20u "
     "l=1u ad=20p as=20p pd=40u ps=40u\n"
     "RS s 0 100\nVB b 0 -0.2\n.model mm nmos(level=1 vto=0.6 kp=120u gamma=0.5 phi=0.7 lambda=0.04 rd=5 "
     "rs=5 cbd=20f cbs=20f is=1e-15 pb=0.8 "
     "cgso=0.2n cgdo=0.2n cgbo=0.1n cj=0.3m mj=0.5 cjsw=0.3n mjsw=0.33 fc=0.5 tox=20n)\n"},
    {"mosfet2",
     "VDD vdd 0 3\nV1 in 0 dc 1.2 ac 1 sin(1.2 0.3 1.5meg)\nR1 in g 1k\nRD vdd out 2k\nM1 out g s b mm w=20u "
     "l=2u ad=20p as=20p pd=40u ps=40u\n"
     "RS s 0 100\nVB b 0 -0.2\n.model mm nmos(level=2 vto=0.6 uo=600 gamma=0.5 phi=0.7 lambda=0.04 rd=5 rs=5 "
     "nsub=1e16 tox=20n xj=0.3u ld=0.1u "
     "ucrit=1e5 uexp=0.1 cgso=0.2n cgdo=0.2n cj=0.3m mj=0.5)\n"},
    {"mosfet3",
     "VDD vdd 0 3\nV1 in 0 dc 1.2 ac 1 sin(1.2 0.3 1.5meg)\nR1 in g 1k\nRD vdd out 2k\nM1 out g s b mm w=20u "
     "l=2u ad=20p as=20p pd=40u ps=40u\n"
     "RS s 0 100\nVB b 0 -0.2\n.model mm nmos(level=3 vto=0.6 uo=600 gamma=0.5 phi=0.7 rd=5 rs=5 nsub=1e16 "
     "tox=20n xj=0.3u ld=0.1u "
     "vmax=1e5 theta=0.05 eta=0.05 kappa=0.5 delta=0.5 cgso=0.2n cgdo=0.2n cj=0.3m mj=0.5)\n"},
    {"ekv",
     "VDD vdd 0 1.8\nV1 in 0 dc 0.7 ac 1 sin(0.7 0.2 1.5meg)\nR1 in g 1k\nRD vdd out 10k\nM1 out g 0 0 mm "
     "w=10u l=0.5u\n"
     ".model mm nmos(level=44)\n"},
    {"bsim4",
     "VDD vdd 0 1.8\nV1 in 0 dc 0.8 ac 1 sin(0.8 0.2 1.5meg)\nR1 in g 1k\nRD vdd out 5k\nM1 out g 0 b mm "
     "w=4u "
     "l=0.3u ad=1p as=1p pd=5u ps=5u nrd=1\nVB b 0 -0.1\nCL out 0 1p\n"
     ".model mm nmos(level=54 version=4.5 toxe=4n vth0=0.45 k1=0.5 k2=-0.02 u0=0.03 ua=-6e-10 ub=1.7e-18 "
     "vsat=9e4 "
     "lvth0=2n a0=1.2 ags=0.4 nfactor=1.8 cdscd=5m pclm=0.1 rdsw=80 rsh=5 ndep=2e17 cgso=0.2n cgdo=0.2n "
     "cgsl=50p "
     "cjs=1m cjsws=0.1n jss=2m rbodymod=1 alpha0=30n beta0=14)\n"},
    {"ferroelectric",
     "V1 in 0 dc 0.2 ac 1 sin(0.2 0.3 1.5meg)\nR1 in out 10k\nR2 out 0 20k\nC1 out 0 1p\nNfe out 0 fe "
     "area=1e-12 c_lin=0.1p p0=0.05\n"
     ".model fe ferroelectric(alpha=-8e8 beta=1.1e11 gamma=1e12 rho=0.5 t_fe=1e-8)\n"},
    {"memristor",
     "V1 in 0 dc 0.2 ac 1 sin(0.2 0.3 1.5meg)\nR1 in out 1k\nC1 out 0 10p\nNm out 0 mr\n.model mr "
     "memristor\n"},
    {"laser photodiode",
     "V1 in 0 dc 2 ac 1 sin(2 0.2 1.5meg)\nR1 in a 50\nNl a 0 light ld\nNp out 0 light pd\nR2 out 0 1k\nRb "
     "out vb 10k\nVb vb 0 -1\n"
     ".model ld laser\n.model pd photodiode\n"},
    {"resistor_heated",
     "V1 in 0 dc 2 ac 1 sin(2 1 1.5meg)\nR1 in out 100 tc1=2m rth0=200 cth0=1e-9\nR2 out 0 100\nC1 out 0 "
     "10p\n"},
    {"diode_heated",
     "V1 in 0 dc 2 ac 1 sin(2 0.5 1.5meg)\nR1 in out 50\nD1 out 0 dm\n.model dm d(is=1e-13 rs=2 cjo=2p tt=1n "
     "rth0=300 cth0=1e-9)\n"},
    {"mos1_heated",
     "VDD vdd 0 3\nV1 in 0 dc 1.2 ac 1 sin(1.2 0.3 1.5meg)\nR1 in g 1k\nRD vdd out 500\nM1 out g 0 0 mm "
     "w=50u l=1u\n"
     ".model mm nmos(level=1 vto=0.6 kp=120u gamma=0.5 phi=0.7 lambda=0.04 cgso=0.2n cgdo=0.2n rth0=2000 "
     "cth0=1e-10)\n"},
    {"ekv_heated",
     "VDD vdd 0 1.8\nV1 in 0 dc 0.9 ac 1 sin(0.9 0.2 1.5meg)\nR1 in g 1k\nRD vdd out 1k\nM1 out g 0 0 mm "
     "w=50u l=0.5u\n"
     ".model mm nmos(level=44 rth0=2000 cth0=1e-10)\n"},
};

Engine tight(const std::string& deck) {
  Engine engine(read_circuit_text(deck));
  SimulationOptions& o = engine.options();
  o.reltol = 1e-9;
  o.abstol = 1e-15;
  o.vntol = 1e-12;
  o.trtol = 1e6;  // the grid is what .tran asks for; only its derivative matters here
  engine.options_changed();
  return engine;
}

// Every parameter's derivative of one objective against Richardson-extrapolated central differences of whole
// runs on the same time grid.
void agrees_with_differences(const std::string& deck, GradientRequest request) {
  Engine engine = tight(deck);
  request.grid = gradient(engine, request).grid;
  const GradientResult exact = gradient(engine, request);
  ASSERT_FALSE(exact.rows.empty());
  int moved = 0;
  for (const GradientRow& row : exact.rows) {
    const ParameterHandle handle = engine.dae().parameter(row.name);
    GradientRequest one = request;
    one.wrt = {row.name};
    const auto at = [&](double value) {
      engine.dae().set(handle, value);
      return gradient(engine, one).value;
    };
    // A parameter at zero that switches an effect off has a derivative on one side only; it is left out.
    if (row.value == 0) continue;
    // Rounding asks for a wide difference; a delay, which moves kinks of the interpolated past, for a narrow
    // one.
    const double h = (row.name.ends_with(":td") ? 2e-5 : 2e-4) * std::fabs(row.value);
    double slope = 0;
    try {
      const double wide = (at(row.value + h) - at(row.value - h)) / (2 * h);
      const double narrow = (at(row.value + h / 2) - at(row.value - h / 2)) / h;
      slope = (4 * narrow - wide) / 3;
    } catch (const InputError& e) {
      FAIL() << row.name << ": " << e.render();
    }
    engine.dae().set(handle, row.value);
    const double floor =
        2e-9 * std::fabs(exact.value / row.value);  // what rounding leaves of the differences
    EXPECT_NEAR(row.derivative, slope, 1e-5 * std::fabs(slope) + floor)
        << request.of << " by " << row.name << " = " << row.value;
    moved += std::fabs(slope) > floor;
  }
  EXPECT_GT(moved, 3) << "the objective hardly depends on anything";
}

class Gradients : public testing::TestWithParam<Case> {
 protected:
  std::string deck() const { return std::string("gradient\n") + GetParam().deck + kTail; }
};

TEST_P(Gradients, OfTheOperatingPointAreExact) { agrees_with_differences(deck(), {"v(out)", {}, "op", {}}); }
TEST_P(Gradients, OfSmallSignalsAreExact) { agrees_with_differences(deck(), {"gain", {}, "", {}}); }
TEST_P(Gradients, OfTransientsAreExact) { agrees_with_differences(deck(), {"area", {}, "", {}}); }

INSTANTIATE_TEST_SUITE_P(EveryDevice, Gradients, testing::ValuesIn(kCases), [](const auto& info) {
  std::string name = info.param.devices;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(GradientCases, CoverTheRegistry) {
  std::set<std::string> covered;
  for (const Case& c : kCases) {
    std::string_view rest = c.devices;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(' '), rest.size());
      covered.emplace(rest.substr(0, end));
      rest.remove_prefix(std::min(rest.size(), end + 1));
    }
  }
  for (const DeviceInfo& info : device_infos())
    EXPECT_TRUE(covered.contains(std::string(info.kind.name))) << info.kind.name;
}

TEST(Gradient, FollowsParametersThroughExpressions) {
  // v(out) = vdd r / (r + 1k) with r = 2 base: d/d(base) = vdd 2k / (r + 1k)^2
  Engine engine = tight(
      "t\n.param base=1k vdd=3\n.param r={2*base}\nV1 in 0 {vdd}\nR1 in out 1k\nR2 out 0 {r}\n.op\n.end\n");
  const GradientResult g = gradient(engine, {"v(out)", {"base", "vdd"}, "", {}});
  EXPECT_NEAR(g.value, 2.0, 1e-12);
  EXPECT_NEAR(g.rows[0].derivative, 3 * 2e3 / (3e3 * 3e3), 1e-15);
  EXPECT_NEAR(g.rows[1].derivative, 2.0 / 3, 1e-12);
}

TEST(Gradient, FollowsParametersThatTheMeasurementReads) {
  // out / vdd = r / (r + 1k) does not depend on vdd; out * vdd does, twice.
  const std::string deck =
      "t\n.param vdd=3\nV1 in 0 {vdd}\nR1 in out 1k\nR2 out 0 1k\n.op\n.meas op ratio "
      "param='v(out)/vdd'\n.meas op product param='v(out)*vdd'\n.end\n";
  Engine engine = tight(deck);
  EXPECT_NEAR(gradient(engine, {"ratio", {"vdd"}, "", {}}).rows[0].derivative, 0, 1e-12);
  EXPECT_NEAR(gradient(engine, {"product", {"vdd"}, "", {}}).rows[0].derivative, 3.0, 1e-12);
}

// m is the multiplier of the element and the grading coefficient of the model.
TEST(Gradient, TellsElementFromModelParameters) {
  Engine engine =
      tight("t\nV1 in 0 1\nR1 in a 1k\nD1 a 0 dm m=2\n.model dm d(is=1e-14 cjo=1p m=0.4)\n.op\n.end\n");
  const GradientResult g = gradient(engine, {"v(a)", {"d1:m", "dm:m"}, "", {}});
  EXPECT_EQ(g.rows[0].value, 2);
  EXPECT_EQ(g.rows[1].value, 0.4);
  EXPECT_LT(g.rows[0].derivative, -1e-3);
  EXPECT_EQ(g.rows[1].derivative, 0);  // a capacitance does not move an operating point
}

// v(0) decays with R C: the mean of v0 exp(-t / RC) over T is v0 RC (1 - exp(-T / RC)) / T.
TEST(Gradient, OfAGivenStartIsTheClosedForm) {
  Engine engine =
      tight("t\nR1 a 0 1k\nC1 a 0 1n ic=2\n.tran 1n 2u uic\n.meas tran mean avg v(a) from=0 to=2u\n.end\n");
  const GradientResult g = gradient(engine, {"mean", {"c1:ic"}, "", {}});
  EXPECT_NEAR(g.rows[0].derivative, 0.5 * (1 - std::exp(-2.0)), 1e-3);
  EXPECT_NEAR(g.rows[0].derivative * 2, g.value, 1e-9 * g.value + 2e-3);
}

TEST(Gradient, FollowsInitialConditions) {
  // ic= of capacitors, coupled inductors, a diode and a memristor; .ic through parameters; ddt() of a
  // formula.
  const std::string devices =
      ".param start=0.4 spread=0.1\nV1 in 0 sin(1 0.5 1.3meg)\nR1 in a 1k\nC1 a 0 30p ic=0.3\nC2 a out "
      "10p\nC3 out 0 20p\n"
      "K1 L1 L2 0.6\nL1 a y 20u ic=0.2m\nL2 out z 30u ic=-0.1m\nRy y 0 300\nRz z 0 500\nD1 out 0 dm "
      "ic=0.2\nB1 out 0 i=1p*ddt(v(a)*v(out))\n"
      "Nm out 0 mr\n"
      ".model dm d(is=1e-13 cjo=3p vj=0.8 tt=2n)\n.model mr memristor(w0=0.3)\n.ic v(out)={start+spread*2} "
      "v(z)={spread}\n";
  const std::string measures =
      ".meas tran area integ v(out) from=0 to=0.9u\n.meas tran first find i(l1) at=0\n.end\n";
  agrees_with_differences("t\n" + devices + ".tran 20n 1u uic\n" + measures, {"area", {}, "", {}});
  // The wave that starts on a line is a step; moving a step by td= is no small change.
  const std::string line = "T1 out 0 end 0 z0=200 td=130n ic=0.1,0.1m,0.2,0.2m\nRe end 0 300\n";
  agrees_with_differences("t\n" + devices + line + ".tran 20n 1u uic\n" + measures,
                          {"area", {"t1:z0", "re", "start", "spread", "c1:ic", "l2:ic"}, "", {}});
  Engine engine = tight("t\n" + devices + ".tran 20n 1u uic\n" + measures);
  EXPECT_DOUBLE_EQ(gradient(engine, {"first", {"l1:ic"}, "", {}}).rows[0].derivative, 1);
}

// Without uic .ic holds its nodes at the start.
TEST(Gradient, FollowsHeldNodes) {
  agrees_with_differences(
      "t\n.param start=0.4 r=1k\nV1 in 0 1\nR1 in a {r}\nC1 a 0 300p\nR2 a b 2k\nC2 b 0 200p\nL1 b c 1m\nRc "
      "c 0 500\n"
      ".ic v(b)={start}\n.tran 20n 1u\n.meas tran area integ v(a) from=0 to=0.9u\n.end\n",
      {"area", {}, "", {}});
}

TEST(Gradient, RefusesWaveformsAndUnknownNames) {
  Engine engine = tight("t\nV1 in 0 1\nR1 in 0 1k\n.tran 1n 10n\n.end\n");
  EXPECT_THROW(gradient(engine, {"v(in)", {}, "", {}}), InputError);
  EXPECT_THROW(gradient(engine, {"vecmax(v(in))", {"r9"}, "", {}}), InputError);
}

// Its term in the response has no derivative yet: better none than a wrong one.
TEST(Gradient, RefusesResponsesOfLaggingChannels) {
  const auto refused = [](const char* lag) {
    Engine engine =
        tight(std::string("t\nV1 g 0 0.9 ac 1\nV2 d 0 1\nR1 d out 1k\nM1 out g 0 0 n w=1u l=1u\n") +
              ".model n nmos level=14 acnqsmod=" + lag +
              "\n.ac lin 1 2meg 2meg\n.meas ac gain find vm(out) at=2meg\n.end\n");
    try {
      gradient(engine, {"gain", {}, "", {}});
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refused("0"), "");
  EXPECT_NE(refused("1").find("does not know acnqsmod=1"), std::string::npos);
}

}  // namespace
}  // namespace nullor
