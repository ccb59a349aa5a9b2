// SKY130 amplifiers of AnalogGym as predictors see them: tests skip without the data.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "nullor/base/file.h"
#include "nullor/base/rng.h"
#include "nullor/base/test_folder.h"
#include "nullor/design/analoggym_test.h"
#include "nullor/design/prediction_rows_test.h"

namespace nullor {
namespace {

using graph::kSizedNumbers;

class PredictionSky130 : public OnAnalogGym {
 protected:
  PredictionQuery query_of(const std::string& amplifier) const {
    PredictionQuery out;
    out.files.netlist = data_ + "/analoggym/amplifier/spice_netlist/" + amplifier;
    out.files.includes = {data_ + "/analoggym/amplifier/design_variables/" + amplifier};
    out.testbench = std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/amplifier.toml";
    return out;
  }
};

/// The same fingerprint, order and numbers, which the models are not needed for.
void expect_same(const PredictionRows& a, const PredictionRows& b) {
  EXPECT_EQ(a.circuit->fingerprint(), b.circuit->fingerprint());
  ASSERT_EQ(a.circuit->devices().size(), b.circuit->devices().size());
  for (std::size_t d = 0; d < a.circuit->devices().size(); ++d) {
    EXPECT_EQ(a.circuit->devices()[d].name, b.circuit->devices()[d].name);
    EXPECT_EQ(a.circuit->devices()[d].nets, b.circuit->devices()[d].nets);
    for (std::size_t k = 0; k < kSizedNumbers; ++k) {
      const double x = a.numbers[d * kSizedNumbers + k], y = b.numbers[d * kSizedNumbers + k];
      EXPECT_NEAR(x, y, 1e-12 * std::fabs(x)) << a.circuit->devices()[d].name;
    }
  }
}

TEST_F(PredictionSky130, IsTheSameWithAndWithoutModels) {
  for (const auto& entry :
       std::filesystem::directory_iterator(data_ + "/analoggym/amplifier/spice_netlist")) {
    const std::string name = entry.path().filename().string();
    SCOPED_TRACE(name);
    PredictionQuery query = query_of(name);
    const PredictionRows without = query_rows(query);
    query.files.models = {data_ + "/sky130/corners/tt_flat.spice"};
    const PredictionRows with = query_rows(query);
    expect_same(with, without);
    EXPECT_GE(with.circuit->devices().size(), 10u);
  }
}

/// A netlist with its lines in another order, other names of devices and inner nets, and about every second
/// drain exchanged with its source.
std::string disguised(const std::string& netlist, Rng& rng, bool exchange) {
  std::vector<std::string> elements;
  std::istringstream in(netlist);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '.') elements.push_back(line);
  }
  for (std::size_t k = elements.size(); k > 1; --k) std::swap(elements[k - 1], elements[rng.below(k)]);
  const std::string prefix = "q" + std::to_string(rng.below(100)) + "_";
  std::string out = netlist.substr(0, netlist.find('\n') + 1);
  for (std::size_t k = 0; k < elements.size(); ++k) {
    std::istringstream words(elements[k]);
    std::vector<std::string> parts;
    for (std::string word; words >> word;) parts.push_back(word);
    const bool transistor = parts[0][0] == 'x';
    for (std::size_t pin = 1; pin < (transistor ? 5u : 3u); ++pin) {
      std::string name = parts[pin];
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const bool port =
          name == "gnda" || name == "vdda" || name == "vinn" || name == "vinp" || name == "vout";
      if (!port) parts[pin] = prefix + std::string(name.rbegin(), name.rend());
    }
    if (transistor && exchange && rng.below(2) == 1) std::swap(parts[1], parts[3]);
    parts[0] = parts[0].substr(0, 1) + std::to_string(k);
    for (const std::string& part : parts) out += part + " ";
    out += "\n";
  }
  return out + ".ends\n";
}

