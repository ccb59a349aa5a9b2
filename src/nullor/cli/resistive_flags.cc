#include "nullor/cli/resistive_flags.h"

#include <fmt/format.h>

#include "nullor/base/error.h"

namespace nullor {
namespace {

template <class Value>
void put(const std::optional<Value>& given, Value& place) {
  if (given) place = *given;
}

CLI::Range positive(double most = 1e30) { return CLI::Range(1e-30, most); }

void check_rates(const std::vector<double>& rates, int layers, const char* option) {
  if (rates.size() > static_cast<std::size_t>(layers)) {
    throw InputError(ErrorKind::usage,
                     fmt::format("{} has {} values, the network {} layers", option, rates.size(), layers), {},
                     "one value a layer; the last one repeats");
  }
}

}  // namespace

void NetworkFlags::add(CLI::App& verb) {
  const auto volts = CLI::Range(0.0, 1e6);
  verb.add_option("--forward-drop", forward_drop_, "of the diodes [V]")->check(volts);
  verb.add_option("--on-resistance", on_resistance_, "of the diodes [Ohm]")->check(volts);
  verb.add_option("--leakage", leakage_, "conductance of the blocking diode [S]")->check(volts);
  verb.add_option("--exponential", saturation_current_,
                  "diodes of this saturation current [A], exponential instead of piecewise linear")
      ->check(volts);
  verb.add_option("--emission-voltage", emission_voltage_, "n k T / q of the exponential diode [V]")
      ->check(positive());
  verb.add_option("--amplifier-gain", amplifier_gain_,
                  "of bidirectional amplifiers in front of each layer after the first")
      ->check(positive());
}

void NetworkFlags::apply(DeepNetwork& network) const {
  const bool piecewise = forward_drop_ || on_resistance_ || leakage_;
  const bool exponential = saturation_current_ && *saturation_current_ > 0;
  if (piecewise && exponential) {
    throw InputError(ErrorKind::usage, "a diode is either exponential or piecewise linear", {},
                     "leave out --exponential, or --forward-drop, --on-resistance and --leakage");
  }
  if (piecewise) network.diode.saturation_current = 0;
  put(forward_drop_, network.diode.forward_drop);
  put(on_resistance_, network.diode.on_resistance);
  put(leakage_, network.diode.leakage);
  put(saturation_current_, network.diode.saturation_current);
  put(emission_voltage_, network.diode.emission_voltage);
  put(amplifier_gain_, network.amplifier_gain);
}

void HardwareFlags::add(CLI::App& verb, bool writing) {
  verb.add_option("--g-min", minimum_, "least conductance of a device [S]");
  verb.add_option("--g-max", maximum_, "greatest conductance of a device [S]; 0: no limit");
  verb.add_option("--levels", levels_, "evenly spaced values that a conductance can have; 0: any");
  verb.add_option("--variation", variation_, "relative standard deviation from device to device");
  if (writing)
    verb.add_option("--write-noise", write_noise_, "standard deviation of a change, relative to the change");
}

void HardwareFlags::apply(Hardware& hardware) const {
  put(minimum_, hardware.minimum);
  put(maximum_, hardware.maximum);
  put(levels_, hardware.levels);
  put(variation_, hardware.variation);
  put(write_noise_, hardware.write_noise);
  hardware.check();
}

void DeepTrainingFlags::add(CLI::App& verb) {
  std::string names;
  for (const std::string& name : learning_rule_names()) names += (names.empty() ? "" : ", ") + name;
  const auto at_least_one = CLI::Range(1, 1000000);
  verb.add_option("--rule", rule_, "learning rule: " + names);
  verb.add_option("--iterations", iterations_, "sweeps of relaxation in each phase")->check(at_least_one);
  verb.add_option("--beta", nudging_, "nudging [S]")->check(positive());
  verb.add_option("--batch", batch_, "pictures per update")->check(at_least_one);
  verb.add_option("--epochs", epochs_, "passes through the training pictures")->check(at_least_one);
  verb.add_option("--rates", conductance_rates_, "learning rates of the layers of conductances")
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--bias-rates", bias_rates_, "learning rates of the layers of current sources")
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--decay", decay_, "factor of all rates after each epoch")->check(positive(1));
  verb.add_flag("--plain-nudging", plain_nudging_,
                "relax nudged states themselves, not their differences from the free one");
}

void DeepTrainingFlags::apply(DeepTraining& training, int layers) const {
  if (rule_) training.rule = learning_rule(*rule_);
  put(iterations_, training.iterations);
  put(nudging_, training.nudging);
  put(batch_, training.batch);
  put(epochs_, training.epochs);
  put(decay_, training.decay);
  if (!conductance_rates_.empty()) training.conductance_rates = conductance_rates_;
  if (!bias_rates_.empty()) training.bias_rates = bias_rates_;
  if (plain_nudging_) training.plain_nudging = true;
  check_rates(conductance_rates_, layers, "--rates");
  check_rates(bias_rates_, layers, "--bias-rates");
}

void TrainedNetworkFlags::add(CLI::App& verb) {
  verb.add_option("weights", weights, "network (.safetensors)")->required()->type_name("FILE");
  verb.add_option("--data", data, "folder of pictures, as for train")->required()->type_name("DIR");
  verb.add_option("--part", part, "which of its pictures")
      ->check(CLI::IsMember({"test", "train"}))
      ->capture_default_str();
}

}  // namespace nullor
