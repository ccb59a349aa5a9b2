#include <gtest/gtest.h>

#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

using test::deck;
using test::error_of;

TEST(Resistor, IsReadInEveryForm) {
  const auto d = deck(
      ".param rv=3k\n.model rm r rsh=10\nR1 a 0 1k\nR2 a 0 r=2k m=2\nR3 a 0 rv\nR4 a 0 {rv*2} tc=1m,2u\n"
      "R5 a 0 rm l=10u w=1u\nR6 a 0 5k rm\nR7 a 0 rm 6k\nR8 a 0 7k tc1=3m ac=1 dtemp=5 noisy=0\nR9 a 0 "
      "'1k+1'\n");
  EXPECT_EQ(d.get("r1", "r"), 1000);
  EXPECT_EQ(d.get("r2", "m"), 2);
  EXPECT_EQ(d.get("r3", "r"), 3000);
  EXPECT_EQ(d.get("r4", "tc2"), 2e-6);
  EXPECT_EQ(d.model("r5").name, "rm");
  EXPECT_EQ(d.get("r5", "l"), 10e-6);
  EXPECT_EQ(d.get("r6", "r"), 5000);
  EXPECT_EQ(d.model("r7").type, "r");
  EXPECT_EQ(d.get("r8", "ac"), 1);
  EXPECT_EQ(d.get("r9", "r"), 1001);
}

TEST(Reactance, KeepsInitialConditions) {
  const auto d = deck("C1 a 0 1p ic=0.5\nL1 a b 1u ic=1m\nC2 b 0 c=2p\nL2 b 0 l={1n*3}\n");
  EXPECT_EQ(d.get("c1", "ic"), 0.5);
  EXPECT_EQ(d.get("l1", "ic"), 1e-3);
  EXPECT_EQ(d.get("c2", "c"), 2e-12);
  EXPECT_DOUBLE_EQ(d.get("l2", "l"), 3e-9);
}

TEST(Coupling, RefersToItsInductors) {
  const auto d = deck("K1 L1 L2 0.99\nL1 a 0 1u\nL2 b 0 1u\nL3 c 0 1u\nK2 L1 L2 L3 0.5\n");
  EXPECT_EQ(d.circuit.instances[static_cast<std::size_t>(d["k1"].references[1])].name, "l2");
  EXPECT_EQ(d.get("k1", "k"), 0.99);
  EXPECT_EQ(d.circuit.instances.size(), 7U) << "three inductors, k1, and three pairs of k2";
}

TEST(Source, ReadsDcAcAndTimeFunctions) {
  const auto d = deck(
      ".param vcm=0.9\nV1 a 0 5\nV2 b 0 dc 'vcm' ac 1 90 sin('vcm' 100m 500)\nV3 c 0 0 ac=1\nI1 d 0 DC=2m "
      "m=3\n"
      "V4 e 0 AC 2 PULSE 0 1 1n 1n 1n 5n 10n\nV5 f 0 pwl(0,0, 1n,1 2n 0) r=0 td=1n\nV6 g 0 sffm(0 1 1k) dc "
      "1\n"
      "V7 h 0 ac\nV8 i 0\nV9 j 0 exp ( 0 1 1n 1n )\nI2 a 0 am(1 0 1k 1meg 0)\n");
  EXPECT_EQ(d.get("v1", "dc"), 5);
  EXPECT_EQ(d.get("v2", "dc"), 0.9);
  EXPECT_EQ(d.get("v2", "acphase"), 90);
  EXPECT_EQ(d["v2"].source->kind, "sin");
  EXPECT_EQ(d.number(d["v2"].source->arguments[0]), 0.9);
  EXPECT_EQ(d.get("v3", "acmag"), 1);
  EXPECT_EQ(d.get("i1", "m"), 3);
  EXPECT_EQ(d["v4"].source->arguments.size(), 7U);
  EXPECT_EQ(d.get("v4", "acmag"), 2);
  EXPECT_EQ(d["v5"].source->arguments.size(), 6U);
  EXPECT_EQ(d["v5"].source->options[1].name, "td");
  EXPECT_EQ(d.get("v6", "dc"), 1);
  EXPECT_EQ(d.get("v7", "acmag"), 1);
  EXPECT_TRUE(d["v8"].parameters.empty());
  EXPECT_EQ(d["i2"].source->kind, "am");
}

TEST(ControlledSource, KeepsLinearOnesLinear) {
  const auto d = deck(
      "V1 a 0 1\nRa b 0 1\nE1 b 0 a 0 10\nE2 c 0 (a,0) 2\nG1 d 0 a b 1m m=2\nF1 e 0 V1 3\nH1 f 0 v1 "
      "{2*50}\nE3 g 0 a 0 gain=4\n");
  EXPECT_EQ(d.get("e1", "gain"), 10);
  EXPECT_EQ(d.nodes("e2"), "c 0 a 0");
  EXPECT_EQ(d.get("g1", "m"), 2);
  EXPECT_EQ(d["f1"].references, std::vector<int>{0});
  EXPECT_EQ(d.get("h1", "gain"), 100);
  EXPECT_EQ(d.get("e3", "gain"), 4);
}

