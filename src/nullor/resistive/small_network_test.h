#pragma once
/// For tests: small deep resistive networks, and pictures of noise.

#include <utility>
#include <vector>

#include "nullor/io/image_set.h"
#include "nullor/resistive/deep_network.h"

namespace nullor::test {

inline ImageSet random_pictures(int size, int count, int classes, std::uint64_t seed) {
  ImageSet set;
  set.width = size;
  set.height = 1;
  set.classes = classes;
  Rng rng(seed);
  for (int k = 0; k < count; ++k) {
    for (int j = 0; j < size; ++j) {
      set.pixels.push_back(static_cast<std::uint8_t>(rng.uniform() < 0.4 ? 0 : rng.below(256)));
    }
    set.labels.push_back(static_cast<std::uint8_t>(rng.below(static_cast<std::uint64_t>(classes))));
  }
  return set;
}

inline DeepNetwork small_network(std::vector<int> widths, double gain, std::uint64_t seed) {
  DeepNetwork network = DeepNetwork::random(std::move(widths), gain, Rng(seed));
  Rng rng = Rng(seed).split(1);
  for (std::vector<float>& g : network.conductances) {
    for (float& value : g) value = static_cast<float>(rng.uniform(0.02, 0.4));
  }
  for (std::vector<float>& b : network.biases) {
    for (float& value : b) value = static_cast<float>(0.2 * rng.normal());
  }
  return network;
}

}  // namespace nullor::test
