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

/// Of a current over 1 uA; those that nearly cancel end at 1 pA.
float logarithm(double current) { return static_cast<float>(std::log(std::max(current, 1e-12) / 1e-6)); }

bool is_transistor(const SizedDevice& d) { return d.kind == SizedKind::nmos || d.kind == SizedKind::pmos; }

/// W M / L of a transistor.
double strength(std::span<const double> numbers, int device) {
  const double* x = numbers.data() + static_cast<std::ptrdiff_t>(device) * kSizedNumbers;
  return std::max(x[0] * x[2] / std::max(x[1], 1e-12), 1e-12);
}

}  // namespace

/// Finds out in which order currents become known.
class BiasCurrents::Planner {
 public:
  Planner(const graph::SizedCircuit& circuit, BiasCurrents& out)
      : devices_(circuit.devices()), out_(out), open_(circuit.nets().size()), at_(circuit.nets().size()) {
    known_.resize(devices_.size()), mirrored_.resize(devices_.size());
    for (std::size_t n = 0; n < open_.size(); ++n) {
      const SizedPort port = circuit.nets()[n].port;
      open_[n] = port != SizedPort::supply && port != SizedPort::ground;
      if (port == SizedPort::supply) supplies_.push_back(n);
    }
    for (std::size_t d = 0; d < devices_.size(); ++d) add(static_cast<int>(d));
  }

  void run() {
    while (mirror() || add_up(true) || add_up(false) || share()) {
    }
    for (std::size_t n = 0; n < open_.size(); ++n) balance(n);
    add_supply();
  }

 private:
  using Rule = Step::Rule;

  static std::size_t u(int k) { return static_cast<std::size_t>(k); }
  const SizedDevice& device(const Branch& b) const { return devices_[u(b.device)]; }

  void add(int d) {
    const SizedDevice& one = devices_[u(d)];
    const auto branch = [&](std::size_t pin, double sign) { at_[u(one.nets[pin])].push_back({d, sign}); };
    if (is_transistor(one)) {
      // The current leaves the net at the drain of an nmos, and comes out of the drain of a pmos.
      const double out = one.kind == SizedKind::nmos ? -1 : 1;
      branch(kDrain, out);
      branch(kSource, -out);
    } else if (one.kind == SizedKind::current_source) {
      branch(0, -1);
      branch(1, 1);
      known_[u(d)] = mirrored_[u(d)] = 1;
      out_.steps_.push_back({Rule::source, d, 0, {}, {}, 1});
    } else if (one.kind != SizedKind::capacitor) {
      // What flows through a resistor is not known: nor is what its nets add up to.
      for (std::size_t pin = 0; pin < u(one.pins); ++pin) {
        open_[u(one.nets[pin])] = 0;
        at_[u(one.nets[pin])].push_back({d, 1});
      }
    }
  }

  /// Branches at a net whose current is known, or not.
  std::vector<Branch> branches(std::size_t net, bool known) const {
    std::vector<Branch> out;
    for (const Branch& b : at_[net]) {
      if ((known_[u(b.device)] != 0) == known) out.push_back(b);
    }
    return out;
  }

  bool mirror() {
    bool found = false;
    for (std::size_t a = 0; a < devices_.size(); ++a) {
      for (std::size_t b = 0; b < devices_.size() && !known_[a] && is_transistor(devices_[a]); ++b) {
        if (!known_[b] || devices_[b].kind != devices_[a].kind ||
            devices_[b].nets[kGate] != devices_[a].nets[kGate] ||
            devices_[b].nets[kSource] != devices_[a].nets[kSource])
          continue;
        out_.steps_.push_back({Rule::mirror, static_cast<int>(a), static_cast<int>(b), {}, {}, 1});
        known_[a] = mirrored_[a] = 1;
        found = true;
      }
    }
    return found;
  }

  /// One net at a time: what a mirror can tell is not to be concluded from the stage that it meets.
  bool add_up(bool diodes_only) {
    for (std::size_t n = 0; n < open_.size(); ++n) {
      if (!open_[n]) continue;
      const std::vector<Branch> left = branches(n, false), there = branches(n, true);
      if (left.size() != 1 || there.empty()) continue;
      const SizedDevice& one = device(left[0]);
      if (diodes_only && !(is_transistor(one) && one.nets[kDrain] == one.nets[kGate])) continue;
      out_.steps_.push_back({Rule::net, left[0].device, 0, there, {}, left[0].sign});
      known_[u(left[0].device)] = 1;
      return true;
    }
    return false;
  }