TEST(Switch, NamesItsModelAndState) {
  const auto d = deck(
      "S1 a 0 b 0 sm on\nW1 a 0 v1 wm OFF\nV1 b 0 1\n.model sm sw vt=1 vh=0.2 ron=1 roff=1meg\n.model wm csw "
      "it=1m\n");
  EXPECT_TRUE(d["s1"].on);
  EXPECT_TRUE(d["w1"].off);
  EXPECT_EQ(d.circuit.instances[static_cast<std::size_t>(d["w1"].references[0])].name, "v1");
  EXPECT_EQ(d.find(d.model("s1").parameters, "roff"), 1e6);
}

TEST(Line, TakesImpedanceAndDelay) {
  const auto d = deck("T1 a 0 b 0 z0=50 td=1n ic=1,2,3,4\nT2 a 0 b 0 ZO=75 f=1g nl=0.25\nR1 a b 1\n");
  EXPECT_EQ(d.get("t1", "ic4"), 4);
  EXPECT_EQ(d.get("t2", "z0"), 75);
}

TEST(Semiconductor, CountsItsNodesUpToTheModel) {
  const auto d = deck(
      ".model dm d is=1f\n.model qm npn bf=100\n.model mm nmos level=1 vto=0.7\n.model jm njf\n.model fe "
      "ferroelectric\n"
      "D1 a 0 dm 2 off\nD2 a 0 tj dm thermal\nQ1 c b e qm\nQ2 c b e s qm 1.5 ic=0.6,5\nQ3 c b e s t qm "
      "area=2\n"
      "M1 d g s b mm w=10u l=1u m=4 ad=1p ic=1,2,3\nM2 d g s b t mm l=1u w=2u\nJ1 d g s jm 3\nN1 a 0 fe "
      "area=1e-14\n");
  EXPECT_EQ(d.get("d1", "area"), 2);
  EXPECT_TRUE(d["d1"].off);
  EXPECT_EQ(d.nodes("d2"), "a 0 tj");
  EXPECT_EQ(d.get("d2", "thermal"), 1);
  EXPECT_EQ(d.nodes("q2"), "c b e s");
  EXPECT_EQ(d.get("q2", "area"), 1.5);
  EXPECT_EQ(d.get("q2", "ic2"), 5);
  EXPECT_EQ(d["q3"].nodes.size(), 5U);
  EXPECT_EQ(d.get("m1", "ic3"), 3);
  EXPECT_EQ(d["m2"].nodes.size(), 5U);
  EXPECT_EQ(d.get("j1", "area"), 3);
  EXPECT_EQ(d.model("n1").type, "ferroelectric");
}

TEST(Model, IsReadWithAndWithoutParentheses) {
  const auto d = deck(
      ".param k=2\n.model a nmos(level=14 vto = -0.5 kp={k*1u} version=4.8.1 tox=k mfg=\"acme\" noiseless)\n"
      ".model b nmos level=1\n+ vto=1\nM1 1 2 3 4 a w=1u l=1u\nM2 1 2 3 4 b w=1u l=1u\n");
  const auto& p = d.model("m1").parameters;
  EXPECT_EQ(d.find(p, "level"), 14);
  EXPECT_EQ(d.find(p, "vto"), -0.5);
  EXPECT_DOUBLE_EQ(d.find(p, "kp"), 2e-6);
  EXPECT_EQ(d.find(p, "tox"), 2);
  EXPECT_EQ(p[3].text, "4.8.1");
  EXPECT_EQ(p[5].text, "acme");
  EXPECT_EQ(d.find(p, "noiseless"), 1);
  EXPECT_EQ(d.find(d.model("m2").parameters, "vto"), 1);
}

TEST(Model, IsChosenByLengthAndWidth) {
  const std::string bins =
      ".model n.1 nmos lmin=1u lmax=2u wmin=1u wmax=10u\n.model n.2 nmos lmin=2u lmax=5u wmin=1u wmax=10u\n"
      ".model n.3 nmos lmin=1u lmax=5u wmin=10u wmax=20u\n";
  const auto name = [&](const std::string& rest) { return deck(bins + rest).model("m1").name; };
  EXPECT_EQ(name("M1 1 2 3 4 n l=1u w=5u\n"), "n.1");
  EXPECT_EQ(name("M1 1 2 3 4 n l=2u w=5u\n"), "n.2") << "the upper limit belongs to the next bin";
  EXPECT_EQ(name("M1 1 2 3 4 n l=5u w=5u\n"), "n.2") << "unless there is none";
  EXPECT_EQ(name("M1 1 2 3 4 n l=3u w=12u nf=2\n"), "n.2") << "width per finger";
  EXPECT_EQ(name("M1 1 2 3 4 n l=3 w=12\n.option scale=1u\n"), "n.3");
  EXPECT_EQ(name("M1 1 2 3 4 n.1 l=9u w=9u\n"), "n.1") << "a bin named outright";
}

}  // namespace
}  // namespace nullor
