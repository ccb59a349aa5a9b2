#include "nullor/learn/bias_currents.h"

#include <algorithm>
#include <cmath>

namespace nullor::learn {
namespace {

using graph::kSizedNumbers;
using graph::SizedDevice;
using graph::SizedKind;
using graph::SizedPort;

enum : std::size_t { kDrain, kGate, kSource };

constexpr double kLeast = 1e-12;  ///< [A] where currents that nearly cancel end

bool is_transistor(const SizedDevice& d) { return d.kind == SizedKind::nmos || d.kind == SizedKind::pmos; }

/// W M / L of a transistor.
double strength(std::span<const double> numbers, int device) {
  const double* x = numbers.data() + static_cast<std::ptrdiff_t>(device) * kSizedNumbers;
  return std::max(x[0] * x[2] / std::max(x[1], 1e-12), 1e-12);
}

}  // namespace

BiasCurrents::BiasCurrents(const graph::SizedCircuit& circuit) : devices_(circuit.devices().size()) {
  plan(circuit);
}

void BiasCurrents::plan(const graph::SizedCircuit& circuit) {
  const auto& devices = circuit.devices();
  const auto& nets = circuit.nets();
  std::vector<char> known(devices.size()), open(nets.size(), 1), by_mirror(devices.size());
  std::vector<std::vector<Branch>> at(nets.size());
  for (std::size_t n = 0; n < nets.size(); ++n)
    open[n] = nets[n].port != SizedPort::supply && nets[n].port != SizedPort::ground;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    const SizedDevice& device = devices[d];
    const auto branch = [&](std::size_t pin, double sign) {
      at[static_cast<std::size_t>(device.nets[pin])].push_back({static_cast<int>(d), sign});
    };
    if (is_transistor(device)) {
      // The current leaves the net at the drain of an nmos, and comes out of the drain of a pmos.
      const double out = device.kind == SizedKind::nmos ? -1 : 1;
      branch(kDrain, out);
      branch(kSource, -out);
    } else if (device.kind == SizedKind::current_source) {
      branch(0, -1);
      branch(1, 1);
      known[d] = by_mirror[d] = 1;
      steps_.push_back({Step::Rule::source, static_cast<int>(d), 0, {}, {}, 1});
    } else if (device.kind != SizedKind::capacitor) {
      // What flows through a resistor is not known: nor is what its nets add up to.
      for (int pin = 0; pin < device.pins; ++pin)
        open[static_cast<std::size_t>(device.nets[static_cast<std::size_t>(pin)])] = 0;
    }
  }
  const auto mirror = [&] {
    bool found = false;
    for (std::size_t a = 0; a < devices.size(); ++a) {
      if (known[a] || !is_transistor(devices[a])) continue;
      for (std::size_t b = 0; b < devices.size(); ++b) {
        if (!known[b] || devices[b].kind != devices[a].kind ||
            devices[b].nets[kGate] != devices[a].nets[kGate] ||
            devices[b].nets[kSource] != devices[a].nets[kSource])
          continue;
        steps_.push_back({Step::Rule::mirror, static_cast<int>(a), static_cast<int>(b), {}, {}, 1});
        known[a] = by_mirror[a] = 1;
        found = true;
        break;
      }
    }
    return found;
  };
  /// Branches at a net, without those of a device that has both ends there.
  const auto unknown = [&](std::size_t n) {
    std::vector<Branch> out;
    for (const Branch& b : at[n]) {
      if (!known[static_cast<std::size_t>(b.device)]) out.push_back(b);
    }
    return out;
  };
  const auto flows = [&](std::size_t n) {
    std::vector<Branch> out;
    for (const Branch& b : at[n]) {
      if (known[static_cast<std::size_t>(b.device)]) out.push_back(b);
    }
    return out;
  };
  // One net at a time: what a mirror can tell is not to be concluded from the stage that it meets.
  const auto add_up = [&](bool diodes_only) {
    for (std::size_t n = 0; n < nets.size(); ++n) {
      if (!open[n]) continue;
      const std::vector<Branch> left = unknown(n);
      const std::vector<Branch> there = flows(n);
      if (left.size() != 1 || there.empty()) continue;
      const SizedDevice& device = devices[static_cast<std::size_t>(left[0].device)];
      if (diodes_only && !(is_transistor(device) && device.nets[kDrain] == device.nets[kGate])) continue;
      steps_.push_back({Step::Rule::net, left[0].device, 0, there, {}, left[0].sign});
      known[static_cast<std::size_t>(left[0].device)] = 1;
      return true;
    }
    return false;
  };
  const auto share = [&] {
    for (std::size_t n = 0; n < nets.size(); ++n) {
      if (!open[n]) continue;
      const std::vector<Branch> left = unknown(n);
      const std::vector<Branch> there = flows(n);
      if (left.size() < 2 || there.empty()) continue;
      const SizedDevice& first = devices[static_cast<std::size_t>(left[0].device)];
      const bool alike = std::all_of(left.begin(), left.end(), [&](const Branch& b) {
        const SizedDevice& d = devices[static_cast<std::size_t>(b.device)];
        return is_transistor(d) && d.kind == first.kind && d.nets[kSource] == static_cast<int>(n);
      });
      if (!alike) continue;
      for (const Branch& b : left) {
        steps_.push_back({Step::Rule::pair, b.device, 0, left, there, b.sign});
      }
      for (const Branch& b : left) known[static_cast<std::size_t>(b.device)] = 1;
      return true;
    }
    return false;
  };
  while (mirror() || add_up(true) || add_up(false) || share()) {
  }
  for (std::size_t n = 0; n < nets.size(); ++n) {
    if (!open[n] || at[n].size() < 2) continue;
    const bool all = std::all_of(at[n].begin(), at[n].end(), [&](const Branch& b) {
      return by_mirror[static_cast<std::size_t>(b.device)] != 0;
    });
    for (std::size_t k = 0; all && k < at[n].size(); ++k) {
      Balance balance{at[n][k].device, at[n][k].sign, at[n]};
      balance.others.erase(balance.others.begin() + static_cast<std::ptrdiff_t>(k));
      balances_.push_back(std::move(balance));
    }
  }
}

