// Testbenches on a graphics device, with the driver of driver.cc, against the same in lanes.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "nullor/design/analoggym_test.h"
#include "nullor/design/cuda_simulator.h"
#include "nullor/design/lane_evaluator.h"
#include "nullor/design/lane_simulator.h"
#include "nullor/design/testbench_evaluator.h"

namespace nullor {
namespace {

const std::string kRoot = NULLOR_SOURCE_DIR;
std::shared_ptr<CudaDevice> fibers() {
  return open_for_samples({".visible .entry nullor_samples", NULLOR_TEST_DRIVER});
}

std::vector<double> conditions_of(const Testbench& bench) {
  std::vector<double> out;
  for (const Condition& c : bench.conditions) out.push_back(c.value);
  return out;
}

void expect_as_in_lanes(const Testbench& bench, const CircuitSetting& setting,
                        const std::vector<Sample>& samples) {
  TestbenchEvaluator alone(bench, setting);
  for (std::size_t k = 0; k < bench.setups.size(); ++k)
    EXPECT_TRUE(CudaSimulator::supports(alone.circuit(k))) << bench.setups[k].name;
  LaneEvaluator on_device(bench, setting, fibers()), in_lanes(bench, setting);
  const auto all = [](std::size_t) { return true; };
  const auto a = on_device.evaluate_many(samples, all), b = in_lanes.evaluate_many(samples, all);
  ASSERT_EQ(a.size(), samples.size());
  EXPECT_LE(on_device.alone(), in_lanes.alone());
  for (std::size_t k = 0; k < samples.size(); ++k) {
    EXPECT_EQ(a[k].failure, b[k].failure) << k << ": " << a[k].reason << " / " << b[k].reason;
    for (std::size_t m = 0; m < bench.metrics.size(); ++m) {
      const std::string& name = bench.metrics[m].name;
      EXPECT_EQ(std::isnan(a[k].values[m]), std::isnan(b[k].values[m])) << name << " of " << k;
      // As between lanes and the scalar engine (design/testbench_test.cc).
      const bool tail = name.starts_with("settl");
      const double floor = name.starts_with("error_") ? 5e-6 : 1e-9;
      if (std::isnan(b[k].values[m])) continue;
      EXPECT_NEAR(a[k].values[m], b[k].values[m], (tail ? 2e-2 : 1e-3) * std::fabs(b[k].values[m]) + floor)
          << name << " of " << k;
    }
  }
}

TEST(CudaSimulator, MeasuresWhatLanesMeasure) {
  const Testbench bench = read_testbench(kRoot + "/share/testbenches/amplifier.toml");
  const CircuitSetting setting{
      {kRoot + "/examples/dataset/two_stage.cir", {}, {}, ""}, {"c_miller", "l_in", "r_zero"}, {1, 1, 1}, {}};
  std::vector<Sample> samples;
  for (const std::vector<double>& p : std::vector<std::vector<double>>{
           {4e-12, 1e-6, 2e3}, {6e-12, 0.6e-6, 100}, {1.4e-15, 3e-6, 2.8e3}, {5e-12, 1.2e-6, 1e3}})
    samples.push_back({p, conditions_of(bench)});
  samples[2].conditions[2] = 1e-12;  // a load with which it rings
  samples[3].conditions[3] = 85;     // temperature
  expect_as_in_lanes(bench, setting, samples);
}

/// Largest difference of two tables' voltages, relative to the largest one: a current through a capacitor of
/// 1 TF is rounding alone.
double difference(const Table& a, const Table& b) {
  if (a.kind != b.kind || a.columns.size() != b.columns.size() || a.rows() != b.rows()) return HUGE_VAL;
  double most = 0, largest = 0;
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    if (b.columns[c].quantity != Quantity::voltage) continue;
    const bool is_real = a.columns[c].complex.empty();
    for (std::size_t r = 0; r < a.rows(); ++r) {
      const std::complex<double> x = is_real ? a.columns[c].real[r] : a.columns[c].complex[r];
      const std::complex<double> y = is_real ? b.columns[c].real[r] : b.columns[c].complex[r];
      most = std::max(most, std::abs(x - y));
      largest = std::max(largest, std::abs(y));
    }
  }
  return most / largest;
}

class CudaOnAnalogGym : public OnAnalogGym {};

// All set-ups but the transient, for which fibers take minutes.
TEST_F(CudaOnAnalogGym, HasTheTablesOfLanes) {
  const Testbench bench = read_testbench(kRoot + "/share/testbenches/amplifier.toml");
  for (const std::string name : {"Leung_NMCF_Pin_3", "Leung_NMCNR_Pin_3", "Peng_ACBC_Pin_3"}) {
    CircuitSetting setting;
    setting.files.netlist = data_ + "/analoggym/amplifier/spice_netlist/" + name;
    setting.files.includes = {data_ + "/analoggym/amplifier/design_variables/" + name};
    setting.files.models = {data_ + "/sky130/corners/tt_flat.spice"};
    setting.parameters = {"current_0_bias"};
    setting.start = {3e-6};
    TestbenchEvaluator alone(bench, setting);
    for (std::size_t k = 0; k < bench.setups.size(); ++k) {
      EXPECT_TRUE(CudaSimulator::supports(alone.circuit(k))) << name << ", " << bench.setups[k].name;
      if (bench.setups[k].name == "buffer_step") continue;
      std::vector<Pinned> samples;
      for (const double bias : {3e-6, 5e-6})
        samples.push_back(*alone.pinned(k, {{bias}}, conditions_of(bench)));
      const auto never = [](std::size_t, const Table&) { return false; };
      const auto a =
          CudaSimulator(alone.circuit(k), alone.wants_regions(k), fibers()).run(samples, never, {});
      const auto b = LaneSimulator(alone.circuit(k), alone.wants_regions(k)).run(samples, never, {});
      for (std::size_t s = 0; s < samples.size(); ++s) {
        ASSERT_TRUE(a[s] && b[s]) << name << ", " << bench.setups[k].name;
        ASSERT_EQ(a[s]->tables.size(), b[s]->tables.size());
        for (std::size_t t = 0; t < a[s]->tables.size(); ++t)
          EXPECT_LT(difference(a[s]->tables[t], b[s]->tables[t]), 1e-5)
              << name << ", " << bench.setups[k].name;
        ASSERT_EQ(a[s]->regions.has_value(), b[s]->regions.has_value());
      }
    }
  }
}

}  // namespace
}  // namespace nullor
