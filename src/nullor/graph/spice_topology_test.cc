#include "nullor/graph/spice_topology.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "nullor/base/file.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/topology_samples.h"

namespace nullor::graph {
namespace {

TEST(SpiceTopology, ReadsASubcircuit) {
  const SpiceTopology found = spice_topology(R"(* an amplifier
.model tn nmos level=1
.SUBCKT amp INP out vdda GND odd
M1 out inp a 0 tn w=1u l = 'a + b'
+ m=2
xm2 out out VDDA vdda sky130_fd_pr__pfet_01v8 w=1 ; load
R1 a gnd {1k + 2} $ tail
Q1 out a odd tp_npn
Q2 out a odd gnd qpnp 2
XR3 a odd gnd sky130_fd_pr__res_high_po w=1
C1 a out 1p
D1 a out dd
i1 b 0 1u
M9 b b vdda vdda pch_lvt
V1 c vdda 1
L1 c a 1n
E1 a 0 b 0 2
.ends
)",
                                             "amp.spice");
  EXPECT_EQ(found.name, "amp");
  EXPECT_EQ(netlist_text(found.topology),
            "m1 (out inp a 0) nmos4\nxm2 (out out vdda vdda) pmos4\nr1 (a 0) resistor\nq1 (out a odd) npn\n"
            "q2 (out a odd 0) pnp\nxr3 (a odd) resistor\nc1 (a out) capacitor\nd1 (a out) diode\n"
            "m9 (b b vdda vdda) pmos4\nl1 (c a) inductor\n");
  const auto role = [&](const char* name) {
    return found.topology.nets[static_cast<std::size_t>(found.topology.find_net(name))].role;
  };
  EXPECT_EQ(role("inp"), PortRole::vin);
  EXPECT_EQ(role("out"), PortRole::vout);
  EXPECT_EQ(role("vdda"), PortRole::vdd);
  EXPECT_EQ(role("0"), PortRole::vss);
  EXPECT_EQ(role("a"), PortRole::internal);
  EXPECT_EQ(role("b"), PortRole::ib);
  EXPECT_EQ(role("c"), PortRole::vb);
  EXPECT_EQ(found.unknown_ports, std::vector<std::string>{"odd"});
  EXPECT_EQ(found.notes, (std::vector<std::string>{"e1 is left out", "i1: its net b is a bias port",
                                                   "v1: its net c is a bias port"}));
}

TEST(SpiceTopology, RolesCanBeGiven) {
  const char* text = ".subckt a x vdd\nr1 x vdd 1\n.ends\n";
  const auto role = [&](const SpiceOptions& options, std::size_t net) {
    return spice_topology(text, "t", options).topology.nets[net].role;
  };
  EXPECT_EQ(role({}, 0), PortRole::internal);
  EXPECT_EQ(role({.roles = {{"X", PortRole::vcm}}}, 0), PortRole::vcm);
  EXPECT_TRUE(spice_topology(text, "t", {.roles = {{"X", PortRole::vcm}}}).unknown_ports.empty());
  EXPECT_EQ(role({.roles = {{"vdd", PortRole::internal}}}, 1), PortRole::internal);
}

TEST(SpiceTopology, FlattensWhatTheFileHas) {
  const char* text = R"(.subckt mirror in out s
m1 in in s s nmos
m2 out in s 0 nmos
r1 s k 1
r2 k 0 1
.ends
.subckt top vin vout vss
x1 vin b vss mirror
x2 b vout vss mirror
.ends
)";
  const SpiceTopology found = spice_topology(text, "t");
  EXPECT_EQ(found.name, "top");
  EXPECT_EQ(netlist_text(found.topology),
            "x1.m1 (vin vin vss vss) nmos4\nx1.m2 (b vin vss 0) nmos4\nx1.r1 (vss x1.k) resistor\n"
            "x1.r2 (x1.k 0) resistor\nx2.m1 (b b vss vss) nmos4\nx2.m2 (vout b vss 0) nmos4\n"
            "x2.r1 (vss x2.k) resistor\nx2.r2 (x2.k 0) resistor\n");
  EXPECT_EQ(spice_topology(text, "t", {.subcircuit = "Mirror"}).topology.devices.size(), 4u);
}

