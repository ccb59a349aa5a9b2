#include "nullor/resistive/deep_file.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/io/safetensors.h"

namespace nullor {
namespace {

DeepFile example() {
  DeepFile out;
  out.network = DeepNetwork::random({4, 6, 3}, 20, Rng(5));
  out.network.biases[1][2] = -0.5f;
  out.network.amplifier_gain = 4;
  out.network.diode.forward_drop = 0.2;
  out.model = "xs";
  out.training.rule = LearningRule::coupled;
  out.training.conductance_rates = {0.1, 0.2};
  out.training.bias_rates = {0.3};
  out.training.hardware.levels = 16;
  out.training.hardware.maximum = 0.5;
  out.training.seed = 18446744073709551615u;
  out.training.plain_nudging = true;
  out.epoch = 2;
  out.curve = {{1, {0.5, 0.25, 3, 1.5}, {}, false}, {2, {0.4, 0.2, NAN, 1}, {0.45, 0.22, 2.5, 0.1}, true}};
  return out;
}

class DeepFiles : public testing::Test {
 protected:
  std::string saved(const std::string& name) {
    const std::string path = folder_.path(name);
    write_deep_file(example(), path);
    return path;
  }
  const TestFolder folder_;
};

TEST_F(DeepFiles, KeepsEverything) {
  const DeepFile before = example(), after = read_deep_file(saved("whole.safetensors"));
  EXPECT_EQ(after.network.widths, before.network.widths);
  EXPECT_EQ(after.network.conductances, before.network.conductances);
  EXPECT_EQ(after.network.biases, before.network.biases);
  EXPECT_EQ(after.network.input_gain, 20);
  EXPECT_EQ(after.network.amplifier_gain, 4);
  EXPECT_EQ(after.network.diode.forward_drop, 0.2);
  EXPECT_EQ(after.model, "xs");
  EXPECT_EQ(after.training.rule, LearningRule::coupled);
  EXPECT_EQ(after.training.conductance_rates, before.training.conductance_rates);
  EXPECT_EQ(after.training.bias_rates, before.training.bias_rates);
  EXPECT_EQ(after.training.hardware.levels, 16);
  EXPECT_EQ(after.training.seed, before.training.seed);
  EXPECT_TRUE(after.training.plain_nudging);
  EXPECT_EQ(after.epoch, 2);
  ASSERT_EQ(after.curve.size(), 2u);
  EXPECT_FALSE(after.curve[0].tested);
  EXPECT_EQ(after.curve[0].training.seconds, 1.5);
  EXPECT_TRUE(std::isnan(after.curve[1].training.power));
  EXPECT_EQ(after.curve[1].test.error, 0.22);
}

TEST_F(DeepFiles, IsTheSameBytesWhenWrittenAgain) {
  const std::string path = saved("first.safetensors"), again = folder_.path("again.safetensors");
  write_deep_file(read_deep_file(path), again);
  EXPECT_TRUE(read_file(again) == read_file(path));
}

TEST_F(DeepFiles, RefusesEveryCutAndEveryChangedText) {
  const std::string path = saved("cut.safetensors"), bytes = read_file(path);
  for (std::size_t size = 0; size < bytes.size(); size += 7)
    EXPECT_THROW(parse_deep_file(std::string_view(bytes).substr(0, size), path), InputError) << size;
  const auto refuses = [&](const std::string& key, const std::string& text) {
    TensorFile file = read_safetensors(path);
    file.metadata[key] = text;
    write_safetensors(file, path + ".changed");
    EXPECT_THROW(read_deep_file(path + ".changed"), InputError) << key << " " << text;
  };
  refuses("format", "nullor waveform 1");
  for (const char* text : {"", "[]", "{}", "{\"widths\":[4,6,3]}"}) refuses("network", text);
  const std::string network = read_safetensors(path).note("network");
  for (const char* widths :
       {"[4]", "[4,6,1e300]", "[4,6,-3]", "[4,6,3,2]", "[4,3,6]", "[0,6,3]", "7", "[4,6,4294967299]"}) {
    std::string text = network;
    refuses("network", text.replace(text.find("[4,6,3]"), 7, widths));
  }
  std::string text = network;
  refuses("network", text.replace(text.find("0.2"), 3, "-1."));
  refuses("training", "{\"rule\":\"magic\"}");
  std::string training = read_safetensors(path).note("training");
  refuses("training", training.replace(training.find("\"batch\":4"), 9, "\"batch\":2000000000"));
  refuses("curve", "[1]");
}

TEST_F(DeepFiles, RefusesConductancesThatNoResistorHas) {
  const std::string path = saved("negative.safetensors");
  for (const float value : {-1.0f, NAN, INFINITY}) {
    TensorFile file = read_safetensors(path);
    file.tensors["g2"].singles[4] = value;
    write_safetensors(file, path + ".changed");
    EXPECT_THROW(read_deep_file(path + ".changed"), InputError) << value;
  }
}

TEST_F(DeepFiles, NamesTheFileAndTheReason) {
  const std::string path = saved("message.safetensors");
  TensorFile file = read_safetensors(path);
  file.tensors.erase("b2");
  write_safetensors(file, path);
  try {
    read_deep_file(path);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()),
              "'" + path +
                  "' is no deep resistive network: the file has no array 'b2' of 1 "
                  "dimensions");
  }
}

}  // namespace
}  // namespace nullor
