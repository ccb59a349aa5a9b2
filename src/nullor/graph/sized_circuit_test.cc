#include "nullor/graph/sized_circuit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "nullor/base/rng.h"

namespace nullor::graph {
namespace {

using Ports = std::vector<std::pair<std::string, int>>;

constexpr const char* kModels =
    ".model n nmos level=1\n.model p pmos level=1\n.model q npn\n.model d d\n"
    ".model rm r rsh=100 short=1u narrow=0.5u\n.model cm c cj=2m cjsw=1n short=0 narrow=0\n";

/// The elements of subcircuit t, whose ports have nodes of their own; the file calls it xdut.
SizedCircuit sized_of(const std::string& elements, const std::vector<std::string>& ports,
                      const std::string& outside = {}) {
  std::string list;
  for (const std::string& port : ports) list += " " + port;
  const Circuit c = read_circuit_text("t\n" + std::string(kModels) + outside + "xdut" + list +
                                      " t\n.subckt t" + list + "\n" + elements + ".ends\n.end\n");
  Ports nodes;
  for (const std::string& port : ports) nodes.emplace_back(port, c.find_node(port));
  return SizedCircuit(c, "xdut", nodes);
}

std::vector<double> numbers_of(const SizedCircuit& circuit, const std::vector<std::string>& names = {},
                               const std::vector<double>& values = {}) {
  SizedCircuit::Evaluator evaluator(circuit, names);
  std::vector<double> out(circuit.devices().size() * kSizedNumbers);
  evaluator.numbers(values, out);
  return out;
}

/// "nmos vout in gnd gnd 1e-06 1e-06 1": a device with ports by name and internal nets as "-".
std::vector<std::string> described(const SizedCircuit& circuit) {
  const std::vector<double> numbers = numbers_of(circuit);
  std::vector<std::string> out;
  for (std::size_t k = 0; k < circuit.devices().size(); ++k) {
    const SizedDevice& d = circuit.devices()[k];
    std::string text(info(d.kind).word);
    for (int pin = 0; pin < d.pins; ++pin) {
      const SizedNet& net = circuit.nets()[static_cast<std::size_t>(d.nets[static_cast<std::size_t>(pin)])];
      text += " " + (net.port == SizedPort::internal ? "-" : net.name);
    }
    char number[40];
    for (std::size_t i = 0; i < info(d.kind).numbers.size(); ++i) {
      std::snprintf(number, sizeof number, " %g", numbers[k * kSizedNumbers + i]);
      text += number;
    }
    out.push_back(text);
  }
  return out;
}

using Lines = std::vector<std::string>;

/// A two-stage amplifier, as lines that can be put in any order.
const Lines kAmplifier = {"m1 x vinn t vdda p w={w1} l=1u",
                          "m2 y vinp t vdda p w={w1} l=1u",
                          "m3 x x gnda gnda n w={w2} l=2u",
                          "m4 y x gnda gnda n w={w2} l=2u",
                          "m5 t b vdda vdda p w=4u l=1u m=2",
                          "m6 vout y gnda gnda n w={4*w2} l=1u",
                          "m7 vout b vdda vdda p w=8u l=1u",
                          "m8 b b vdda vdda p w=4u l=1u",
                          "i1 b gnda {ib}",
                          "cc y z {cc}",
                          "rz z vout 2k"};
const std::vector<std::string> kPorts = {"gnda", "vdda", "vinn", "vinp", "vout"};
constexpr const char* kValues = ".param w1=10u w2=5u ib=20u cc=2p\n";

std::string joined(const Lines& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

TEST(SizedCircuit, IsTheSameForEveryOrderAndNaming) {
  const SizedCircuit first = sized_of(joined(kAmplifier), kPorts, kValues);
  ASSERT_EQ(first.devices().size(), 11u);
  Rng rng(3);
  for (int trial = 0; trial < 20; ++trial) {
    Lines lines = kAmplifier;
    for (std::size_t k = lines.size(); k > 1; --k) std::swap(lines[k - 1], lines[rng.below(k)]);
    std::string text;
    for (std::size_t k = 0; k < lines.size(); ++k) {
      std::string line = lines[k];
      line.insert(1, std::to_string(rng.below(1000)) + "_" + std::to_string(k) + "_");
      for (const auto& [from, to] : {std::pair(" x ", " net7 "),
                                     {" x ", " net7 "},
                                     {" y ", " a "},
                                     {" t ", " net0 "},
                                     {" z ", " q1 "},
                                     {" b ", " net3 "},
                                     {" b ", " net3 "}}) {
        const auto at = line.find(from);
        if (at != std::string::npos) line.replace(at, 3, to);
      }
      text += line + "\n";
    }
    const SizedCircuit other = sized_of(text, kPorts, kValues);
    EXPECT_EQ(other.fingerprint(), first.fingerprint()) << text;
    EXPECT_EQ(described(other), described(first)) << text;
    EXPECT_EQ(numbers_of(other, {"w1", "cc"}, {3e-6, 7e-12}), numbers_of(first, {"w1", "cc"}, {3e-6, 7e-12}));
  }
}

TEST(SizedCircuit, KnowsAnotherCircuitByItsFingerprint) {
  const std::uint64_t own = sized_of(joined(kAmplifier), kPorts, kValues).fingerprint();
  for (const auto& [line, changed] :
       {std::pair<std::size_t, std::string>{0, "m1 x vinp t vdda p w={w1} l=1u"},
        {5, "m6 vout y gnda gnda p w=1u l=1u"},
        {9, "cc y vout {cc}"},
        {10, "rz z x 2k"},
        {8, "i1 gnda b {ib}"},
        {2, "m3 x x gnda vdda n w={w2} l=2u"},
        {6, "v7 vout b 1"}}) {
    Lines lines = kAmplifier;
    lines[line] = changed;
    EXPECT_NE(sized_of(joined(lines), kPorts, kValues).fingerprint(), own) << changed;
  }
  Lines sizes = kAmplifier;
  sizes[6] = "m7 vout b vdda vdda p w=80u l=2u m=3";
  EXPECT_EQ(sized_of(joined(sizes), kPorts, kValues).fingerprint(), own);
}

TEST(SizedCircuit, DrainAndSourceMayBeExchanged) {
  Lines lines = kAmplifier;
  lines[0] = "m1 t vinn x vdda p w={w1} l=1u";
  lines[3] = "m4 gnda x y gnda n w={w2} l=2u";
  lines[10] = "rz vout z 2k";
  const SizedCircuit a = sized_of(joined(kAmplifier), kPorts, kValues),
                     b = sized_of(joined(lines), kPorts, kValues);
  EXPECT_EQ(a.fingerprint(), b.fingerprint());
  EXPECT_EQ(numbers_of(a), numbers_of(b));
  const auto source_of_m1 = [](const SizedCircuit& c) {
    const auto& devices = c.devices();
    const auto m1 =
        std::find_if(devices.begin(), devices.end(), [](const auto& d) { return d.name == "m1"; });
    return c.nets()[static_cast<std::size_t>(m1->nets[2])].name;
  };
  EXPECT_EQ(source_of_m1(a), "t");
  EXPECT_EQ(source_of_m1(b), "x");
}

TEST(SizedCircuit, MergesEqualTransistorsSideBySide) {
  EXPECT_EQ(described(sized_of("m1 o i g g n w={w} l={l} m=2\nm2 g i o g n w='2*w/2' l={l} m={m}\n",
                               {"o", "i", "g"}, ".param w=3u l=1u m=5\n")),
            (Lines{"nmos o i g g 3e-06 1e-06 7"}));
  // Equal now, but not for every value of the parameters.
  EXPECT_EQ(
      sized_of("m1 o i g g n w={a} l=1u\nm2 o i g g n w={b} l=1u\n", {"o", "i", "g"}, ".param a=1u b=1u\n")
          .devices()
          .size(),
      2u);
}

TEST(SizedCircuit, MergesTransistorsInSeries) {
  const std::vector<std::string> ports = {"o", "i", "g", "vdda"};
  EXPECT_EQ(described(sized_of("m1 o i x g n w=3u l=1u\nm2 y i x g n w=3u l=2u\nm3 y i g g n w=3u l={l}\n",
                               ports, ".param l=0.5u\n")),
            (Lines{"nmos o i g g 3e-06 3.5e-06 1"}));
  for (const char* other : {"m2 x vdda g g n w=3u l=1u\n",   // another gate
                            "m2 x i g x n w=3u l=1u\n",      // the net is also a bulk
                            "m2 x i g g n w=3.1u l=1u\n",    // another width
                            "m2 x i g g n w=3u l=1u m=2\n",  // another number
                            "m2 x i g g p w=3u l=1u\n",      // another kind
                            "m2 x i g g n w=3u l=1u\nr1 x g 1k\n"}) {
    EXPECT_GE(sized_of("m1 o i x g n w=3u l=1u\n" + std::string(other), ports).devices().size(), 2u) << other;
  }
  EXPECT_EQ(sized_of("m1 o i vdda g n w=3u l=1u\nm2 vdda i g g n w=3u l=1u\n", ports).devices().size(), 2u);
}

TEST(SizedCircuit, MergesWhatIsSplitBothWays) {
  // Two stacks of two, side by side; and the same with the middles tied.
  const char* stacks = "m1 o i x g n w=2u l=1u\nm2 x i g g n w=2u l=1u\n";
  for (const char* other : {"m3 o i y g n w=2u l=1u\nm4 y i g g n w=2u l=1u\n",
                            "m3 o i x g n w=2u l=1u\nm4 x i g g n w=2u l=1u\n"}) {
    EXPECT_EQ(described(sized_of(stacks + std::string(other), {"o", "i", "g"})),
              (Lines{"nmos o i g g 2e-06 2e-06 2"}))
        << other;
  }
}

TEST(SizedCircuit, MergesPassiveDevices) {
  EXPECT_EQ(described(sized_of("r1 a x 1k\nr2 x y 3k\nr3 y b 4k m=2\nr4 b a 6k\n", {"a", "b"})),
            (Lines{"resistor a b 3000"}));
  EXPECT_EQ(described(sized_of("c1 a x 3p\nc2 x b 6p\nc3 b a 1p m=4\n", {"a", "b"})),
            (Lines{"capacitor a b 6e-12"}));
  EXPECT_EQ(described(sized_of("l1 a x 3n\nl2 b x 3n\nl3 a b 6n m=2\n", {"a", "b"})),
            (Lines{"inductor a b 2e-09"}));
  const SizedCircuit chain = sized_of("r1 a x {r}\nr2 x b {2*r}\n", {"a", "b"}, ".param r=1k\n");
  EXPECT_DOUBLE_EQ(numbers_of(chain, {"r"}, {5e3})[0], 15e3);
  EXPECT_DOUBLE_EQ(numbers_of(chain, {"nothing"}, {5e3})[0], 3e3);
}

TEST(SizedCircuit, AChainOfManyIsOne) {
  std::string text;
  for (int k = 0; k < 1000; ++k)
    text += "r" + std::to_string(k) + " n" + std::to_string(k) + " n" + std::to_string(k + 1) + " 2\n";
  text += "rl n1000 g 1\nrf a n0 1\n";
  EXPECT_EQ(described(sized_of(text, {"a", "g"})), (Lines{"resistor a g 2002"}));
}

TEST(SizedCircuit, ReadsWhatIsBehindAModel) {
  EXPECT_EQ(
      described(sized_of("r1 a b rm l=22u w=2.5u\nc1 c b cm l=10u w=20u\nd1 a c d 3 m=2\nq1 a b c q area=2\n",
                         {"a", "b", "c"})),
      (Lines{"npn a b c 2 1", "diode a c 3 2", "resistor a b 1333.33", "capacitor c b 4.6e-13"}));
}

TEST(SizedCircuit, AFoundrysSubcircuitIsItsDevice) {
  const char* foundry =
      ".subckt nf d g s b w=1 l=1 nf=1\nm0 d g s b n w={w*1u} l={l*1u}\n.ends\n"
      ".subckt mim a b w=1 l=1\nc1 a x '2f*w*l'\nr1 x y 1\nr2 y b 2\n.ends\n"
      ".subckt rc a b r=1k c=1p\nr1 a x {r}\nc1 x b {c}\n.ends\n";
  const SizedCircuit circuit = sized_of(
      "xm1 o i g g nf w=5 l=2 m=3\nxc o i mim w=10 l=10 m=2\nxz o i rc r=3k\n", {"o", "i", "g"}, foundry);
  EXPECT_EQ(described(circuit), (Lines{"nmos o i g g 5e-06 2e-06 3", "resistor o - 3000",
                                       "capacitor - i 1e-12", "capacitor o i 4e-13"}));
  EXPECT_EQ(circuit.devices()[0].name, "xm1");
  EXPECT_EQ(circuit.devices()[1].name, "xz.r1");
  EXPECT_EQ(circuit.devices()[3].name, "xc");
}

TEST(SizedCircuit, NumbersOfElementsCanBeSet) {
  const SizedCircuit circuit = sized_of("m1 o i g g n w=3u l=1u\nr1 o g 1k\n", {"o", "i", "g"});
  EXPECT_DOUBLE_EQ(numbers_of(circuit, {"m1:w"}, {7e-6})[0], 7e-6);
  EXPECT_DOUBLE_EQ(numbers_of(circuit, {"xdut.r1"}, {7})[kSizedNumbers], 7);
  EXPECT_TRUE(circuit.depends_on("R1:R"));
  EXPECT_FALSE(circuit.depends_on("r2"));
}

TEST(SizedCircuit, RefusesValuesThatSetApartWhatIsMerged) {
  const SizedCircuit circuit =
      sized_of("m1 o i g g n w={a} l=1u\nm2 o i g g n w={b} l=1u\n", {"o", "i", "g"}, ".param a=3u b={a}\n");
  ASSERT_EQ(circuit.devices().size(), 1u);
  EXPECT_DOUBLE_EQ(numbers_of(circuit, {"a"}, {5e-6})[0], 5e-6);
  EXPECT_DOUBLE_EQ(numbers_of(circuit, {"a", "b"}, {5e-6, 5e-6})[0], 5e-6);
  EXPECT_THROW(numbers_of(circuit, {"a", "b"}, {5e-6, 6e-6}), InputError);
  EXPECT_THROW(numbers_of(circuit, {"m1:w"}, {5e-6}), InputError);
}

TEST(SizedCircuit, AlikeDevicesAreOrderedByTheirSizes) {
  const char* small = "m1 o i g g n w=1u l=1u\n";
  const char* large = "m2 o i g g n w=9u l=1u\n";
  EXPECT_EQ(described(sized_of(small + std::string(large), {"o", "i", "g"})),
            described(sized_of(large + std::string(small), {"o", "i", "g"})));
}

TEST(SizedCircuit, RefusesWhatNoPredictorKnows) {
  const auto refused = [](const std::string& text, const std::string& outside = {}) {
    try {
      sized_of(text, {"a", "b"}, outside);
    } catch (const InputError& e) {
      return e.where().line > 0 || text.empty() ? std::string(e.what()) : "no place";
    }
    return std::string("read");
  };
  EXPECT_NE(refused("b1 a b v='2*v(a)'\n").find("'b1' is nothing that a predictor knows"), std::string::npos);
  EXPECT_NE(refused("e1 a b a b 2\n").find("an element 'e'"), std::string::npos);
  EXPECT_NE(refused("l1 a b 1n\nl2 a b 1n\nk1 l1 l2 0.9\n").find("'k1'"), std::string::npos);
  EXPECT_NE(refused("r1 a b r='1+v(a)'\n").find("formula"), std::string::npos);
  EXPECT_NE(refused("").find("no devices"), std::string::npos);
}

TEST(SizedPort, GoesByTheNamesPeopleUse) {
  const std::map<std::string, SizedPort> known = {
      {"vdda", SizedPort::supply},    {"AVDD", SizedPort::supply},       {"gnda", SizedPort::ground},
      {"vss", SizedPort::ground},     {"vinp", SizedPort::input_plus},   {"vinn", SizedPort::input_minus},
      {"vin", SizedPort::input_plus}, {"VINN2", SizedPort::input_minus}, {"vout", SizedPort::output},
      {"voutn", SizedPort::output},   {"ib", SizedPort::bias},           {"IBIAS", SizedPort::bias},
      {"vfb", SizedPort::feedback},   {"clk", SizedPort::other},         {"frobnicate", SizedPort::other}};
  for (const auto& [name, port] : known) EXPECT_EQ(word(sized_port(name)), word(port)) << name;
}

}  // namespace
}  // namespace nullor::graph
