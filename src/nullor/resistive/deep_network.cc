#include "nullor/resistive/deep_network.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

std::size_t DeepNetwork::parameter_count() const {
  std::size_t count = 0;
  for (int l = 0; l < layers(); ++l) count += u(rows(l) + 1) * u(widths[u(l + 1)]);
  return count;
}

DeepNetwork DeepNetwork::random(std::vector<int> widths, double input_gain, Rng rng) {
  DeepNetwork network;
  network.widths = std::move(widths);
  network.input_gain = input_gain;
  for (int l = 0; l < network.layers(); ++l) {
    const double s = 1 / std::sqrt(static_cast<double>(network.rows(l)));
    std::vector<float>& g =
        network.conductances.emplace_back(u(network.rows(l)) * u(network.widths[u(l + 1)]));
    for (float& value : g) value = static_cast<float>(std::max(0.0, rng.uniform(-s, s)));
    network.biases.emplace_back(u(network.widths[u(l + 1)]), 0.0f);
  }
  return network;
}

void DeepNetwork::check(const std::string& what) const {
  const auto fail = [&](const std::string& problem) {
    throw InputError(ErrorKind::input_output, what + ": " + problem);
  };
  if (layers() < 1) fail("a network needs inputs and outputs: at least two widths");
  for (const int width : widths) {
    if (width < 1) fail("a layer of width " + std::to_string(width));
  }
  if (conductances.size() != u(layers()) || biases.size() != u(layers())) {
    fail("needs conductances and biases for " + std::to_string(layers()) + " layers");
  }
  for (int l = 0; l < layers(); ++l) {
    const std::string layer = " of layer " + std::to_string(l + 1);
    const std::vector<float>& g = conductances[u(l)];
    const std::vector<float>& b = biases[u(l)];
    if (g.size() != u(rows(l)) * u(widths[u(l + 1)])) fail("wrong number of conductances" + layer);
    if (b.size() != u(widths[u(l + 1)])) fail("wrong number of biases" + layer);
    for (std::size_t k = 0; k < g.size(); ++k) {
      if (std::isfinite(g[k]) && g[k] >= 0) continue;
      fail("conductance " + std::to_string(k / u(widths[u(l + 1)])) + ", " +
           std::to_string(k % u(widths[u(l + 1)])) + layer + " is " + std::to_string(g[k]) +
           " S; a resistor's is finite and not negative");
    }
    if (!std::all_of(b.begin(), b.end(), [](float value) { return std::isfinite(value); })) {
      fail("a bias" + layer + " is not finite");
    }
  }
}

}  // namespace nullor
