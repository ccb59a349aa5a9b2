#include "nullor/resistive/deep_presets.h"

#include <gtest/gtest.h>

#include "nullor/base/error.h"

namespace nullor {
namespace {

ImageSet mnist_sized() { return {28, 28, 1, 10, {}, {}}; }

// "(0.16M)", "(1.6M)", "(2.7M)", "(3.7M)", "(51.7M)" weights in the paper's table 1.
TEST(DeepPresets, HaveTheSizesOfThePaper) {
  const std::vector<double> millions = {0.16, 1.6, 2.7, 3.7, 51.7};
  ASSERT_EQ(deep_presets().size(), millions.size());
  for (std::size_t k = 0; k < millions.size(); ++k) {
    const std::vector<int> widths = deep_presets()[k].widths(mnist_sized());
    double weights = 2.0 * widths[0] * widths[1];
    for (std::size_t l = 2; l < widths.size(); ++l) weights += static_cast<double>(widths[l - 1]) * widths[l];
    EXPECT_NEAR(weights / 1e6 / millions[k], 1, 0.04) << deep_presets()[k].name;
  }
}

TEST(DeepPresets, HaveARateForEachLayer) {
  for (const DeepPreset& preset : deep_presets()) {
    EXPECT_EQ(preset.training.conductance_rates.size(), preset.hidden.size() + 1) << preset.name;
    EXPECT_EQ(preset.training.bias_rates.size(), preset.hidden.size() + 1) << preset.name;
    EXPECT_EQ(&deep_preset(preset.name), &preset);
  }
}

TEST(DeepPresets, ListsTheNamesToAWrongOne) {
  try {
    deep_preset("huge");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.hint(), "there are xs, 1h, 2h, 3h, xl");
  }
}

}  // namespace
}  // namespace nullor