  bool share() {
    for (std::size_t n = 0; n < open_.size(); ++n) {
      if (!open_[n]) continue;
      const std::vector<Branch> left = branches(n, false), there = branches(n, true);
      if (left.size() < 2 || there.empty()) continue;
      const bool alike = std::all_of(left.begin(), left.end(), [&](const Branch& b) {
        return is_transistor(device(b)) && device(b).kind == device(left[0]).kind &&
               device(b).nets[kSource] == static_cast<int>(n);
      });
      if (!alike) continue;
      for (const Branch& b : left) {
        out_.steps_.push_back({Rule::pair, b.device, 0, left, there, b.sign});
        known_[u(b.device)] = 1;
      }
      return true;
    }
    return false;
  }

  /// Where all currents of a net follow from mirrors, they need not add up to zero.
  void balance(std::size_t net) {
    const std::vector<Branch>& here = at_[net];
    const bool all =
        std::all_of(here.begin(), here.end(), [&](const Branch& b) { return mirrored_[u(b.device)] != 0; });
    if (!open_[net] || here.size() < 2 || !all) return;
    for (std::size_t k = 0; k < here.size(); ++k) {
      Balance one{here[k].device, here[k].sign, here};
      one.others.erase(one.others.begin() + static_cast<std::ptrdiff_t>(k));
      out_.balances_.push_back(std::move(one));
    }
  }

  void add_supply() {
    std::size_t all = 0;
    for (const std::size_t n : supplies_) {
      all += at_[n].size();
      for (const Branch& b : branches(n, true)) out_.supply_.push_back({b.device, -b.sign});
    }
    if (all > 0) out_.supply_known_ = static_cast<double>(out_.supply_.size()) / static_cast<double>(all);
  }

  const std::vector<SizedDevice>& devices_;
  BiasCurrents& out_;
  std::vector<char> known_, mirrored_;
  std::vector<char> open_;               ///< (nets) what flows there adds up to zero, as far as is known
  std::vector<std::vector<Branch>> at_;  ///< (nets)
  std::vector<std::size_t> supplies_;    ///< nets
};

BiasCurrents::BiasCurrents(const graph::SizedCircuit& circuit) : devices_(circuit.devices().size()) {
  Planner(circuit, *this).run();
}

std::vector<double> BiasCurrents::flows(std::span<const double> numbers) const {
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
  return current;
}

double BiasCurrents::allowed(const Balance& balance, std::span<const double> current) {
  const double own = balance.sign * current[static_cast<std::size_t>(balance.device)];
  double others = 0;
  for (const Branch& b : balance.others) others -= b.sign * current[static_cast<std::size_t>(b.device)];
  return own == 0 ? 1 : std::clamp(others / own, 1e-4, 1e4);
}

void BiasCurrents::features(std::span<const double> numbers, std::span<float> devices,
                            std::span<float> circuit) const {
  std::vector<double> current = flows(numbers);
  std::fill(devices.begin(), devices.end(), 0.0f);
  std::fill(circuit.begin(), circuit.end(), 0.0f);
  for (std::size_t d = 0; d < devices_; ++d) {
    if (std::isnan(current[d])) continue;
    float* to = devices.data() + d * kDeviceFeatures;
    to[0] = 1;
    to[1] = logarithm(std::abs(current[d]));
    to[2] = current[d] < 0 ? 1.0f : 0.0f;
  }
  std::vector<double> limit(devices_, 1);
  for (const Balance& b : balances_) {
    const auto d = static_cast<std::size_t>(b.device);
    const double ratio = allowed(b, current);
    devices[d * kDeviceFeatures + 3] += static_cast<float>(std::log(ratio));
    limit[d] = std::min(limit[d], ratio);
  }
  if (supply_.empty()) return;
  double sum = 0, limited = 0;
  for (const Branch& b : supply_) {
    const auto d = static_cast<std::size_t>(b.device);
    sum += b.sign * current[d];
    limited += std::max(b.sign * current[d] * limit[d], 0.0);
  }
  circuit[0] = static_cast<float>(supply_known_);
  circuit[1] = logarithm(sum);
  circuit[2] = logarithm(limited);
}

}  // namespace nullor::learn
