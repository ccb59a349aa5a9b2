#include "nullor/design/specification.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "nullor/base/test_folder.h"

namespace nullor {
namespace {

constexpr const char* kWhole = R"([vary]
wn = { min = "0.5u", max = "20u" }
"m1:l" = { min = 1e-7, max = 1e-6, start = "200n", scale = "linear" }

[goals]
gain = { at_least = 20 }
frequency = { equal = "2.4G", within = "0.1%" }
power = { minimize = true, at_most = "1m" }
)";

TEST(Specification, ReadsAFile) {
  const Specification s = parse_specification(kWhole, "spec.toml");
  check_specification(s);
  ASSERT_EQ(s.variables.size(), 2U);
  EXPECT_EQ(s.variables[0].name, "wn");
  EXPECT_DOUBLE_EQ(s.variables[0].max, 20e-6);
  EXPECT_TRUE(s.variables[0].logarithmic);
  EXPECT_FALSE(s.variables[1].logarithmic);
  EXPECT_DOUBLE_EQ(*s.variables[1].start, 200e-9);
  ASSERT_EQ(s.goals.size(), 3U);
  EXPECT_EQ(s.goals[0].of, "gain");
  EXPECT_DOUBLE_EQ(*s.goals[1].equal, 2.4e9);
  EXPECT_DOUBLE_EQ(s.goals[1].within, 1e-3);
  EXPECT_TRUE(s.goals[2].minimize);
  EXPECT_DOUBLE_EQ(*s.goals[2].at_most, 1e-3);
}

/// The message of a specification that must be refused.
std::string refusal_of_specification(const std::string& text) {
  try {
    check_specification(parse_specification(text, "spec.toml"));
  } catch (const InputError& error) {
    return error.render();
  }
  return "accepted";
}

TEST(Specification, RefusesWithPlaceAndReason) {
  const auto refuses = [](const std::string& text, const std::string& place, const std::string& why) {
    const std::string message = refusal_of_specification(text);
    EXPECT_NE(message.find(place), std::string::npos) << message;
    EXPECT_NE(message.find(why), std::string::npos) << message;
  };
  const std::string vary = "[vary]\nr = { min = 1, max = 2 }\n", goals = "[goals]\ng = { at_least = 1 }\n";
  EXPECT_EQ(refusal_of_specification(vary + goals), "accepted");
  refuses("[vary\n", "spec.toml:1", "");
  refuses(goals, "", "nothing may vary");
  refuses(vary, "", "no goal");
  refuses("[vary]\nr = { min = 1, mx = 2 }\n" + goals, "spec.toml:2:", "did you mean 'max'?");
  refuses("[vary]\nr = { min = 1 }\n" + goals, "spec.toml:2:", "needs min and max");
  refuses("[vary]\nr = { min = 2, max = 1 }\n" + goals, "spec.toml:2:", "no room");
  refuses("[vary]\nr = { min = \"small\", max = 1 }\n" + goals, "spec.toml:2:", "not a number");
  refuses("[vary]\nr = { min = nan, max = 1 }\n" + goals, "spec.toml:2:", "not a number");
  refuses("[vary]\nr = { min = 1, max = 2, start = 3 }\n" + goals, "spec.toml:2:", "outside");
  refuses("[vary]\nr = { min = -1, max = 2, scale = \"log\" }\n" + goals, "spec.toml:2:", "logarithm");
  refuses(vary + "[goals]\ng = {}\n", "spec.toml:4:", "says nothing");
  refuses(vary + "[goals]\ng = { minimize = 1 }\n", "spec.toml:4:", "neither true nor false");
  refuses(vary + "[goals]\ng = { at_least = 2, at_most = 1 }\n", "spec.toml:4:", "at most 1");
  refuses(vary + "[goals]\ng = { minimize = true }\nh = { maximize = true }\n", "spec.toml:5:", "both");
  refuses(vary + "[goal]\n", "spec.toml:3:", "did you mean 'goals'?");
  refuses(vary + "[[waveforms]]\nsignal = \"v(a)\"\nfile = \"../secret.csv\"\n", "", "..");
}

TEST(Specification, ReadsCurves) {
  const TestFolder folder;
  const auto with = [&](const std::string& rows) {
    std::ofstream(folder.path("c.csv")) << rows;
    return parse_specification("[[waveforms]]\nsignal = \"v(a)\"\nfile = \"c.csv\"\n", folder.path("s.toml"));
  };
  const Specification s = with("time,v\n0,0\n1n, 2\n3n\t-1\n");
  EXPECT_EQ(s.waveforms[0].curve.x, (std::vector<double>{0, 1e-9, 3e-9}));
  EXPECT_DOUBLE_EQ(s.waveforms[0].swing, 3);
  EXPECT_THROW(with("0,0\n0,1\n"), InputError);
  EXPECT_THROW(with("0,0\n1\n"), InputError);
  EXPECT_THROW(with("0,0\n1,0\n"), InputError);
  EXPECT_THROW(with("time,v\n"), InputError);
}

TEST(Specification, ReadsWordsOfTheCommandLine) {
  EXPECT_DOUBLE_EQ(*parse_goal("gain>=20").at_least, 20);
  EXPECT_DOUBLE_EQ(*parse_goal("power<=1m").at_most, 1e-3);
  EXPECT_DOUBLE_EQ(*parse_goal("f=2.4G+-1%").equal, 2.4e9);
  EXPECT_DOUBLE_EQ(parse_goal("f=2.4G+-1%").within, 0.01);
  EXPECT_EQ(parse_goal("min:-i(vdd)").of, "-i(vdd)");
  EXPECT_TRUE(parse_goal("max:gain").maximize);
  EXPECT_THROW(parse_goal("gain"), InputError);
  EXPECT_THROW(parse_goal("gain>=much"), InputError);
  EXPECT_TRUE(parse_variable("m1:w=1u:50u").logarithmic);
  EXPECT_FALSE(parse_variable("m1:w=1u:50u:linear").logarithmic);
  EXPECT_EQ(parse_variable("m1:w=1u:50u").name, "m1:w");
  EXPECT_THROW(parse_variable("w=1u"), InputError);
  EXPECT_THROW(parse_variable("w=1u:x"), InputError);
  EXPECT_THROW(parse_variable("w=1u:2u:cubic"), InputError);
}

RC_GTEST_PROP(Variable, GoesToTheUnitIntervalAndBack, ()) {
  Variable v;
  v.min = std::pow(10.0, *rc::gen::inRange(-15, 3));
  v.max = v.min * (1.5 + *rc::gen::inRange(0, 1000));
  v.logarithmic = *rc::gen::arbitrary<bool>();
  const double place = *rc::gen::inRange(0, 1001) / 1000.0;
  const double value = v.from_unit(place);
  RC_ASSERT(value >= v.min && value <= v.max);
  RC_ASSERT(std::fabs(v.to_unit(value) - place) < 1e-12);
  if (place < 0.999 && place > 0.001) {
    const double h = 1e-6;
    const double slope = (v.from_unit(place + h) - v.from_unit(place - h)) / (2 * h);
    RC_ASSERT(std::fabs(v.slope(place) - slope) < 1e-6 * std::fabs(slope));
  }
}

}  // namespace
}  // namespace nullor
