#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <nlohmann/json.hpp>

#include "nullor/io/json_tables.h"
#include "nullor/io/npy_file.h"
#include "nullor/io/plot_math.h"
#include "nullor/io/svg_plot.h"
#include "nullor/io/text_tables.h"

namespace nullor {
namespace {

Table mixed() {
  return {"t",
          "AC Analysis",
          "ac",
          {{"frequency", Quantity::frequency, {1, 100}, {}},
           {"v(out)", Quantity::voltage, {}, {{1, -2}, {0.1, 0}}},
           {"a,\"b\"", Quantity::none, {1.0 / 3, 1e300}, {}}}};
}

TEST(Quantity, IsKnownByItsUnit) {
  for (const Quantity q : {Quantity::voltage, Quantity::temperature_rise, Quantity::optical_power,
                           Quantity::charge, Quantity::polarization}) {
    EXPECT_EQ(quantity_of_unit(unit_of(q)), q);
    EXPECT_FALSE(name_of(q).empty());
  }
  EXPECT_EQ(quantity_of_unit("furlong"), Quantity::none);
  EXPECT_EQ(name_of(Quantity::none), "");
}

TEST(Csv, QuotesNamesAndKeepsEveryDigit) {
  EXPECT_EQ(write_csv(mixed()),
            "frequency,re(v(out)),im(v(out)),\"a,\"\"b\"\"\"\n"
            "1,1,-2,0.3333333333333333\n"
            "100,0.1,0,1e+300\n");
}

TEST(Npy, HasAnAlignedHeaderAndRowsInOrder) {
  const std::string bytes = write_npy(mixed());
  ASSERT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t header =
      static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  EXPECT_EQ((header + 10) % 64, 0u);
  EXPECT_EQ(bytes.size(), 10 + header + 2 * (8 + 16 + 8));
  EXPECT_NE(bytes.find("('v(out)', '<c16')"), std::string::npos);
  EXPECT_NE(bytes.find("'shape': (2,)"), std::string::npos);
  double im;
  std::memcpy(&im, bytes.data() + 10 + header + 16, 8);
  EXPECT_EQ(im, -2);
}

TEST(Json, WritesTablesAndNullForNan) {
  Table table = mixed();
  table.columns[2].real[0] = std::nan("");
  const auto json = to_json(table);
  EXPECT_EQ(json["rows"], 2);
  EXPECT_EQ(json["columns"][0]["values"], nlohmann::json({1.0, 100.0}));
  EXPECT_EQ(json["columns"][1]["imag"][0], -2.0);
  EXPECT_TRUE(json["columns"][2]["values"][0].is_null());
}

TEST(Json, WritesReadings) {
  const std::vector<Reading> readings = {{"gain", 40, "dB", "", {}}, {"tr", 0, "", "no crossing", {}}};
  const auto json = to_json(readings);
  EXPECT_EQ(json["gain"], 40.0);
  EXPECT_EQ(json["tr"]["failure"], "no crossing");
}

TEST(TextTables, AlignsAnOperatingPoint) {
  const Table op{"t",
                 "Operating Point",
                 "op",
                 {{"v(out)", Quantity::voltage, {1.25}, {}}, {"i(v1)", Quantity::current, {-1e-3}, {}}}};
  EXPECT_EQ(render_operating_point(op), "v(out)    1.25  V\ni(v1)   -0.001  A\n");
}

TEST(PlotMath, PutsTicksOnRoundNumbers) {
  EXPECT_EQ(linear_ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(decade_ticks(1, 1e6, 8), (std::vector<double>{1, 10, 100, 1e3, 1e4, 1e5, 1e6}));
  EXPECT_TRUE(linear_ticks(1, 1, 5).empty());
  EXPECT_EQ(tick_label(2e-5, "s"), "20\u00a0\u00b5s");
  EXPECT_EQ(tick_label(1000, "Hz"), "1\u00a0kHz");
  EXPECT_EQ(tick_label(-180, "\u00b0"), "-180\u00b0");
}

TEST(PlotMath, UnwrapsPhaseBeyondOneTurn) {
  std::vector<std::complex<double>> z;
  for (int k = 0; k < 100; ++k) z.push_back(std::polar(1.0, -0.1 * k));
  const auto phase = unwrapped_phase_deg(z);
  for (int k = 0; k < 100; ++k) EXPECT_NEAR(phase[static_cast<std::size_t>(k)], -0.1 * k * 180 / M_PI, 1e-9);
}

// The thinned trace reaches the same extremes in every pixel column as the full one.
TEST(PlotMath, M4KeepsTheExtremesOfEveryColumn) {
  std::vector<double> pixel, y;
  for (int k = 0; k < 20000; ++k) {
    pixel.push_back(k / 200.0);
    y.push_back(std::sin(0.37 * k) * std::cos(1e-4 * k * k));
  }
  const auto kept = m4_indices(pixel, y);
  EXPECT_LE(kept.size(), 400u);
  std::vector<double> low(100, 9), high(100, -9), low4 = low, high4 = high;
  for (std::size_t k = 0; k < y.size(); ++k) {
    const auto c = static_cast<std::size_t>(pixel[k]);
    low[c] = std::min(low[c], y[k]);
    high[c] = std::max(high[c], y[k]);
  }
  for (const std::size_t k : kept) {
    const auto c = static_cast<std::size_t>(pixel[k]);
    low4[c] = std::min(low4[c], y[k]);
    high4[c] = std::max(high4[c], y[k]);
  }
  EXPECT_EQ(low, low4);
  EXPECT_EQ(high, high4);
}

TEST(PlotMath, LeavesOutWhatLiesOnStraightRuns) {
  std::vector<double> x, y;
  std::vector<std::size_t> all;
  for (std::size_t k = 0; k <= 4000; ++k) {
    x.push_back(0.1 * static_cast<double>(k));
    y.push_back(k < 2000 ? 50 : 50 + 40 * std::sin(x.back() / 20));
    all.push_back(k);
  }
  const auto kept = straight_runs(x, y, all, 0.1);
  EXPECT_LT(kept.size(), 120U);
  EXPECT_EQ(kept.front(), 0U);
  EXPECT_EQ(kept.back(), 4000U);
  for (std::size_t j = 0; j + 1 < kept.size(); ++j) {
    for (std::size_t k = kept[j]; k < kept[j + 1]; ++k) {
      const double s = (x[k] - x[kept[j]]) / (x[kept[j + 1]] - x[kept[j]]);
      const double slope = (y[kept[j + 1]] - y[kept[j]]) / (x[kept[j + 1]] - x[kept[j]]);
      const double off = std::fabs(y[k] - y[kept[j]] - s * (y[kept[j + 1]] - y[kept[j]]));
      EXPECT_LE(off / std::hypot(1, slope), 0.1 + 1e-9);
    }
  }
}

TEST(Svg, DrawsABodePairAndEscapesNames) {
  Table table = mixed();
  table.columns[1].name = "v(<out>&)";
  const std::string svg = write_svg(std::span(&table, 1));
  EXPECT_NE(svg.find("v(&lt;out&gt;&amp;)"), std::string::npos);
  EXPECT_EQ(svg.find("<out>"), std::string::npos);
  EXPECT_NE(svg.find("\u00b0"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Svg, SurvivesTablesThatCannotBeDrawn) {
  Table flat{
      "t",
      "Transient Analysis",
      "tran",
      {{"time", Quantity::time, {0, 1}, {}}, {"v(a)", Quantity::voltage, {std::nan(""), INFINITY}, {}}}};
  Table single{"t", "Transient Analysis", "tran", {{"time", Quantity::time, {0}, {}}}};
  const std::vector<Table> tables = {flat, single, Table{}};
  const std::string svg = write_svg(tables);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace nullor