TEST_F(PredictionSky130, NamesAndOrderMeanNothing) {
  const TestFolder folder;
  std::map<std::uint64_t, std::string> known;
  Rng rng(5);
  for (const auto& entry :
       std::filesystem::directory_iterator(data_ + "/analoggym/amplifier/spice_netlist")) {
    const std::string name = entry.path().filename().string();
    SCOPED_TRACE(name);
    PredictionQuery query = query_of(name);
    // Every parameter another value: an order that depends on names would show.
    const PredictionRows plain = query_rows(query);
    for (const std::string& parameter : plain.circuit->parameters()) {
      query.parameters.push_back(parameter);
      query.values.push_back(rng.uniform(1, 2));
    }
    const PredictionRows first = query_rows(query);
    const auto [other, is_new] = known.emplace(first.circuit->fingerprint(), name);
    EXPECT_TRUE(is_new) << "like " << other->second;
    for (const bool exchange : {false, true}) {
      const std::string text = disguised(read_file(entry.path().string()), rng, exchange);
      query.files.netlist = folder.path("d.sp");
      write_file(query.files.netlist, text);
      const PredictionRows again = query_rows(query);
      EXPECT_EQ(again.circuit->fingerprint(), first.circuit->fingerprint()) << text;
      EXPECT_EQ(again.numbers, first.numbers) << text;
    }
  }
  EXPECT_GE(known.size(), 12u);
}

TEST_F(PredictionSky130, NumbersAreInMetres) {
  PredictionQuery query;
  query.files.netlist = data_ + "/analoggym/amplifier/spice_netlist/Leung_NMCF_Pin_3";
  query.files.includes = {data_ + "/analoggym/amplifier/design_variables/Leung_NMCF_Pin_3"};
  query.files.models = {data_ + "/sky130/corners/tt_flat.spice"};
  query.testbench = std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/amplifier.toml";
  query.parameters = {"mosfet_0_8_w_biascm_pmos", "mosfet_0_8_m_biascm_pmos", "capacitor_1"};
  query.values = {2.5, 7, 9e-12, 0.01, 7, 9e-12};  // the second is in no bin
  for (int trial = 0; trial < 2; ++trial) {
    const PredictionRows rows = query_rows(query);
    EXPECT_NEAR(number(rows, 0, "xm4", 0), 2.5e-6, 1e-18);
    EXPECT_NEAR(number(rows, 0, "xm4", 1), 1e-6, 1e-18);
    EXPECT_DOUBLE_EQ(number(rows, 0, "xm4", 2), 28);
    EXPECT_NEAR(number(rows, 1, "xm0", 0), 0.01e-6, 1e-18);
    EXPECT_DOUBLE_EQ(number(rows, 0, "c1", 0), 9e-12);
    EXPECT_DOUBLE_EQ(number(rows, 0, "i0", 0), 20e-6);
    query.files.models.clear();
  }
}

TEST_F(PredictionSky130, ReadsTheRegulator) {
  const TestFolder folder;
  std::string text = ".param current_0_bias=5u M_C0=4 M_CL=300\n";
  for (const char* group : {"0_8_%_biascm_pmos", "8_2_%_gm1_pmos", "10_1_%_gm2_pmos", "11_1_%_power_pmos",
                            "17_7_%_biascm_nmos", "21_2_%_load2_nmos"}) {
    for (const char letter : {'w', 'l', 'm'}) {
      std::string name = group;
      name[name.find('%')] = letter;
      text += ".param mosfet_" + name + "=" + (letter == 'w' ? "5" : letter == 'l' ? "0.5" : "2") + "\n";
    }
  }
  write_file(folder.path("v.sp"), text);
  PredictionQuery query;
  for (const auto& entry : std::filesystem::directory_iterator(data_ + "/analoggym/ldo/spice_netlist"))
    query.files.netlist = entry.path().string();
  query.files.includes = {folder.path("v.sp")};
  query.testbench = std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/ldo.toml";
  const PredictionRows without = query_rows(query);
  query.files.models = {data_ + "/sky130/corners/tt_flat.spice", data_ + "/sky130/corners/mim_typical.spice"};
  const PredictionRows with = query_rows(query);
  expect_same(with, without);
  EXPECT_NEAR(number(with, 0, "xc0", 0), 4 * (2e-15 * 9.975 * 9.975 + 0.38e-15 * 19.95), 1e-20);
  for (const auto& [port, role] : {std::pair("vfb", graph::SizedPort::feedback),
                                   {"vinn", graph::SizedPort::input_minus},
                                   {"ib", graph::SizedPort::bias}}) {
    const auto& nets = with.circuit->nets();
    const auto net = std::find_if(nets.begin(), nets.end(), [&](const auto& n) { return n.name == port; });
    ASSERT_NE(net, nets.end()) << port;
    EXPECT_EQ(net->port, role) << port;
  }
}

}  // namespace
}  // namespace nullor
