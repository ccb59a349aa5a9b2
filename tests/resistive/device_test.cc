// Training on a graphics device, with the driver of driver_on_processor.cc, against training on the
// processor.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "nullor/base/error.h"
#include "nullor/resistive/deep_trainer.h"
#include "nullor/resistive/small_network_test.h"

namespace nullor {
namespace {

DeepTraining training_on_device(LearningRule rule = LearningRule::centered) {
  DeepTraining out;
  out.rule = rule;
  out.iterations = 5;
  out.nudging = 0.3;
  out.conductance_rates = {0.5, 0.3, 0.2};
  out.bias_rates = {0.1, 0.05, 0.02};
  out.jobs = 1;
  out.cuda = CudaTarget{".visible .entry nullor_epoch_4_2", NULLOR_TEST_DRIVER};
  return out;
}

struct Outcome {
  DeepNetwork network;
  EpochReport report;
};

Outcome train(const DeepNetwork& network, const ImageSet& pictures, DeepTraining how, bool on_device) {
  if (!on_device) how.cuda.reset();
  how.conductance_rates.resize(static_cast<std::size_t>(network.layers()));
  how.bias_rates.resize(static_cast<std::size_t>(network.layers()));
  DeepTrainer trainer(network, pictures, how);
  trainer.run_epoch();
  Outcome out;
  out.report = trainer.run_epoch();
  out.network = trainer.network();
  return out;
}

/// Largest difference of a number that was trained, relative to the largest change of its layer.
double difference(const DeepNetwork& start, const DeepNetwork& a, const DeepNetwork& b) {
  double out = 0;
  const auto compare = [&](const auto& from, const auto& one, const auto& other) {
    for (std::size_t l = 0; l < from.size(); ++l) {
      double most = 0, change = 0;
      for (std::size_t k = 0; k < from[l].size(); ++k) {
        most = std::max(most, std::abs(double{one[l][k]} - double{other[l][k]}));
        change = std::max(change, std::abs(double{one[l][k]} - double{from[l][k]}));
      }
      EXPECT_GT(change, 0);
      out = std::max(out, std::isfinite(most) ? most / change : HUGE_VAL);
    }
  };
  compare(start.conductances, a.conductances, b.conductances);
  compare(start.biases, a.biases, b.biases);
  return out;
}

TEST(DeviceTrainer, TrainsAsTheProcessorByEveryRuleAndShape) {
  const struct {
    LearningRule rule;
    std::vector<int> widths;
    int pictures, batch;
  } cases[] = {
      {LearningRule::centered, {30, 21, 4}, 22, 4},       {LearningRule::centered, {30, 40, 33, 4}, 13, 5},
      {LearningRule::positive, {12, 9, 14, 6, 3}, 10, 3}, {LearningRule::negative, {7, 150, 4}, 8, 1},
      {LearningRule::adjoint, {17, 12, 8, 4}, 40, 17},    {LearningRule::centered, {9, 10, 4}, 33, 32}};
  for (const auto& c : cases) {
    DeepTraining how = training_on_device(c.rule);
    how.batch = c.batch;
    how.conductance_rates.resize(c.widths.size() - 1, 0.2);
    how.bias_rates.resize(c.widths.size() - 1, 0.05);
    const DeepNetwork network = test::small_network(c.widths, 3, 5);
    const ImageSet pictures = test::random_pictures(c.widths.front(), c.pictures, c.widths.back(), 3);
    const Outcome here = train(network, pictures, how, false), there = train(network, pictures, how, true);
    EXPECT_LT(difference(network, here.network, there.network), 2e-4)
        << c.widths.size() << " layers, batch " << c.batch;
    EXPECT_EQ(there.report.epoch, 2);
    EXPECT_NEAR(there.report.training.loss, here.report.training.loss, 1e-5 * here.report.training.loss);
    EXPECT_EQ(there.report.training.error, here.report.training.error);
  }
}

TEST(DeviceTrainer, KnowsDropsAndAmplifiers) {
  DeepNetwork network = test::small_network({12, 10, 8, 3}, 3, 7);
  network.amplifier_gain = 2;
  network.diode.forward_drop = 0.1;
  const ImageSet pictures = test::random_pictures(12, 12, 3, 4);
  const Outcome here = train(network, pictures, training_on_device(), false),
                there = train(network, pictures, training_on_device(), true);
  EXPECT_LT(difference(network, here.network, there.network), 2e-4);
}

/// A barrier that is missing would let threads see each other's numbers too early, or too late.
TEST(DeviceTrainer, IsTheSameInAnyOrderOfThreads) {
  const DeepNetwork network = test::small_network({20, 18, 35, 4}, 3, 9);
  const ImageSet pictures = test::random_pictures(20, 9, 4, 5);
  const Outcome plain = train(network, pictures, training_on_device(), true);
  for (const char* seed : {"1", "2", "3"}) {
    setenv("NULLOR_FIBER_SEED", seed, 1);
    const Outcome shuffled = train(network, pictures, training_on_device(), true);
    unsetenv("NULLOR_FIBER_SEED");
    EXPECT_EQ(shuffled.network.conductances, plain.network.conductances);
    EXPECT_EQ(shuffled.network.biases, plain.network.biases);
  }
}

TEST(DeviceTrainer, StopsWhenAskedAndGoesOnFromAnEpoch) {
  const DeepNetwork network = test::small_network({10, 8, 3}, 3, 9);
  const ImageSet pictures = test::random_pictures(10, 30, 3, 5);
  const DeepTraining how = training_on_device();
  DeepTrainer whole(network, pictures, how);
  EXPECT_EQ(whole.instruction_set(), "fibers on the processor");
  whole.run_epoch();
  const DeepNetwork between = whole.network();
  whole.run_epoch();
  DeepTrainer resumed(between, pictures, how);
  resumed.epoch = 1;
  EXPECT_EQ(resumed.run_epoch([](double share) { return share < 0.5; }).epoch, 1);
  DeepTrainer again(between, pictures, how);
  again.epoch = 1;
  again.run_epoch();
  EXPECT_EQ(again.network().conductances, whole.network().conductances);
}

std::string refusal(const DeepTraining& how, DeepNetwork network = test::small_network({10, 8, 3}, 3, 9)) {
  const ImageSet pictures = test::random_pictures(10, 30, 3, 5);
  try {
    DeepTrainer trainer(network, pictures, how);
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(DeviceTrainer, RefusesWhatItDoesNotDo) {
  DeepTraining how = training_on_device();
  how.cuda->driver = "libno_such_driver.so";
  EXPECT_NE(refusal(how).find("there is no driver"), std::string::npos);
  how = training_on_device();
  how.cuda->program = "";
  EXPECT_NE(refusal(how).find("without a compiler for CUDA"), std::string::npos);
  how.cuda->program = "nonsense";
  EXPECT_NE(refusal(how).find("refuses the program"), std::string::npos);
  EXPECT_NE(refusal(training_on_device(LearningRule::coupled)).find("the rules are"), std::string::npos);
  how = training_on_device();
  how.batch = 33;
  EXPECT_NE(refusal(how).find("up to 32 pictures"), std::string::npos);
  how = training_on_device();
  how.hardware.maximum = 1;
  EXPECT_NE(refusal(how).find("perfect"), std::string::npos);
  DeepNetwork leaky = test::small_network({10, 8, 3}, 3, 9);
  leaky.diode.leakage = 0.1;
  EXPECT_NE(refusal(training_on_device(), leaky).find("ideal"), std::string::npos);
  setenv("NULLOR_NO_DEVICES", "1", 1);
  EXPECT_NE(refusal(training_on_device()).find("no device"), std::string::npos);
  unsetenv("NULLOR_NO_DEVICES");
  EXPECT_EQ(refusal(training_on_device()), "");
}

TEST(DeviceTrainer, ProgramHasEveryKernel) {
  const std::string program = kDeviceProgram;
  if (program.empty()) GTEST_SKIP() << "built without nvcc and clang";
  for (const char* name : {"4_1", "4_2", "8_1", "8_2", "16_1", "16_2", "32_1", "32_2"})
    EXPECT_NE(program.find(std::string(".entry nullor_epoch_") + name), std::string::npos);
}

}  // namespace
}  // namespace nullor
