#pragma once
/// A circuit while its records are being written: which nets there are, what they still need, and whether a
/// number of further devices is enough to give it to them.

#include <array>
#include <cstdint>
#include <optional>

#include "nullor/graph/conditions.h"
#include "nullor/graph/records.h"

namespace nullor::graph {

/// What a kind of device can do for an unfinished circuit.
struct Helper {
  int channel = 0;    ///< pins between which direct current flows
  int outputs = 0;    ///< pins that are driven
  int free = 0;       ///< gates and plates
  bool tied = false;  ///< has a bulk or supply pin, which goes to VSS
  explicit Helper(DeviceKind kind);
};

/// Copied for every token that is tried, so it holds plain arrays.
class RecordState {
 public:
  static constexpr int kMostNets = RecordTokens::kFirstFamily - RecordTokens::kFirstNet;

  RecordState();

  /// Writes the next token of a record. It must be one that can follow: a kind, a net, kNoNet.
  void push(int token);

  bool in_record() const { return kind_ >= 0; }
  DeviceKind kind() const { return static_cast<DeviceKind>(kind_); }
  int pin() const { return pin_; }          ///< the next one of the open record
  int devices() const { return devices_; }  ///< the open one included
  int kinds(int kind) const { return kinds_[static_cast<std::size_t>(kind)]; }
  int ports(PortRole role) const { return ports_[static_cast<std::size_t>(role)]; }
  int internal_nets() const { return ports_[0]; }
  /// Whether the net would put all ends of the open device on one net, or close a loop of inductors and
  /// voltages.
  bool shorts(int net_token) const;

  /// What the circuit needs: numbers of places to mend.
  struct Needs {
    std::array<int, RecordTokens::kInternalNets>
        open{};            ///< dangling nets in each part without a dc path to a port
    int opens = 0;         ///< such parts
    int dangling = 0;      ///< nets with one pin, in parts that have a dc path
    int ports = 0;         ///< ports to use: asked for, or VSS, or one that feeds
    int islands = 0;       ///< parts not connected with VSS, without open parts
    int kinds = 0;         ///< required kinds
    int own_channel = -1;  ///< index into `open` of the part that the channel of the open device touches
    int own_logic = -1;    ///< of the part that its outputs and supplies touch

    int sum() const;
    bool none() const { return sum() == 0; }
  };
  Needs needs(const Conditions& conditions) const;

  /// Whether the open record (if one is) and at most `devices` more can meet all needs. May say no where a
  /// clever completion exists, unless devices is 0; never says yes wrongly.
  bool can_finish(const Conditions& conditions, int devices) const;

 private:
  bool fill(const Conditions& conditions) const;
  bool plan(const Conditions& conditions, Needs needs, int devices) const;
  int find(const std::array<std::int16_t, kMostNets + 1>& parent, int i) const;
  static void join(std::array<std::int16_t, kMostNets + 1>& parent, int a, int b);
  int net_of(int token);

  int count_ =
      0;  ///< nets; element `count` of the parents is not a net: 0 is "any port" or VSS, net i is i + 1
  std::array<std::int16_t, kMostNets> number_;  ///< net of a token - kFirstNet; -1: none yet
  std::array<std::int16_t, kMostNets> token_;   ///< of a net
  std::array<std::uint8_t, kMostNets> degree_;
  std::array<std::int16_t, kMostNets + 1> direct_, inductive_, connected_;
  std::array<int, kPortRoles> ports_{};
  std::array<int, kDeviceKinds> kinds_{};
  int devices_ = 0;
  int kind_ = -1, pin_ = 0;
  std::array<int, kMaxPins> nets_{};  ///< of the open record
};

}  // namespace nullor::graph
