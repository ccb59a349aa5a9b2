// The registry, and parameters by name.

#include "nullor/devices/registry.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace nullor {
namespace {

TEST(Registry, NamesAreUniqueAndParametersResolve) {
  std::vector<std::string_view> names;
  for (const auto& info : device_infos()) {
    EXPECT_EQ(std::find(names.begin(), names.end(), info.kind.name), names.end()) << info.kind.name;
    names.push_back(info.kind.name);
    EXPECT_LE(info.terminals.size() + info.internals.size(), 12u);
    EXPECT_LE(static_cast<int>(info.parameters.size()), detail::kMaxParameters);
  }
}

TEST(Parameters, AreSetByNameAliasAndScope) {
  Capacitor<double> c{};
  EXPECT_TRUE(set_parameter(c, "capacitance", 2e-12));
  EXPECT_EQ(c.c, 2e-12);
  EXPECT_TRUE(set_parameter(c, "w", 1e-6, Scope::instance));
  EXPECT_TRUE(set_parameter(c, "w", 3e-6, Scope::model));
  EXPECT_EQ(c.w, 1e-6);
  EXPECT_EQ(c.defw, 3e-6);
  EXPECT_TRUE(set_parameter(c, "bv_max", 3, Scope::model));
  EXPECT_FALSE(set_parameter(c, "cj", 1e-3, Scope::instance));
  EXPECT_FALSE(set_parameter(c, "cjj", 1e-3));
}

}  // namespace
}  // namespace nullor
