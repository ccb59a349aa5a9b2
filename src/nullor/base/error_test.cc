#include "nullor/base/error.h"

#include <gtest/gtest.h>

namespace nullor {
namespace {

Location at(const std::string& text, int line, int column) {
  return {std::make_shared<SourceFile>(SourceFile{"amp.cir", text}), line, column};
}

TEST(InputError, QuotesTheLineWithACaretAndTheHint) {
  const InputError error(ErrorKind::netlist, "unknown model 'nmso'", at("title\nM1 d g s b nmso\n", 2, 12),
                         "did you mean 'nmos'?");
  EXPECT_EQ(error.render(),
            "amp.cir:2:12: error: unknown model 'nmso'\n"
            "  2 | M1 d g s b nmso\n"
            "    |            ^\n"
            "  hint: did you mean 'nmos'?");
}

TEST(InputError, WithoutAPlaceIsOneLine) {
  EXPECT_EQ(InputError(ErrorKind::usage, "no netlist given").render(), "error: no netlist given");
}

TEST(InputError, SurvivesPlacesOutsideTheFile) {
  EXPECT_NO_THROW(InputError(ErrorKind::netlist, "x", at("one line", 99, 99)).render());
  EXPECT_NO_THROW(InputError(ErrorKind::netlist, "x", at(std::string(5000, 'a'), 1, 4000)).render());
}

TEST(NearestName, FindsSlipsAndRejectsStrangers) {
  const std::vector<std::string> names = {"nmos", "pmos", "resistor"};
  EXPECT_EQ(nearest_name("nmso", names), "nmos");
  EXPECT_EQ(nearest_name("RESISTER", names), "resistor");
  EXPECT_EQ(nearest_name("capacitor", names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

}  // namespace
}  // namespace nullor
