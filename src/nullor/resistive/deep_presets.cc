#include "nullor/resistive/deep_presets.h"

#include "nullor/base/error.h"

namespace nullor {
namespace {

DeepPreset preset(std::string name, std::string description, std::vector<int> hidden, double input_gain,
                  int iterations, double nudging, int epochs, std::vector<double> conductance_rates,
                  std::vector<double> bias_rates) {
  DeepPreset out{std::move(name), std::move(description), std::move(hidden), input_gain, {}};
  out.training.iterations = iterations;
  out.training.nudging = nudging;
  out.training.epochs = epochs;
  out.training.conductance_rates = std::move(conductance_rates);
  out.training.bias_rates = std::move(bias_rates);
  return out;
}

}  // namespace

std::vector<int> DeepPreset::widths(const ImageSet& pictures) const {
  std::vector<int> out = {static_cast<int>(pictures.size())};
  out.insert(out.end(), hidden.begin(), hidden.end());
  out.push_back(pictures.classes);
  return out;
}

const std::vector<DeepPreset>& deep_presets() {
  const std::vector<double> rates = {0.006, 0.006}, two = {0.002, 0.006, 0.018},
                            three = {0.005, 0.02, 0.08, 0.005};
  static const std::vector<DeepPreset> presets = {
      preset("xs", "100 hidden units", {100}, 100, 4, 1, 10, rates, rates),
      preset("1h", "1024 hidden units", {1024}, 480, 4, 1, 50, rates, rates),
      preset("2h", "two layers of 1024", {1024, 1024}, 2000, 5, 1, 50, two, two),
      preset("3h", "three layers of 1024", {1024, 1024, 1024}, 4000, 6, 2, 50, three,
             {0.0005, 0.002, 0.008, 0.0005}),
      preset("xl", "32768 hidden units", {32768}, 800, 4, 1, 100, rates, rates),
  };
  return presets;
}

const DeepPreset& deep_preset(const std::string& name) {
  std::vector<std::string> names;
  std::string list;
  for (const DeepPreset& candidate : deep_presets()) {
    if (candidate.name == name) return candidate;
    names.push_back(candidate.name);
    list += (list.empty() ? "" : ", ") + candidate.name;
  }
  throw InputError(ErrorKind::usage, "no model '" + name + "'", {},
                   did_you_mean(name, names, "there are " + list));
}

}  // namespace nullor
