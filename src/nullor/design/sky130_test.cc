// Two SKY130 amplifiers of AnalogGym against what ngspice 39 printed for them: tests skip without the data.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "nullor/design/analoggym_test.h"
#include "nullor/design/lane_evaluator.h"

namespace nullor {
namespace {

class Sky130 : public OnAnalogGym {
 protected:
  /// The metrics at these values of parameters, all others as AnalogGym ships them.
  std::map<std::string, double> measured(const std::string& name, const std::string& engine,
                                         const std::map<std::string, double>& values,
                                         const std::string& corner = "tt") {
    const Testbench bench =
        read_testbench(std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/amplifier.toml");
    CircuitSetting setting;
    setting.files.netlist = data_ + "/analoggym/amplifier/spice_netlist/" + name;
    setting.files.includes = {data_ + "/analoggym/amplifier/design_variables/" + name};
    setting.files.models = {data_ + "/sky130/corners/" + corner + "_flat.spice"};
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
};

const std::map<std::string, double> kNmcf = {{"mosfet_0_8_w_biascm_pmos", 2.0822112287558667},
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

TEST_F(Sky130, NmcfHasThePrintedMetrics) {
  // tc was printed as 1.020774e-6 and is 1.0207732e-6 at any tight tolerance, here and in ngspice: the
  // differences between temperatures show where a simulator stops its iterations.
  for (const char* engine : {"native", "lanes"}) {
    SCOPED_TRACE(engine);
    expect(measured("Leung_NMCF_Pin_3", engine, kNmcf), {{"tc", {1.0207735e-6, 1e-12}},
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

// What ngspice 39 has at five corners with reltol=1e-7 and trtol=0.1 in every deck: within 0.1 %, 0.1 dB, 0.1
// deg.
struct AtCorner {
  const char* corner;
  std::vector<double> values;
};
const std::vector<std::string> kCompared = {"tc",
                                            "power",
                                            "vos",
                                            "cmrr_dc",
                                            "psr_supply",
                                            "psr_ground",
                                            "dc_gain",
                                            "gbw",
                                            "phase_margin",
                                            "slew_rate_rise",
                                            "slew_rate_fall",
                                            "settling_time_rise",
                                            "settling_time_fall"};
const std::vector<AtCorner> kNmcfAtCorners = {
    {"tt",
     {1.02077e-06, 0.00430829, 0.000252103, -70.5358, -71.0011, -70.8109, 70.3528, 6.00469e+06, 77.6558,
      2.24667e+06, 2.31293e+06, 1.24765e-07, 1.34169e-07}},
    {"ss",
     {1.36855e-06, 0.00402594, 0.000157255, -68.2385, -67.1929, -70.5681, 72.1559, 6.12826e+06, 76.9718,
      2.2756e+06, 2.35708e+06, 1.56172e-07, 1.30186e-07}},
    {"ff",
     {1.43985e-06, 0.00458042, 0.000385774, -70.3473, -74.2578, -70.7324, 67.938, 5.73527e+06, 78.5727,
      2.19089e+06, 2.23614e+06, 1.27728e-07, 1.44494e-07}},
    {"sf",
     {1.51464e-06, 0.00453865, 0.00010302, -67.5418, -66.508, -70.5369, 72.2419, 6.31925e+06, 77.5576,
      2.34444e+06, 2.449e+06, 1.44011e-07, 1.25007e-07}},
    {"fs",
     {1.85997e-06, 0.00403716, 0.00046923, -68.9219, -73.6531, -71.0263, 67.2997, 5.50439e+06, 78.139,
      2.08872e+06, 2.09614e+06, 1.34282e-07, 1.52096e-07}},
};
const std::vector<AtCorner> kNmcnrAtCorners = {
    {"tt",
     {2.22769e-05, 0.000106898, 0.000332063, -41.7254, -41.6985, -90.8044, 109.34, 564567, 87.5667, 712610,
      546826, 5.57009e-07, 4.54767e-07}},
    {"ss",
     {4.48673e-05, 0.00010587, 0.000836827, -36.7791, -36.6548, -73.358, 104.646, 394865, 87.3707, 664585,
      519928, 5.97641e-07, 4.62406e-07}},
    {"ff",
     {1.11767e-05, 0.000108024, 6.55634e-05, -47.1279, -47.2187, -87.1736, 114.023, 763789, 88.0006, 750732,
      567563, 5.34294e-07, 4.48935e-07}},
    {"sf",
     {5.48419e-05, 0.000105861, 0.00104247, -35.2592, -35.1107, -70.3412, 103.973, 371584, 87.5447, 667101,
      535416, 5.87332e-07, 4.73296e-07}},
    {"fs",
     {8.80584e-06, 0.000108293, 4.67039e-06, -48.977, -49.1373, -83.9945, 114.445, 797877, 87.133, 729952,
      540527, 5.5131e-07, 4.4138e-07}},
};

TEST_F(Sky130, HasTheMetricsOfFiveCorners) {
  const auto check = [&](const std::string& name, const std::map<std::string, double>& sizing,
                         const std::vector<AtCorner>& corners) {
    for (const AtCorner& at : corners) {
      SCOPED_TRACE(name + " " + at.corner);
      const auto metrics = measured(name, "native", sizing, at.corner);
      for (std::size_t k = 0; k < kCompared.size(); ++k) {
        const bool absolute = kCompared[k].ends_with("_dc") || kCompared[k].starts_with("psr") ||
                              kCompared[k] == "dc_gain" || kCompared[k] == "phase_margin";
        EXPECT_NEAR(metrics.at(kCompared[k]), at.values[k], absolute ? 0.1 : 1e-3 * std::fabs(at.values[k]))
            << kCompared[k];
      }
    }
  };
  check("Leung_NMCF_Pin_3", kNmcf, kNmcfAtCorners);
  check("Leung_NMCNR_Pin_3", {{"current_0_bias", 3e-6}}, kNmcnrAtCorners);
}

}  // namespace
}  // namespace nullor
