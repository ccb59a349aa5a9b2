#include "nullor/learn/circuit_tokens.h"

#include <fmt/format.h>

#include <utility>

#include "nullor/base/error.h"

namespace nullor::learn {
namespace {

using graph::SizedDevice;
using graph::SizedKind;
using graph::SizedPort;

constexpr int kToGlobal = kDeviceRelations + kPinRelations, kFromGlobal = kToGlobal + 1;
constexpr int kOneNet = kDeviceRelations, kOneDevice = kOneNet + 1;
constexpr int kPortTypes = graph::kSizedKinds * graph::kSizedPins;
constexpr int kGlobalType = kPortTypes + graph::kSizedPorts;

/// Below kPinClasses.
int pin_class(SizedKind kind, int pin) {
  switch (kind) {
    case SizedKind::resistor:
    case SizedKind::capacitor:
    case SizedKind::inductor:
      return 4;
    case SizedKind::current_source:
    case SizedKind::voltage_source:
    case SizedKind::diode:
      return 5 + pin;
    default:
      return pin;
  }
}

/// A place where a token touches a net.
struct Touch {
  int token = 0, pin = 0;  ///< class of the pin; -1: the token is the port
};

class Builder {
 public:
  Builder(const graph::SizedCircuit& circuit, const TokenOptions& options)
      : circuit_(circuit), options_(options) {
    touches_.resize(circuit.nets().size());
  }

  CircuitTokens build() {
    out_.device_count = static_cast<int>(circuit_.devices().size());
    out_.global = options_.global;
    if (options_.global) add(kGlobalType, -1);
    for (std::size_t d = 0; d < circuit_.devices().size(); ++d)
      add_device(circuit_.devices()[d], static_cast<int>(d));
    for (std::size_t n = 0; n < circuit_.nets().size(); ++n) {
      const SizedPort port = circuit_.nets()[n].port;
      if (port == SizedPort::internal) continue;
      const int token = add(kPortTypes + static_cast<int>(port), -1);
      touches_[n].push_back({token, -1});
    }
    if (options_.graph) relate();
    const std::size_t size = out_.types.size();
    out_.near.assign(size * size, 0);
    for (std::size_t k = 0; k < size; ++k) out_.near[k * size + k] = 1;
    for (const TokenRelation& r : out_.relations)
      out_.near[static_cast<std::size_t>(r.to) * size + static_cast<std::size_t>(r.from)] = 1;
    return std::move(out_);
  }

 private:
  int add(int type, int device) {
    out_.types.push_back(type);
    out_.devices.push_back(device);
    return out_.size() - 1;
  }

  void add_device(const SizedDevice& device, int number) {
    const int kind = static_cast<int>(device.kind) * graph::kSizedPins;
    const int first = out_.size();
    for (int pin = 0; pin < device.pins; ++pin) {
      const int cls = pin_class(device.kind, pin);
      // Both ends of a resistor are the same token type.
      const int type = kind + (options_.form == TokenForm::pins && cls != 4 ? pin : 0);
      const int token = options_.form == TokenForm::pins || pin == 0 ? add(type, number) : first;
      touches_[static_cast<std::size_t>(device.nets[static_cast<std::size_t>(pin)])].push_back({token, cls});
    }
    if (options_.form != TokenForm::pins || !options_.virtual_edges || !options_.graph) return;
    for (int a = first; a < out_.size(); ++a) {
      for (int b = first; b < out_.size(); ++b) {
        if (a != b) out_.relations.push_back({a, b, kOneDevice});
      }
    }
  }

  static int relation(const Touch& to, const Touch& from) {
    if (to.pin < 0) return kPinClasses * kPinClasses + from.pin;
    if (from.pin < 0) return kPinClasses * kPinClasses + kPinClasses + to.pin;
    return to.pin * kPinClasses + from.pin;
  }

  void relate() {
    for (std::size_t n = 0; n < touches_.size(); ++n) {
      const SizedPort port = circuit_.nets()[n].port;
      const bool rail = port == SizedPort::supply || port == SizedPort::ground;
      for (const Touch& to : touches_[n]) {
        for (const Touch& from : touches_[n]) {
          // A device whose drain is its gate is related to itself.
          if (&to == &from || (to.token == from.token && options_.form == TokenForm::pins)) continue;
          // Nearly every device lies on a rail: that two do says nothing. The graph of pins keeps such edges.
          if (options_.form == TokenForm::devices && rail && to.pin >= 0 && from.pin >= 0) continue;
          const int type = options_.form == TokenForm::pins ? kOneNet : relation(to, from);
          out_.relations.push_back({to.token, from.token, type});
        }
      }
    }
    if (!options_.global) return;
    for (int t = 1; t < out_.size(); ++t) {
      out_.relations.push_back({0, t, kToGlobal});
      out_.relations.push_back({t, 0, kFromGlobal});
    }
  }

  const graph::SizedCircuit& circuit_;
  const TokenOptions& options_;
  CircuitTokens out_;
  std::vector<std::vector<Touch>> touches_;  ///< (nets)
};

}  // namespace

CircuitTokens circuit_tokens(const graph::SizedCircuit& circuit, const TokenOptions& options, int limit) {
  CircuitTokens out = Builder(circuit, options).build();
  if (options.currents) out.currents = BiasCurrents(circuit);
  if (out.size() > limit)
    throw InputError(ErrorKind::usage,
                     fmt::format("the circuit has {} tokens, more than {}", out.size(), limit), {},
                     "predict a smaller part of it");
  return out;
}

std::vector<int> CircuitTokens::listeners(int type) const {
  std::vector<int> out;
  for (const TokenRelation& r : relations) {
    if (r.type == type) out.push_back(r.to);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace nullor::learn
