#include "nullor/design/bounds.h"

#include <gtest/gtest.h>

namespace nullor {
namespace {

// The message and place of a refusal, "3:9 ...".
std::string refusal_of_bounds(const std::string& text, const std::string& path = "b.yaml") {
  try {
    parse_bounds(text, path);
  } catch (const InputError& e) {
    EXPECT_EQ(e.kind(), ErrorKind::usage);
    return std::to_string(e.where().line) + ":" + std::to_string(e.where().column) + " " + e.what() +
           (e.hint().empty() ? "" : " | " + e.hint());
  }
  return "accepted";
}

TEST(Bounds, ReadsEveryKindFromYaml) {
  const Bounds b = parse_bounds(
      "# a comment\n"
      "W1: {min: 0.42, max: 10, type: float}\n"
      "l1: {min: 150m, max: 1, type: log}\n"
      "m1:\n  min: 1\n  max: 4\n  type: int\n"
      "\"x1:w\": {same_as: w1}\n"
      "m2: {expression: 4 * M1 + pi - pi}\n"
      "cload: {value: 10p}\n",
      "b.yaml");
  EXPECT_EQ(b.names(), (std::vector<std::string>{"w1", "l1", "m1", "x1:w", "m2", "cload"}));
  EXPECT_EQ(b.drawn(), 3u);
  const auto values = b.complete(std::vector<double>{2.5, 0.5, 3});
  EXPECT_EQ(values, (std::vector<double>{2.5, 0.5, 3, 2.5, 12, 10e-12}));
}

TEST(Bounds, ReadsTheSameFromToml) {
  const Bounds b = parse_bounds(
      "z = { min = 1, max = 4, type = \"integer\" }\n[a]\nmin = \"1u\"\nmax = 2e-6\n[c]\nsame_as = \"z\"\n",
      "b.toml");
  EXPECT_EQ(b.names(), (std::vector<std::string>{"z", "a", "c"}));  // the order of the file
  EXPECT_EQ(b.list()[0].kind, Bound::Kind::integer);
  EXPECT_EQ(b.list()[1].min, 1e-6);
  EXPECT_EQ(b.complete(std::vector<double>{2, 1.5e-6}), (std::vector<double>{2, 1.5e-6, 2}));
}

TEST(Bounds, MapsTheUnitInterval) {
  const Bounds b = parse_bounds(
      "a: {min: -1, max: 3}\nb: {min: 1, max: 100, type: log}\nc: {min: 1, max: 4, type: int}\n", "b.yaml");
  EXPECT_EQ(b.list()[0].at(0.25), 0);
  EXPECT_NEAR(b.list()[1].at(0.5), 10, 1e-14);
  EXPECT_EQ(b.list()[2].at(0), 1);
  EXPECT_EQ(b.list()[2].at(0.25), 2);
  EXPECT_EQ(b.list()[2].at(0.999999), 4);
  for (const Bound& bound : b.list()) EXPECT_LE(bound.at(1 - 0x1p-53), bound.max);
}

TEST(Bounds, RefusesAtThePlace) {
  EXPECT_EQ(refusal_of_bounds("w: {min: .nan, max: 1}\n"),
            "1:10 '.nan' is no bound: it must be a finite number");
  EXPECT_EQ(refusal_of_bounds("w: {min: 1, max: -inf}\n"),
            "1:18 '-inf' is no bound: it must be a finite number");
  EXPECT_EQ(refusal_of_bounds("w: {min: 1, max: ten}\n"),
            "1:18 'ten' is not a number | for example 1e-6 or 1u");
  EXPECT_EQ(refusal_of_bounds("\nw: {min: 2, max: 1}\n"), "2:1 'w' has its min 2 above its max 1");
  EXPECT_EQ(refusal_of_bounds("w: {min: 2, max: 3, type: lg}\n"),
            "1:27 there is no type 'lg' | did you mean 'log'?");
  EXPECT_EQ(refusal_of_bounds("w: {min: 0, max: 3, type: log}\n"),
            "1:1 'w' is drawn by its logarithm, and its min is 0 | use type linear");
  EXPECT_EQ(refusal_of_bounds("w: {min: 0.5, max: 3, type: int}\n"),
            "1:1 'w' is an integer, and its bounds are 0.5 and 3");
  EXPECT_EQ(refusal_of_bounds("w: {min: 0, max: 3}\nW: {value: 1}\n"), "2:1 'W' stands here twice");
  EXPECT_EQ(refusal_of_bounds("w: {min: 0}\n"), "1:1 'w' has no max");
  EXPECT_EQ(refusal_of_bounds("w: {minn: 0}\n"), "1:11 'minn' is not known here | did you mean 'min'?");
  EXPECT_EQ(refusal_of_bounds("w: {min: 0, max: 1, value: 2}\n").substr(0, 13), "1:1 'w' needs");
  EXPECT_EQ(refusal_of_bounds("w: {value: 1}\nv: {same_as: wn}\n"),
            "2:1 'v' is tied to 'wn', which is not in this file | did you mean 'w'?");
  EXPECT_EQ(refusal_of_bounds("v: {expression: 2*u}\nu: {same_as: v}\n").substr(0, 60),
            "1:1 'v' is tied to 'u', which is tied itself, further below ");
  EXPECT_EQ(refusal_of_bounds("w: {value: 1}\nv: {expression: foo(w)}\n").substr(0, 26),
            "2:1 'v' cannot be computed");
  EXPECT_EQ(refusal_of_bounds("w: [1, 2]\n").substr(0, 24), "1:4 this is no bound | f");
  EXPECT_NE(refusal_of_bounds("w: {min: 1\n"), "accepted");
  EXPECT_NE(refusal_of_bounds(""), "accepted");
  EXPECT_NE(refusal_of_bounds("- a\n- b\n"), "accepted");
  EXPECT_EQ(refusal_of_bounds("w = { min = nan, max = 1 }", "b.toml"),
            "1:13 'nan' is no bound: it must be a finite number");
  EXPECT_EQ(refusal_of_bounds("w = { min = 1, max = 1", "b.toml").substr(0, 2), "1:");
}

// Dots nest tables as brackets do, and are followed by recursion.
TEST(Bounds, RefusesKeysOfManyParts) {
  std::string key = "a";
  for (int k = 0; k < 100000; ++k) key += k % 2 ? ".a" : " . \"a\"";
  for (const std::string& text : {key + " = 1\n", "[" + key + "]\n", "b = { " + key + " = 1 }\n"}) {
    try {
      parse_bounds(text, "x.toml");
      FAIL();
    } catch (const InputError& error) {
      EXPECT_NE(error.render().find("x.toml:1:"), std::string::npos) << error.render();
      EXPECT_NE(error.render().find("parts"), std::string::npos) << error.render();
    }
  }
  // Numbers side by side are no key.
  std::string numbers = "a = { expression = \"1";
  for (int k = 0; k < 100; ++k) numbers += " + 0.1";
  EXPECT_EQ(parse_bounds(numbers + "\" }\n", "x.toml").size(), 1u);
}

}  // namespace
}  // namespace nullor
