#include "nullor/graph/records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "nullor/base/error.h"

namespace nullor::graph {
namespace {

const std::vector<std::string> kRecordPorts = {"VDD", "VSS", "VIN1", "VIN2", "VOUT1", "VB1"};
const char* const kRecordPair =
    "M1 (a VIN1 t VSS) nmos4\nM2 (VOUT1 VIN2 t VSS) nmos4\nM3 (t VB1 VSS VSS) nmos4\nM4 (a a VDD VDD) pmos4\n"
    "M5 (VOUT1 a VDD VDD) pmos4\nQ1 (VSS VSS VB1) pnp\nC1 (VOUT1 a) capacitor\n";

std::string text(std::span<const int> tokens) {
  std::string out;
  for (const int token : tokens) out += RecordLanguage().token_text(token) + " ";
  return out;
}

std::multiset<std::string> lines(const Topology& topology) {
  std::multiset<std::string> out;
  for (Device device : topology.devices) {
    if (device.pins == 2 && info(device.kind).flips) std::sort(device.nets.begin(), device.nets.begin() + 2);
    std::string line(info(device.kind).word);
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      line += " " + topology.nets[static_cast<std::size_t>(device.nets[pin])].name;
    }
    out.insert(line);
  }
  return out;
}

TEST(Records, NumbersNetsByAppearance) {
  const Topology pair = parse_netlist(kRecordPair, kRecordPorts, "test");
  const std::vector<int> order = {0, 1, 5};
  EXPECT_EQ(text(record_tokens(pair, order)),
            "nmos n1 VIN1 n2 VSS nmos VOUT1 VIN2 n2 VSS pnp VSS VSS VB1 - ");
}

TEST(Records, DecodeReturnsTheCircuitUpToNames) {
  const Topology pair = parse_netlist(kRecordPair, kRecordPorts, "test");
  const RecordLanguage language;
  Rng rng(3);
  std::set<std::vector<int>> seen;
  for (int k = 0; k < 200; ++k) {
    const std::vector<int> tokens = language.encode(pair, rng);
    seen.insert(tokens);
    const auto back = language.decode(tokens);
    ASSERT_TRUE(back);
    // Read it again in the order of the first circuit: find, for the same order, the same records.
    ASSERT_EQ(back->devices.size(), pair.devices.size());
    EXPECT_EQ(lines(*back).size(), lines(pair).size());
    std::vector<int> order(back->devices.size());
    std::iota(order.begin(), order.end(), 0);
    const auto begin = std::find(tokens.begin(), tokens.end(), kBeginToken);
    EXPECT_EQ(record_tokens(*back, order), std::vector<int>(begin + 1, tokens.end() - 1));
  }
  EXPECT_GT(seen.size(), 150u);
}

TEST(Records, SlotsTellWhatFollows) {
  const RecordLanguage language(0);
  Topology one;
  one.nets = {{"VSS", PortRole::vss}, {"VIN1", PortRole::vin}};
  one.add(DeviceKind::resistor, std::vector<int>{1, 0});
  Rng rng(1);
  const std::vector<int> slots = language.slots(language.encode(one, rng));
  const int first = 2 + static_cast<int>(DeviceKind::resistor) * kMaxPins;
  EXPECT_EQ(slots, (std::vector<int>{1, first, first + 1, 1, 1}));
}

TEST(Records, ConditionsComeBeforeTheBeginning) {
  Conditions conditions{.family = Family::opamp, .min_devices = 9, .max_devices = 9, .only_ports = true};
  conditions.ports[static_cast<std::size_t>(PortRole::vdd)] = 1;
  conditions.ports[static_cast<std::size_t>(PortRole::vss)] = 1;
  conditions.ports[static_cast<std::size_t>(PortRole::vin)] = 2;
  conditions.required[static_cast<std::size_t>(DeviceKind::capacitor)] = true;
  conditions.forbidden[static_cast<std::size_t>(DeviceKind::npn)] = true;
  EXPECT_EQ(text(condition_tokens(conditions)),
            "family=opamp devices=9 VDD VSS VIN1 VIN2 only without=npn with=capacitor ");
}

TEST(Records, ANumberOfDevicesIsSaidWhenItIsExactOrWished) {
  EXPECT_EQ(text(condition_tokens({.min_devices = 5, .max_devices = 9})), "");
  EXPECT_EQ(text(condition_tokens({.min_devices = 5, .max_devices = 9, .wished_devices = 6})), "devices=6 ");
  EXPECT_EQ(text(condition_tokens({.min_devices = 5, .max_devices = 5, .wished_devices = 6})), "devices=5 ");
}

TEST(Records, EveryTokenHasATextOfItsOwn) {
  std::set<std::string> texts;
  const RecordLanguage language;
  for (int token = 0; token < language.vocabulary(); ++token) texts.insert(language.token_text(token));
  EXPECT_EQ(static_cast<int>(texts.size()), language.vocabulary());
}

TEST(Records, SaysWhatIsWrongWithTokens) {
  const RecordLanguage language;
  std::string why;
  const int resistor = RecordTokens::kind(DeviceKind::resistor), net = RecordTokens::internal(1);
  EXPECT_FALSE(language.decode(std::vector<int>{resistor}, &why));
  EXPECT_NE(why.find("no beginning"), std::string::npos);
  EXPECT_FALSE(language.decode(std::vector<int>{kBeginToken, net}, &why));
  EXPECT_NE(why.find("a kind of device"), std::string::npos);
  EXPECT_FALSE(language.decode(std::vector<int>{kBeginToken, resistor, net}, &why));
  EXPECT_NE(why.find("a whole record"), std::string::npos);
  EXPECT_FALSE(language.decode(std::vector<int>{kBeginToken, resistor, net, resistor, kEndToken}, &why));
  EXPECT_NE(why.find("a net"), std::string::npos);
}

TEST(Records, RefusesWhatDoesNotFit) {
  Topology many;
  for (int k = 1; k <= 11; ++k) many.nets.push_back({"VB" + std::to_string(k), PortRole::vb});
  for (int k = 0; k < 10; ++k) many.add(DeviceKind::resistor, std::vector<int>{k, k + 1});
  Rng rng(1);
  EXPECT_THROW(RecordLanguage().encode(many, rng), InputError);
}

}  // namespace
}  // namespace nullor::graph
