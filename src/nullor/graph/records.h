#pragma once
/// The short form of a circuit: one record a device, its kind and the net of each pin.
///
/// Ports are numbered within their role, internal nets among themselves, both by first appearance, so that a
/// circuit has one sequence for every order of its devices. Sequences begin with what is known of the
/// circuit: its family, the number of devices, ports, kinds that it has or has not.

#include "nullor/graph/conditions.h"
#include "nullor/graph/language.h"

namespace nullor::graph {

/// The numbers of tokens.
struct RecordTokens {
  static constexpr int kPortsARole = 10;
  static constexpr int kInternalNets = 64;

  static constexpr int kind(DeviceKind k) { return kFirstKind + static_cast<int>(k); }
  /// Port `number` (from 1) of a role; VDD and VSS have one.
  static int port(PortRole role, int number);
  /// Internal net `number`, from 1.
  static constexpr int internal(int number) { return kFirstInternal + number - 1; }
  static constexpr int family(Family f) { return kFirstFamily + static_cast<int>(f); }
  /// The circuit has `count` devices, 1 .. kMostDevices.
  static constexpr int size(int count) { return kFirstSize + count - 1; }
  static constexpr int has(DeviceKind k) { return kFirstHas + static_cast<int>(k); }
  static constexpr int without(DeviceKind k) { return kFirstWithout + static_cast<int>(k); }

  static constexpr int kFirstKind = 2;
  static constexpr int kNoNet = kFirstKind + kDeviceKinds;  ///< of a substrate that is left out
  static constexpr int kFirstNet = kNoNet + 1;
  static constexpr int kFirstPort = kFirstNet + 2;  ///< behind VDD and VSS
  static constexpr int kFirstInternal = kFirstPort + (kPortRoles - 3) * kPortsARole;
  static constexpr int kFirstFamily = kFirstInternal + kInternalNets;
  static constexpr int kFirstSize = kFirstFamily + kFamilies;
  static constexpr int kFirstHas = kFirstSize + kMostDevices;
  static constexpr int kFirstWithout = kFirstHas + kDeviceKinds;
  static constexpr int kOnlyPorts = kFirstWithout + kDeviceKinds;  ///< the ports named before are all
  static constexpr int kCount = kOnlyPorts + 1;

  static constexpr bool is_net(int token) { return token >= kFirstNet && token < kFirstFamily; }
  static constexpr bool is_kind(int token) { return token >= kFirstKind && token < kNoNet; }
  /// Role and number of a net token; internal nets have role `internal`.
  static std::pair<PortRole, int> net(int token);
};

class RecordLanguage : public Language {
 public:
  /// How often a sequence is written with conditions; each is then left out half of the time.
  explicit RecordLanguage(double conditioned = 0.5) : conditioned_(conditioned) {}

  std::string_view name() const override { return "records"; }
  int vocabulary() const override { return RecordTokens::kCount; }
  std::string token_text(int token) const override;
  /// Devices in the order of a random walk over shared nets; ends of symmetric two-terminals in random order.
  std::vector<int> encode(const Topology& topology, Rng& rng, double* order_bits = nullptr) const override;
  std::optional<Topology> decode(std::span<const int> tokens, std::string* why = nullptr) const override;
  /// 0: a condition or the beginning follows; 1: a kind or the end; 2 + 6 kind + pin: the net of that pin.
  std::vector<int> slots(std::span<const int> tokens) const override;
  int slot_count() const override { return 2 + kDeviceKinds * kMaxPins; }

 private:
  double conditioned_;
};

/// The tokens of conditions, without kBeginToken.
std::vector<int> condition_tokens(const Conditions& conditions);
/// The records of the devices in this order, without begin and end. Throws InputError: too many nets or
/// ports.
std::vector<int> record_tokens(const Topology& topology, std::span<const int> order);

}  // namespace nullor::graph
