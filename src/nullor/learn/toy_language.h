#pragma once
/// For tests: circuits of resistors between two of eight nets as "BEGIN RESISTOR net net ... END".

#include <algorithm>
#include <cmath>

#include "nullor/graph/language.h"

namespace nullor::learn {

class ToyLanguage : public graph::Language {
 public:
  static constexpr int kResistor = 2, kFirstNet = 3, kNets = 8;

  std::string_view name() const override { return "toy"; }
  int vocabulary() const override { return kFirstNet + kNets; }
  std::string token_text(int token) const override { return "t" + std::to_string(token); }

  std::vector<int> encode(const graph::Topology& topology, Rng& rng,
                          double* order_bits = nullptr) const override {
    std::vector<std::size_t> order(topology.devices.size());
    if (order_bits) *order_bits = std::lgamma(1.0 + static_cast<double>(order.size())) / std::log(2.0);
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[rng.below(k)]);
    std::vector<int> out = {graph::kBeginToken};
    for (const std::size_t k : order) {
      out.push_back(kResistor);
      for (int pin = 0; pin < 2; ++pin)
        out.push_back(kFirstNet + topology.devices[k].nets[static_cast<std::size_t>(pin)]);
    }
    out.push_back(graph::kEndToken);
    return out;
  }
  std::optional<graph::Topology> decode(std::span<const int>, std::string*) const override { return {}; }

  /// 0: a device or the end; 1, 2: a pin.
  int slot_count() const override { return 3; }
  std::vector<int> slots(std::span<const int> tokens) const override {
    std::vector<int> out;
    for (const int token : tokens) {
      const int before = out.empty() ? 0 : out.back();
      out.push_back(token == kResistor ? 1 : before == 1 ? 2 : 0);
    }
    return out;
  }
};

inline std::vector<graph::Topology> toy_circuits(int count, Rng rng) {
  std::vector<graph::Topology> out(static_cast<std::size_t>(count));
  for (graph::Topology& circuit : out) {
    for (int k = 0; k < ToyLanguage::kNets; ++k) circuit.net("n" + std::to_string(k));
    const int devices = 2 + static_cast<int>(rng.below(6));
    for (int k = 0; k < devices; ++k) {
      const int nets[] = {static_cast<int>(rng.below(ToyLanguage::kNets)),
                          static_cast<int>(rng.below(ToyLanguage::kNets))};
      circuit.add(graph::DeviceKind::resistor, nets);
    }
  }
  return out;
}

}  // namespace nullor::learn
