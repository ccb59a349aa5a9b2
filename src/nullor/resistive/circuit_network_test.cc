#include "nullor/resistive/circuit_network.h"

#include <gtest/gtest.h>

#include "nullor/resistive/solve.h"

namespace nullor::resistive {
namespace {

ResistiveNetwork read(const std::string& deck) { return network_of(read_circuit_text("title\n" + deck)); }

TEST(CircuitNetwork, ReadsSubcircuitsParametersAndModels) {
  const auto net = read(
      ".param r=2k\n.subckt half a b\nr1 a m {r}\nd1 m b two area=2\n.ends\nx1 in 0 half\n"
      "v1 in 0 pulse(1 5 0 1n 1n 1u 2u)\ni1 0 in dc 1m m=3\n.model two d(ron=4 roff=1meg vfwd=0.5)\nd2 in 0 "
      "ideal");
  ASSERT_EQ(net.resistors.size(), 1u);
  EXPECT_DOUBLE_EQ(net.resistors.value[0], 1 / 2000.0);
  EXPECT_EQ(net.voltage_sources.value[0], 1);  // the pulse at 0
  EXPECT_DOUBLE_EQ(net.current_sources.value[0], 3e-3);
  EXPECT_DOUBLE_EQ(net.model_of(0).on_resistance, 2);
  EXPECT_DOUBLE_EQ(net.model_of(0).leakage, 2e-6);
  EXPECT_DOUBLE_EQ(net.model_of(0).forward_drop, 0.5);
  EXPECT_TRUE(net.model_of(1).ideal());
  EXPECT_EQ(net.describe(ElementKind::diode, 0).where.line, 5);
}

TEST(CircuitNetwork, TakesExponentialDiodesWithTheirSeriesResistance) {
  const auto net = read("v1 a 0 1\nd1 a 0 dm 2\n.model dm d(is=1e-12 n=1.5 rs=4)");
  EXPECT_TRUE(net.model_of(0).exponential());
  EXPECT_DOUBLE_EQ(net.model_of(0).saturation_current, 2e-12);
  ASSERT_EQ(net.resistors.size(), 1u);
  EXPECT_DOUBLE_EQ(net.resistors.value[0], 0.5);
}

TEST(CircuitNetwork, RefusesWhatItCannotSolve) {
  const std::pair<const char*, const char*> cases[] = {
      {"v1 a 0 1\nc1 a 0 1p", "'c1' is no element of a resistive network"},
      {"v1 a 0 1\nb1 a 0 i=v(a)", "'b1' follows a formula"},
      {"v1 a 0 1\nr1 a 0 r={1+v(a)}", "'r1' follows a formula"},
      {"v1 a 0 1\nd1 a 0 z\n.model z d(bv=5)", "'d1' has breakdown"},
      {"v1 a 0 1\nd1 a 0 z\n.model z d(ron=1 vrev=5)", "no parameter 'vrev'"},
  };
  for (const auto& [deck, what] : cases) {
    try {
      read(deck);
      ADD_FAILURE() << "accepted: " << deck;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
      EXPECT_GT(error.where().line, 1);
    }
  }
}

}  // namespace
}  // namespace nullor::resistive
