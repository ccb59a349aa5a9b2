// The registry, and parameters by name.

#include "nullor/devices/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

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

/// True when TEST(Conformance, name) is linked into this program.
bool has_conformance(const std::string& name) {
  const auto& all = *testing::UnitTest::GetInstance();
  for (int suite = 0; suite < all.total_test_suite_count(); ++suite) {
    const auto& tests = *all.GetTestSuite(suite);
    if (std::string_view(tests.name()) != "Conformance") continue;
    for (int k = 0; k < tests.total_test_count(); ++k)
      if (name == tests.GetTestInfo(k)->name()) return true;
  }
  return false;
}

TEST(Registry, EveryDeviceHasAConformanceTest) {
#define NULLOR_DEVICE(device, header) \
  EXPECT_TRUE(has_conformance(#device)) << "add TEST(Conformance, " #device ") beside " #header ".h";
#include "nullor/devices/registry.def"
#undef NULLOR_DEVICE
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