TEST(SpiceTopology, ReadsADeckWithoutSubcircuit) {
  const SpiceTopology found = spice_topology(
      "title r1 a b\nvdd vdd 0 1.8\nvin vin 0 1\nr1 vdd out 1k\nm1 out vin 0 0 nfet\n.end\n", "t");
  EXPECT_TRUE(
      isomorphic(found.topology, circuit_of("R1 (VDD VOUT1) resistor\nM1 (VOUT1 VIN1 VSS VSS) nmos4")));
}

TEST(SpiceTopology, ReadsAFlatCircuit) {
  const char* deck =
      "title\n.model tn nmos\n.subckt stage vin out\nm1 out vin 0 0 tn\n.ends\n"
      "vdd vdd 0 1.8\nvin vin 0 1\nr1 vdd out 1k\nx1 vin out stage\n.op\n.end\n";
  EXPECT_EQ(canonical_form(spice_topology(read_circuit_text(deck)).topology),
            canonical_form(circuit_of("R1 (VDD VOUT1) resistor\nM1 (VOUT1 VIN1 VSS VSS) nmos4")));
}

TEST(SpiceTopology, SaysWhatIsWrongWhere) {
  const auto refuse = [](const std::string& text, const std::string& message,
                         const SpiceOptions& options = {}) {
    try {
      spice_topology(text, "bad.spice", options);
      ADD_FAILURE() << text;
    } catch (const InputError& e) {
      EXPECT_NE(e.render().find(message), std::string::npos) << e.render();
    }
  };
  refuse(".subckt a b\nr1 b\n.ends", "bad.spice:2: error: r1 has too few nodes");
  refuse(".subckt a b\nm1 b b b b foo\n.ends", "whether model 'foo' is nmos or pmos");
  refuse(".subckt a b\nm1 b b\n.ends", "too few nodes");
  refuse(".subckt a b\nx1 b b b b pll_core\n.ends", "'pll_core' is no subcircuit");
  refuse(".subckt a b\nx1 b b b b b sky_nfet\n.ends", "tells no device of 5 nodes");
  refuse(".subckt a b\n", "'a' has no .ends");
  refuse(".subckt a b\n.ends\n.subckt c d\n.ends", "choose one of: a, c");
  refuse(".subckt amp b\n.ends\n", "did you mean 'amp'", {.subcircuit = "anp"});
  refuse(".subckt a b\nx1 b a\n.ends\n.subckt c d\nx1 d a\n.ends", "twenty deep");
  std::string bomb = ".subckt s0 a\n.ends\n";
  for (int k = 1; k < 20; ++k) {
    bomb += fmt::format(".subckt s{} a\n", k);
    for (int i = 0; i < 10; ++i) bomb += fmt::format("x{} a s{}\n", i, k - 1);
    bomb += ".ends\n";
  }
  refuse(bomb, "100,000 lines");
}

// Twelve amplifiers with SKY130 devices; each has one current source for its bias.
TEST(SpiceTopology, ReadsTheAmplifiersOfAnalogGym) {
  const char* given = std::getenv("NULLOR_DATA");
  const std::string folder = (given ? given : std::string(NULLOR_SOURCE_DIR) + "/../shared/data") +
                             "/analoggym/amplifier/spice_netlist";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder << ": set NULLOR_DATA";
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string text = read_file(entry.path().string());
    const SpiceTopology found = spice_topology(text, entry.path().string());
    ++read;
    EXPECT_TRUE(found.unknown_ports.empty()) << entry.path();
    std::size_t elements = 0;
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
      elements +=
          at + 1 < text.size() && std::string_view("xXcCrRlL").find(text[at + 1]) != std::string_view::npos;
    EXPECT_EQ(found.topology.devices.size(), elements) << entry.path();
    std::multiset<PortRole> roles;
    for (const Net& net : found.topology.nets) {
      if (net.is_port()) roles.insert(net.role);
    }
    EXPECT_EQ(roles, (std::multiset<PortRole>{PortRole::vdd, PortRole::vss, PortRole::vin, PortRole::vin,
                                              PortRole::vout, PortRole::ib}))
        << entry.path();
    EXPECT_TRUE(check_rules(found.topology).empty()) << entry.path() << check_rules(found.topology)[0].text;
  }
  EXPECT_EQ(read, 12);
}

}  // namespace
}  // namespace nullor::graph
