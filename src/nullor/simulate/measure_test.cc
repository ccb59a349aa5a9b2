#include "nullor/simulate/measure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "nullor/base/file.h"
#include "nullor/io/raw_file.h"
#include "nullor/simulate/fourier.h"

namespace nullor {
namespace {

// A triangle: 0 at 0, 1 at 1, 0 at 2, 1 at 3.
Table triangle() {
  return {"t",
          "Transient Analysis",
          "tran",
          {{"time", Quantity::time, {0, 1, 2, 3}, {}}, {"v(a)", Quantity::voltage, {0, 1, 0, 1}, {}}}};
}

Measured<double> on(const Table& table, const std::string& text) {
  const TableWaveforms waveforms(table);
  return measure<double>(parse_measure(text, {}), {&waveforms, {}, false});
}

double number(const std::string& text) {
  const auto out = on(triangle(), text);
  EXPECT_TRUE(out.ok()) << text << ": " << out.failure;
  return out.value;
}

TEST(Measure, FindsCrossingsOnTheSegments) {
  EXPECT_DOUBLE_EQ(number("tran x when v(a)=0.25"), 0.25);
  EXPECT_DOUBLE_EQ(number("tran x when v(a)=0.25 fall=1"), 1.75);
  EXPECT_DOUBLE_EQ(number("tran x when v(a)=0.25 rise=2"), 2.25);
  EXPECT_DOUBLE_EQ(number("tran x when v(a)=0.25 cross=last"), 2.25);
  EXPECT_DOUBLE_EQ(number("tran x trig v(a) val=0.25 rise=1 targ v(a) val=0.5 fall=1"), 1.25);
  EXPECT_DOUBLE_EQ(number("tran x find v(a)*2 at=0.3"), 0.6);
}

TEST(Measure, InterpolatesTheEndsOfARange) {
  EXPECT_NEAR(number("tran x integ v(a) from=0.5 to=1.5"), 0.75, 1e-15);
  EXPECT_NEAR(number("tran x avg v(a) from=0.5 to=1.5"), 0.75, 1e-15);
  EXPECT_NEAR(number("tran x max v(a) from=0 to=0.3"), 0.3, 1e-15);
  EXPECT_NEAR(number("tran x pp v(a) from=0.1 to=0.3"), 0.2, 1e-15);
}

TEST(Measure, NeedsNoPlaceInAnOperatingPoint) {
  const Table point{"t", "Operating Point", "op", {{"v(a)", Quantity::voltage, {1.5}, {}}}};
  EXPECT_DOUBLE_EQ(on(point, "op x find v(a)").value, 1.5);
  EXPECT_DOUBLE_EQ(on(point, "op x find v(a) at=0").value, 1.5);
}

TEST(Measure, ExplainsFailures) {
  EXPECT_EQ(on(triangle(), "tran x when v(a)=2").failure, "v(a) never crosses 2");
  EXPECT_EQ(on(triangle(), "tran x when v(a)=0.5 rise=3").failure, "v(a) rises through 0.5 2 times, not 3");
  EXPECT_EQ(on(triangle(), "tran x find v(a) at=9").failure, "9 lies outside the result");
  EXPECT_NE(on(triangle(), "tran x trig v(a) val=0.5 rise=1 targ v(a) val=5 rise=1").failure.find("targ:"),
            std::string::npos);
}

TEST(Measure, UsesEarlierResultsByName) {
  const std::vector<MeasureCard> cards = {
      parse_measure("tran t1 when v(a)=0.25", {}), parse_measure("tran t2 when v(a)=7", {}),
      parse_measure("tran t3 param='2*t1+gain'", {}), parse_measure("tran t4 param='t2+1'", {}),
      parse_measure("ac t5 max v(a)", {})};
  const std::vector<Table> tables = {triangle()};
  const auto out = measure_all(cards, tables, [](std::string_view name) -> std::optional<double> {
    return name == "gain" ? std::optional(10.0) : std::nullopt;
  });
  EXPECT_DOUBLE_EQ(out[2].value, 10.5);
  EXPECT_FALSE(out[1].ok());
  EXPECT_FALSE(out[3].ok());
  EXPECT_EQ(out[4].failure, "no ac analysis was run");
}

/// tests/golden/measure/NAME: the deck, the waveforms and the values that ngspice 39 printed for it
/// (`ngspice -b NAME.cir`; values copied as printed, 6 or 7 digits). Every `meas` line of the deck is
/// repeated here on ngspice's own waveforms.
void against_ngspice(const std::string& name, const std::map<std::string, double>& tolerance) {
  const std::string base = std::string(NULLOR_SOURCE_DIR) + "/tests/golden/measure/" + name;
  std::map<std::string, double> expected;
  std::istringstream values(read_file(base + ".expected"));
  for (std::string key, value; values >> key >> value;) expected[key] = std::stod(value);
  const auto tables = read_raw(read_file(base + ".raw"));
  std::istringstream deck(read_file(base + ".cir"));
  std::size_t compared = 0;
  for (std::string line; std::getline(deck, line);) {
    if (!line.starts_with("meas ")) continue;
    const MeasureCard card = parse_measure(line.substr(5), {});
    if (!expected.contains(card.name)) continue;
    for (const Table& table : tables) {
      if (table.kind != card.analysis) continue;
      const auto out = on(table, line.substr(5));
      ASSERT_TRUE(out.ok()) << line << ": " << out.failure;
      const double want = expected[card.name];
      const double allowed = tolerance.contains(card.name) ? tolerance.at(card.name) : 2e-6;
      EXPECT_NEAR(out.value, want, allowed * std::abs(want) + 1e-9) << line;
      ++compared;
    }
  }
  EXPECT_EQ(compared, expected.size());
}

TEST(Measure, AgreesWithNgspice) {
  against_ngspice("low_pass", {{"a2", 0.02},   // ngspice's avg stops at the last sample before to=,
                               {"dc3m", 0.1},  // its max leaves out the interpolated ends,
                               {"i1", 1e-3},   // its integ and rms are not quite trapezoids,
                               {"i2", 1e-3},
                               {"r1x", 1e-3},
                               {"r2x", 1e-3},
                               {"ac12m", 1.0}});  // and its ac avg is the mean of the samples
}

TEST(Measure, AgreesWithNgspiceOnCrossings) {
  against_ngspice("crossings", {{"q20", 2.0},    // ngspice skips a fall from equality at the start,
                                {"q22", 2.0},    // extrapolates a rise from it (by 15 ns of 1 ms here),
                                {"q6", 2.0},     // counts it only when a number is given,
                                {"q26", 0.3}});  // and takes the max over the samples only
}

// Rows of ngspice's `fourier 1k v(out)` on tests/golden/measure/crossings.raw.
TEST(Fourier, AgreesWithNgspice) {
  const auto tables =
      read_raw(read_file(std::string(NULLOR_SOURCE_DIR) + "/tests/golden/measure/crossings.raw"));
  const auto out = fourier(tables[0].columns[0].real, tables[0].find("v(out)")->real, 1e3);
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out.harmonics.size(), 10u);
  EXPECT_NEAR(out.harmonics[0].magnitude, 3.26913e-05, 1e-9);
  EXPECT_NEAR(out.harmonics[1].magnitude, 0.621453, 1e-6);
  EXPECT_NEAR(out.harmonics[1].phase_deg, -51.521, 1e-3);
  EXPECT_NEAR(out.harmonics[3].magnitude, 6.4543e-05, 1e-8);
  EXPECT_NEAR(out.harmonics[3].relative_phase_deg, -50.906, 1e-2);
  EXPECT_NEAR(out.distortion_percent, 0.0190044, 1e-6);
}

TEST(Fourier, RefusesLessThanOnePeriod) {
  const std::vector<double> t = {0, 1e-4}, y = {0, 1};
  EXPECT_FALSE(fourier(t, y, 1e3).ok());
}

// d(result)/d(sample) against central differences, crossings included.
TEST(Measure, HasExactDerivatives) {
  const Table base{"t",
                   "Transient Analysis",
                   "tran",
                   {{"time", Quantity::time, {0, 1, 2.5, 3, 4.5}, {}},
                    {"v(a)", Quantity::voltage, {0, 1.2, 0.1, 1.4, 0.3}, {}},
                    {"v(b)", Quantity::voltage, {0.5, 0.2, 0.7, 0.1, 0.9}, {}}}};
  for (const std::string text :
       {"tran x when v(a)=0.6 cross=2", "tran x trig v(a) val=0.3 rise=1 targ v(b) val=0.6 rise=1",
        "tran x find v(b) when v(a)=0.5 fall=1", "tran x integ v(a)*v(b) from=0.4 to=3.3", "tran x rms v(a)",
        "tran x pp v(a)", "tran x deriv v(b) when v(a)=v(b) cross=1"}) {
    Table table = base;
    Tape tape;
    const TapedWaveforms waveforms(table, tape);
    const auto out = measure<Var>(parse_measure(text, {}), {&waveforms, {}, false});
    ASSERT_TRUE(out.ok()) << text << out.failure;
    const auto gradient = tape.gradient(out.value.node);
    for (const auto& input : waveforms.inputs()) {
      for (std::size_t k = 0; k < table.rows(); ++k) {
        double& sample = table.columns[static_cast<std::size_t>(input.column)].real[k];
        const double kept = sample, h = 1e-6;
        sample = kept + h;
        const double up = on(table, text).value;
        sample = kept - h;
        const double down = on(table, text).value;
        sample = kept;
        EXPECT_NEAR(gradient[static_cast<std::size_t>(input.first) + k], (up - down) / (2 * h), 1e-7)
            << text << " " << k;
      }
    }
  }
}

}  // namespace
}  // namespace nullor
