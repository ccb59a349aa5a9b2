/// Decks and models of others, read verbatim. Skipped where the data folder is not at hand.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>

#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

namespace fs = std::filesystem;

class DataDecks : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = test::data_folder();
    if (folder_.empty())
      GTEST_SKIP() << "no data: set NULLOR_DATA to the folder that holds analoggym, bsim4-qa and sky130";
  }
  std::string folder_;
};

TEST_F(DataDecks, AmplifierTestbench) {
  const Circuit c = read_circuit(folder_ + "/analoggym/amplifier/amp_spice_testbench/TB_Amplifier_ACDC.cir");
  EXPECT_EQ(c.instances.size(), 182U);
  EXPECT_EQ(c.measures.size(), 16U);
  EXPECT_EQ(c.control.size(), 5U);
  const int m = c.find_instance("m.xop1.xm12.msky130_fd_pr__pfet_01v8");
  ASSERT_GE(m, 0);
  const Instance& mosfet = c.instances[static_cast<std::size_t>(m)];
  EXPECT_EQ(c.nodes[static_cast<std::size_t>(mosfet.nodes[0])], "opout");
  EXPECT_EQ(mosfet.parameters.back().name, "m");
  EXPECT_EQ(c.parameters.evaluate()[static_cast<std::size_t>(mosfet.parameters.back().value.parameter)], 4);
  EXPECT_EQ(std::get<double>(c.options.at("scale")), 1e-6);
  EXPECT_NO_THROW(read_circuit(folder_ + "/analoggym/amplifier/amp_spice_testbench/TB_Amplifier_Tran.cir"));
}

TEST_F(DataDecks, RegulatorTestbench) {
  const Circuit c = read_circuit(folder_ + "/analoggym/ldo/ldo_spice_testbench/TB_LDO_ACDC.cir");
  EXPECT_TRUE(c.save_device_currents);
  EXPECT_GT(c.control.size(), 60U);
  try {
    read_circuit(folder_ + "/analoggym/ldo/ldo_spice_testbench/TB_LDO_Tran.cir");
    FAIL() << "it names a file that does not exist";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("LDO_TB.txt"), std::string::npos);
  }
}

TEST_F(DataDecks, Bsim4QualityDecks) {
  int decks = 0;
  for (const auto& entry : fs::directory_iterator(folder_ + "/bsim4-qa")) {
    if (entry.path().extension() != ".cir") continue;
    const Circuit c = read_circuit(entry.path().string());
    EXPECT_EQ(c.models.size(), 1U) << entry.path();
    EXPECT_FALSE(c.analyses.empty()) << entry.path();
    ++decks;
  }
  EXPECT_GT(decks, 60);
}

// Binned models inside a subcircuit whose expressions read the instance: only the chosen bin may be
// evaluated.
TEST_F(DataDecks, VerbatimPdkModelsLoad) {
  std::string text = "sky130\n.include " + folder_ + "/sky130/corners/tt.spice\n";
  constexpr int kInstances = 300;
  for (int k = 0; k < kInstances; ++k) {
    text += "XM" + std::to_string(k) + " d g 0 0 sky130_fd_pr__nfet_01v8 w=" + std::to_string(1 + k % 5) +
            " l=0.15\n";
  }
  const Circuit c = read_circuit_text(text, "deck.cir");
  ASSERT_EQ(c.instances.size(), static_cast<std::size_t>(kInstances));
  EXPECT_EQ(c.models.size(), static_cast<std::size_t>(kInstances)) << "each has its own mismatch";
  const Model& model = c.models[static_cast<std::size_t>(c.instances[0].model)];
  test::Deck d{c, c.parameters.evaluate()};
  EXPECT_LE(d.find(model.parameters, "lmin"), 0.15e-6 * (1 + 1e-9));
  EXPECT_GT(d.find(model.parameters, "lmax"), 0.15e-6);
  EXPECT_LE(d.find(model.parameters, "wmin"), 1e-6 * (1 + 1e-9));
  EXPECT_GT(d.find(model.parameters, "wmax"), 1e-6);
  EXPECT_GT(model.parameters.size(), 250U);
}

TEST(LargeDecks, Load) {
  std::string text = "mesh\n";
  constexpr int kWidth = 100;
  for (int i = 0; i < kWidth; ++i) {
    for (int j = 0; j < kWidth; ++j) {
      const std::string at = std::to_string(i) + "_" + std::to_string(j);
      text += "R" + at + " n" + at + " n" + std::to_string(i) + "_" + std::to_string(j + 1) + " 1k\nC" + at +
              " n" + at + " 0 1p\n";
    }
  }
  const Circuit c = read_circuit_text(text);
  EXPECT_EQ(c.instances.size(), 2U * kWidth * kWidth);
}

TEST(ArbitraryText, ReadsOrFailsWithAMessage) {
  static const char* kPieces[] = {"R1 a 0 1k",
                                  ".param",
                                  "x=",
                                  "{",
                                  "}",
                                  "'",
                                  "(",
                                  ")",
                                  "\n",
                                  "\n+",
                                  " ",
                                  ".subckt s a",
                                  ".ends",
                                  "X1 a s",
                                  ".model m nmos",
                                  ".if",
                                  ".endif",
                                  "M1 a b c d m",
                                  "v(a)",
                                  "=",
                                  "poly(2)",
                                  "B1 a 0 v=",
                                  ".control",
                                  ".endc",
                                  "end",
                                  "pulse(",
                                  ",",
                                  ".meas tran x",
                                  "trig",
                                  "\0",
                                  "\xff",
                                  "E1 a 0 table",
                                  ".lib x",
                                  ".endl",
                                  ".dc",
                                  "1e999",
                                  "m.1",
                                  "w=1u l=1u",
                                  "K1 L1",
                                  ".ic",
                                  "T1 a b",
                                  "?",
                                  ":"};
  ReadOptions options;
  options.allow_includes = false;
  options.max_instances = 1000;
  rc::check([&](const std::vector<std::uint8_t>& choice) {
    std::string text = "t\n";
    for (const auto c : choice) {
      text += kPieces[c % std::size(kPieces)];
      text += c % 3 ? " " : "\n";
    }
    try {
      read_circuit_text(text, "x", options);
    } catch (const InputError& error) {
      RC_ASSERT(!std::string(error.what()).empty());
      RC_ASSERT(!error.render().empty());
    }
  });
  rc::check([&](const std::string& bytes) {
    try {
      read_circuit_text("t\n" + bytes, "x", options);
    } catch (const InputError&) {
    }
  });
}

}  // namespace
}  // namespace nullor
