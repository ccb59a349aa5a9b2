// Netlists of small networks, run by ngspice and compared with the oracle's states.
#include "nullor/resistive/deep_netlist.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/io/raw_file.h"
#include "nullor/resistive/deep_oracle_test.h"

namespace nullor {
namespace {

const std::uint8_t kPixels[] = {51, 204, 128, 0};

DeepNetwork small() {
  DeepNetwork out = DeepNetwork::random({4, 6, 6, 3}, 4, Rng(11));
  Rng rng(12);
  for (auto& layer : out.biases) {
    for (float& b : layer) b = static_cast<float>(0.3 * rng.normal());
  }
  return out;
}

/// The largest difference of an output to the oracle's [V]; not a number where ngspice gives none.
double difference(const DeepNetwork& network, double emission_coefficient) {
  const TestFolder folder;
  const std::string path = folder.path("network.cir");
  write_file(path, write_deep_netlist(network, kPixels, {"test", emission_coefficient}));
  const std::string command = "ngspice -b -r " + path + ".raw " + path + " > " + path + ".log 2>&1";
  if (std::system(command.c_str()) == -1) return NAN;
  const auto tables = read_raw(read_file(path + ".raw"), path);
  const test::OracleNetwork net(network);
  test::Layers v = net.rest(kPixels);
  if (tables.size() != 1 || !test::settle(net, v)) return NAN;
  double worst = 0;
  for (std::size_t k = 0; k < v.back().size(); ++k) {
    const Column* column = tables[0].find("v(out" + std::to_string(k) + ")");
    if (!column || column->real.size() != 1) return NAN;
    worst = std::max(worst, std::abs(column->real[0] - v.back()[k]));
  }
  return worst;
}

class DeepNetlist : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("ngspice --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "ngspice is not installed";
  }
};

TEST_F(DeepNetlist, TendsToTheIdealNetworkAsDiodesDo) {
  const double rough = difference(small(), 1e-1), fine = difference(small(), 1e-3);
  EXPECT_LT(fine, 1e-3);
  EXPECT_LT(fine, 0.05 * rough);
}

TEST_F(DeepNetlist, HasTheDiodeOfTheNetwork) {
  DeepNetwork network = small();
  network.diode.forward_drop = 0.1;
  EXPECT_LT(difference(network, 1e-3), 1e-3);
  network.diode.on_resistance = 0.5;
  network.diode.leakage = 0.2;
  EXPECT_LT(difference(network, 1e-3), 1e-3);
  network.diode = {};
  network.diode.saturation_current = 1e-6;
  EXPECT_LT(difference(network, 1), 1e-4);
}

TEST(DeepNetlistText, HasDiodesOfStraightLines) {
  DeepNetwork network = small();
  const auto text = [&] { return write_deep_netlist(network, kPixels, {"test", 1e-3, true}); };
  EXPECT_NE(text().find(".model unit d(ron=0 vfwd=0)\n"), std::string::npos);
  network.diode = {0.25, 0.5, 0.125};
  EXPECT_NE(text().find(".model unit d(ron=0.5 vfwd=0.25 roff=8)\n"), std::string::npos);
  EXPECT_NE(text().find("\nd1_0 0 h1_0 unit\n"), std::string::npos);
  EXPECT_NE(text().find("\nd1_3 h1_3 0 unit\n"), std::string::npos);
  network.diode.leakage = 4;
  EXPECT_THROW(write_deep_netlist(network, kPixels), InputError);
}

TEST_F(DeepNetlist, HasTheAmplifiersOfTheNetwork) {
  DeepNetwork network = small();
  network.amplifier_gain = 3;
  EXPECT_LT(difference(network, 1e-3), 3e-3);
}

}  // namespace
}  // namespace nullor
