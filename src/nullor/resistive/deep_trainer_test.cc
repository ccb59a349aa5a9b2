#include "nullor/resistive/deep_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/resistive/deep_gradient.h"
#include "nullor/resistive/deep_kernels.h"
#include "nullor/resistive/deep_oracle_rules_test.h"
#include "nullor/resistive/small_network_test.h"

namespace nullor {
namespace {

using test::random_pictures;
using test::small_network;

constexpr int kSweeps = 60;

test::OracleGradient oracle_gradient(const test::OracleNetwork& net, LearningRule rule, double beta,
                                     int sweeps, const test::Layers& free, const test::Vector& target) {
  switch (rule) {
    case LearningRule::centered:
      return test::equilibrium_propagation(net, free, target, sweeps, -beta, beta);
    case LearningRule::positive:
      return test::equilibrium_propagation(net, free, target, sweeps, 0, beta);
    case LearningRule::negative:
      return test::equilibrium_propagation(net, free, target, sweeps, -beta, 0);
    case LearningRule::adjoint:
      return test::exact_gradient(net, free, target);
    case LearningRule::backpropagation:
      return test::truncated_backpropagation(net, free, target, sweeps);
    case LearningRule::coupled:
      return test::coupled_learning(net, free, target, sweeps, beta);
    default:
      return test::frequency_propagation(net, free, target, sweeps, beta, 8);
  }
}

struct StepCase {
  LearningRule rule = LearningRule::centered;
  std::vector<int> widths = {12, 9, 4};
  UnitDiode diode;
  double amplifier = 1, gain = 3, beta = 0.3, rate = 1;
  int sweeps = kSweeps, jobs = 1, batch = 6;
  bool plain = false;
  std::string instruction_set;
};

/// One step over one batch, against the oracle's gradient in double precision. Returns the largest error of a
/// change, relative to the largest change of its layer.
double step_error(const StepCase& c) {
  DeepNetwork network = small_network(c.widths, c.gain, 5);
  network.diode = c.diode;
  network.amplifier_gain = c.amplifier;
  const ImageSet set = random_pictures(c.widths.front(), c.batch, c.widths.back(), 7);
  DeepTraining options;
  options.rule = c.rule;
  options.iterations = c.sweeps;
  options.nudging = c.beta;
  options.batch = c.batch;
  options.conductance_rates = {1.0 * c.rate, 1.5 * c.rate, 2.5 * c.rate, 2.0 * c.rate};
  options.bias_rates = {0.7 * c.rate, 0.2 * c.rate, 0.3 * c.rate, 0.1 * c.rate};
  options.plain_nudging = c.plain;
  options.jobs = c.jobs;
  options.instruction_set = c.instruction_set;
  DeepTrainer trainer(network, set, options);
  trainer.run_epoch();
  const DeepNetwork after = trainer.network();

  const test::OracleNetwork net(network);
  test::OracleGradient mean(net);
  for (std::size_t k = 0; k < set.count(); ++k) {
    test::Layers free = net.rest(set.picture(k));
    test::relax(net, free, c.sweeps);
    const test::Vector target = test::one_hot(set.labels[k], net.columns.back());
    mean.add(oracle_gradient(net, c.rule, c.beta, c.sweeps, free, target),
             1.0 / static_cast<double>(set.count()));
  }
  double worst = 0;
  for (std::size_t l = 0; l < net.layers(); ++l) {
    double largest = 0, largest_bias = 0, wrong = 0, wrong_bias = 0;
    for (std::size_t k = 0; k < mean.g[l].size(); ++k) {
      const double old = network.conductances[l][k], change = -options.conductance_rates[l] * mean.g[l][k];
      largest = std::max(largest, std::abs(change));
      wrong = std::max(wrong, std::abs(after.conductances[l][k] - std::max(0.0, old + change)));
    }
    for (std::size_t k = 0; k < mean.b[l].size(); ++k) {
      const double change = -options.bias_rates[l] * mean.b[l][k];
      largest_bias = std::max(largest_bias, std::abs(change));
      wrong_bias = std::max(wrong_bias, std::abs(after.biases[l][k] - network.biases[l][k] - change));
    }
    worst = std::max({worst, wrong / largest, wrong_bias / largest_bias});
  }
  return worst;
}

// float32: the states keep 7 digits, the changes of a conductance as many as it has beyond the change.
constexpr double kFloat = 2e-4;

TEST(DeepTrainer, StepsAsTheOracleByEveryRule) {
  for (const std::string& name : learning_rule_names()) {
    if (name == "agnostic") continue;
    for (const std::vector<int>& widths :
         {std::vector<int>{12, 9, 4}, {10, 37, 20, 5}, {9, 8, 40, 11, 3}, {7, 3}, {6, 140, 70, 4}}) {
      StepCase c;
      c.rule = learning_rule(name);
      c.widths = widths;
      if (widths[1] > 100) c.rate = 30;  // small gradients: a change must stand above the rounding of its sum
      if (c.rule == LearningRule::backpropagation) c.sweeps = 5;
      EXPECT_LT(step_error(c), kFloat) << name << ", " << widths.size() - 1 << " layers";
    }
  }
}

TEST(DeepTrainer, StepsAsTheOracleWithEveryDiode) {
  std::vector<UnitDiode> diodes(4);
  diodes[0].forward_drop = 0.2;
  diodes[1].leakage = 0.3;
  diodes[2] = {.forward_drop = 0.1, .on_resistance = 0.2, .leakage = 0.05};
  diodes[3].saturation_current = 1e-3;
  diodes[3].emission_voltage = 0.1;
  for (std::size_t d = 0; d < diodes.size(); ++d) {
    for (const LearningRule rule :
         {LearningRule::centered, LearningRule::adjoint, LearningRule::backpropagation}) {
      StepCase c;
      c.rule = rule;
      c.diode = diodes[d];
      c.widths = {10, 17, 12, 5};
      if (rule == LearningRule::backpropagation) c.sweeps = 6;
      EXPECT_LT(step_error(c), kFloat) << "diode " << d << ", rule " << static_cast<int>(rule);
    }
  }
}

TEST(DeepTrainer, StepsAsTheOracleWithAmplifiers) {
  StepCase c;
  c.widths = {10, 17, 12, 5};
  c.amplifier = 3;
  c.gain = 0.5;
  for (const double drop : {0.0, 0.05}) {
    c.diode.forward_drop = drop;
    EXPECT_LT(step_error(c), kFloat);
  }
}

TEST(DeepTrainer, StepsAlikeOnEveryInstructionSetAndBatch) {
  const int widest = deep_kernels().lanes;
  for (const auto& [name, lanes] : {std::pair{"portable", 4}, {"avx2", 8}, {"avx512", 16}}) {
    if (lanes > widest) {
      EXPECT_THROW(deep_kernels(name), InputError);
      continue;
    }
    StepCase c;
    c.instruction_set = name;
    c.widths = {20, 70, 45, 6};
    for (const int batch : {1, 4, 13}) {
      c.batch = batch;
      EXPECT_LT(step_error(c), kFloat) << name << ", batch " << batch;
    }
  }
}

TEST(DeepTrainer, RelaxesNudgedStatesThemselvesToTheSameStep) {
  StepCase c;
  c.widths = {10, 17, 12, 5};
  c.plain = true;
  EXPECT_LT(step_error(c), 1e-3);
}

// The output sees the far layers through small conductances and large voltages: what the reference measured
// as a loss of 18 % of the first layer's gradient. Differences relaxed as such keep it.
TEST(DeepTrainer, KeepsDigitsOfSmallDifferences) {
  StepCase c;
  c.widths = {30, 40, 40, 40, 5};
  c.gain = 4000;
  c.beta = 0.01;
  c.sweeps = 120;
  const double kept = step_error(c);
  c.plain = true;
  const double lost = step_error(c);
  EXPECT_LT(kept, 0.02 * lost);
}

TEST(DeepTrainer, AgnosticStepIsThatOfItsDefinition) {
  const DeepNetwork network = small_network({8, 11, 4}, 2, 3);
  const ImageSet set = random_pictures(8, 4, 4, 2);
  DeepTraining options;
  options.rule = LearningRule::agnostic;
  options.iterations = kSweeps;
  options.nudging = 0.5;
  options.batch = 4;
  options.conductance_rates = {0.01, 0.01};
  options.bias_rates = {0.01, 0.01};
  const auto distance = [&](LearningRule rule) {
    options.rule = rule;
    DeepTrainer trainer(network, set, options);
    trainer.run_epoch();
    const DeepNetwork after = trainer.network();
    const test::OracleNetwork net(network);
    std::vector<test::Layers> states;
    std::vector<test::Vector> targets;
    for (std::size_t k = 0; k < 4; ++k) {
      states.push_back(net.rest(set.picture(k)));
      test::relax(net, states.back(), kSweeps);
      targets.push_back(test::one_hot(set.labels[k], 4));
    }
    const test::OracleNetwork wanted =
        test::agnostic_step(net, states, targets, 200, 0.5, options.conductance_rates, options.bias_rates);
    double largest = 0, wrong = 0;
    for (std::size_t l = 0; l < 2; ++l) {
      for (std::size_t k = 0; k < wanted.g[l].size(); ++k) {
        largest = std::max(largest, std::abs(wanted.g[l][k] - network.conductances[l][k]));
        wrong = std::max(wrong, std::abs(wanted.g[l][k] - after.conductances[l][k]));
      }
    }
    return wrong / largest;
  };
  const double agnostic = distance(LearningRule::agnostic), positive = distance(LearningRule::positive);
  EXPECT_LT(agnostic, 2e-3);
  EXPECT_LT(agnostic, 0.1 * positive);
}

TEST(DeepTrainer, ScoresAsTheOracle) {
  for (const double amplifier : {1.0, 2.5}) {
    DeepNetwork network = small_network({15, 20, 9, 4}, 2, 8);
    network.amplifier_gain = amplifier;
    const ImageSet set = random_pictures(15, 37, 4, 9);
    std::vector<std::uint8_t> answers;
    const DeepScore score = evaluate(network, set, 9, 1, &answers);
    const test::OracleNetwork net(network);
    double loss = 0, power = 0, wrong = 0;
    for (std::size_t k = 0; k < set.count(); ++k) {
      test::Layers v = net.rest(set.picture(k));
      test::relax(net, v, 9);
      loss += test::squared_error(v, test::one_hot(set.labels[k], 4)) / 37;
      power += test::dissipation(net, v) / 37;
      const auto best = std::max_element(v.back().begin(), v.back().end()) - v.back().begin();
      EXPECT_EQ(answers[k], best);
      wrong += best != set.labels[k];
    }
    EXPECT_NEAR(score.loss, loss, 1e-5 * loss);
    EXPECT_NEAR(score.power, power, 1e-5 * power);
    EXPECT_EQ(score.error, wrong / 37);
  }
}

TEST(DeepTrainer, TrainsTheSameOnAnyNumberOfThreads) {
  for (const LearningRule rule :
       {LearningRule::centered, LearningRule::backpropagation, LearningRule::agnostic}) {
    const DeepNetwork network = small_network({30, 150, 70, 10}, 5, 4);
    const ImageSet set = random_pictures(30, 103, 10, 6);
    DeepTraining options;
    options.rule = rule;
    options.conductance_rates = {0.001};
    options.bias_rates = {0.001};
    DeepNetwork first;
    for (const int jobs : {1, 2, 3}) {
      options.jobs = jobs;
      DeepTrainer trainer(network, set, options);
      trainer.run_epoch();
      const DeepNetwork after = trainer.network();
      if (jobs == 1) first = after;
      EXPECT_EQ(first.conductances, after.conductances)
          << jobs << " threads, rule " << static_cast<int>(rule);
      EXPECT_EQ(first.biases, after.biases) << jobs << " threads, rule " << static_cast<int>(rule);
    }
  }
}

TEST(DeepTrainer, GoesOnFromAnEpochAsIfNeverStopped) {
  const DeepNetwork network = small_network({30, 20, 10}, 5, 4);
  const ImageSet set = random_pictures(30, 50, 10, 6);
  DeepTraining options;
  options.conductance_rates = {0.001};
  options.bias_rates = {0.001};
  DeepTrainer whole(network, set, options);
  whole.run_epoch();
  const DeepNetwork between = whole.network();
  whole.run_epoch();
  DeepTrainer again(between, set, options);
  again.epoch = 1;
  again.run_epoch();
  EXPECT_EQ(whole.network().conductances, again.network().conductances);
}

TEST(DeepTrainer, HoldsWhatTheDevicesHold) {
  const DeepNetwork network = small_network({30, 40, 20, 10}, 5, 4);
  const ImageSet set = random_pictures(30, 60, 10, 6);
  DeepTraining options;
  options.conductance_rates = {0.01};
  options.bias_rates = {0.001};
  options.seed = 11;
  options.hardware = {.minimum = 0.05, .maximum = 0.3, .levels = 16, .variation = 0.1, .write_noise = 0.2};
  DeepTrainer trainer(network, set, options);
  trainer.run_epoch();
  const DeepNetwork numbers = trainer.network();
  for (const std::vector<float>& g : numbers.conductances) {
    for (const float value : g) EXPECT_TRUE(value >= 0.05f && value <= 0.3f) << value;
  }
  const DeepNetwork devices = on_hardware(numbers, options.hardware, Rng(options.seed));
  EXPECT_NEAR(trainer.evaluate(set).loss, evaluate(devices, set, options.iterations).loss, 1e-6);
  EXPECT_GT(std::abs(trainer.evaluate(set).loss - evaluate(numbers, set, options.iterations).loss), 1e-5);
}

TEST(DeepTrainer, WriteNoiseDisturbsChangesAlone) {
  const DeepNetwork network = small_network({30, 40, 10}, 5, 4);
  const ImageSet set = random_pictures(30, 4, 10, 6);
  DeepTraining options;
  options.conductance_rates = {0.1};
  options.bias_rates = {0.001};
  DeepTrainer plain(network, set, options);
  plain.run_epoch();
  options.hardware.write_noise = 0.1;
  DeepTrainer noisy(network, set, options);
  noisy.run_epoch();
  double sum = 0, squares = 0, count = 0;
  for (std::size_t l = 0; l < 2; ++l) {
    for (std::size_t k = 0; k < network.conductances[l].size(); ++k) {
      const double change = plain.network().conductances[l][k] - network.conductances[l][k];
      if (std::abs(change) < 1e-4) continue;
      const double noise = (noisy.network().conductances[l][k] - network.conductances[l][k]) / change - 1;
      sum += noise;
      squares += noise * noise;
      ++count;
    }
  }
  ASSERT_GT(count, 300);
  EXPECT_NEAR(sum / count, 0, 0.02);
  EXPECT_NEAR(std::sqrt(squares / count), 0.1, 0.015);
}

TEST(DeepGradient, OfTheAdjointIsTheExactOne) {
  for (const std::vector<int>& widths : {std::vector<int>{12, 20, 9, 4}, {9, 6}}) {
    const DeepNetwork network = small_network(widths, 3, 5);
    const ImageSet set = random_pictures(widths.front(), 7, widths.back(), 7);
    const test::OracleNetwork net(network);
    test::OracleGradient mean(net);
    for (std::size_t k = 0; k < set.count(); ++k) {
      test::Layers free = net.rest(set.picture(k));
      ASSERT_TRUE(test::settle(net, free));
      mean.add(test::exact_gradient(net, free, test::one_hot(set.labels[k], net.columns.back())), 1.0 / 7);
    }
    const DeepGradient exact = exact_gradient(network, set);
    const DeepGradient wanted{mean.g, mean.b};
    for (std::size_t l = 0; l < net.layers(); ++l) {
      EXPECT_LT(compare(exact, wanted, l).relative_error, 1e-5) << "layer " << l + 1;
      EXPECT_NEAR(compare(exact, wanted, l).cosine, 1, 1e-9);
      for (std::size_t k = 0; k < mean.b[l].size(); ++k) EXPECT_NEAR(exact.biases[l][k], mean.b[l][k], 1e-5);
    }
    DeepTraining options;
    options.rule = LearningRule::backpropagation;
    options.iterations = 60;
    const DeepGradient back = read_gradient(network, set, options, 60);
    for (std::size_t l = 0; l < net.layers(); ++l) EXPECT_LT(compare(back, wanted, l).relative_error, 1e-4);
  }
}

TEST(DeepTrainer, RefusesWhatDoesNotFit) {
  const DeepNetwork network = small_network({30, 20, 10}, 5, 4);
  const ImageSet set = random_pictures(29, 5, 10, 6);
  DeepTraining options;
  EXPECT_THROW(DeepTrainer(network, set, options), InputError);
  options.conductance_rates = options.bias_rates = {0.001};
  EXPECT_THROW(DeepTrainer(network, set, options), InputError);
  DeepNetwork negative = network;
  negative.conductances[1][3] = -1;
  try {
    negative.check("weights.safetensors");
    FAIL();
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("conductance 0, 3 of layer 2 is -1"), std::string::npos) << e.what();
  }
}

TEST(DeepTrainer, StopsWhenAsked) {
  const DeepNetwork network = small_network({30, 20, 10}, 5, 4);
  const ImageSet set = random_pictures(30, 4 * 500, 10, 6);
  DeepTraining options;
  options.conductance_rates = options.bias_rates = {0.001};
  for (const int jobs : {1, 2}) {
    options.jobs = jobs;
    DeepTrainer trainer(network, set, options);
    trainer.run_epoch([](double done) { return done < 0.2; });
    EXPECT_EQ(trainer.epoch, 0);
  }
}

}  // namespace
}  // namespace nullor