void BiasCurrents::features(std::span<const double> numbers, std::span<float> out) const {
  std::vector<double> current(devices_, NAN);
  const auto sum = [&](const std::vector<Branch>& branches) {
    double total = 0;
    for (const Branch& b : branches) total += b.sign * current[static_cast<std::size_t>(b.device)];
    return total;
  };
  for (const Step& step : steps_) {
    double& i = current[static_cast<std::size_t>(step.device)];
    switch (step.rule) {
      case Step::Rule::source:
        i = numbers[static_cast<std::size_t>(step.device) * kSizedNumbers];
        break;
      case Step::Rule::mirror:
        i = current[static_cast<std::size_t>(step.reference)] * strength(numbers, step.device) /
            strength(numbers, step.reference);
        break;
      case Step::Rule::net:
        i = -sum(step.branches) / step.sign;
        break;
      case Step::Rule::pair: {
        double all = 0;
        for (const Branch& b : step.branches) all += strength(numbers, b.device);
        i = -sum(step.known) / step.sign * strength(numbers, step.device) / all;
        break;
      }
    }
  }
  std::fill(out.begin(), out.end(), 0.0f);
  for (std::size_t d = 0; d < devices_; ++d) {
    if (std::isnan(current[d])) continue;
    float* to = out.data() + d * kFeatures;
    to[0] = 1;
    to[1] = static_cast<float>(std::log(std::max(std::abs(current[d]), kLeast) / 1e-6));
    to[2] = current[d] < 0 ? 1.0f : 0.0f;
  }
  for (const Balance& b : balances_) {
    const double own = b.sign * current[static_cast<std::size_t>(b.device)], others = -sum(b.others);
    if (own == 0) continue;
    const double ratio = std::max(others / own, 1e-4);
    out[static_cast<std::size_t>(b.device) * kFeatures + 3] +=
        static_cast<float>(std::log(std::min(ratio, 1e4)));
  }
}

}  // namespace nullor::learn
