#pragma once
/// Direct currents of a biased circuit without solving it: what flows in from current sources is copied by
/// mirrors, added at nets, and shared by pairs. A rough number, but one that says at once what a network
/// would have to find out by many layers: which current every transistor has, and where two stages do not
/// agree.
///
///   mirror   transistors of one kind with common gate and source:  I_a / I_b = (W M / L)_a / (W M / L)_b (1)
///   net      the currents into a net add up to zero; gates, capacitors and ports other than rails take none
///   (2) pair     transistors of one kind with common source alone share what flows there as W M / L (3)
///
/// (1) goes first, then (2), at nets of diodes before others, then (3). What leaves the supply is the sum of
/// the branches there.

#include <span>
#include <vector>

#include "nullor/graph/sized_circuit.h"

namespace nullor::learn {

class BiasCurrents {
 public:
  /// Numbers a device, and of the whole circuit.
  static constexpr int kDeviceFeatures = 4, kCircuitFeatures = 3;

  BiasCurrents() = default;  ///< knows none
  explicit BiasCurrents(const graph::SizedCircuit& circuit);

  /// Of numbers (devices, kSizedNumbers). `devices` (devices, kDeviceFeatures): 1 where the current is known;
  /// ln |I / 1 uA|, from drain to source of nmos and from source to drain of pmos; 1 where it comes out
  /// negative; and ln of what the others at its drain let flow over its own, where all of them are known by
  /// (1). `circuit` (kCircuitFeatures): the share of the branches at the supply that are known; ln of their
  /// sum over 1 uA; the same with none negative, and none above what the others at its drain let flow. Zeros
  /// where nothing is known.
  void features(std::span<const double> numbers, std::span<float> devices, std::span<float> circuit) const;

 private:
  struct Branch {
    int device = 0;
    double sign = 1;  ///< of the device's current, into the net
  };
  struct Step {
    enum class Rule { source, mirror, net, pair } rule = Rule::source;
    int device = 0;
    int reference = 0;             ///< mirror
    std::vector<Branch> branches;  ///< net: what is known there; pair: those who share
    std::vector<Branch> known;     ///< pair: what flows in
    double sign = 1;               ///< of the device at the net
  };
  struct Balance {
    int device = 0;
    double sign = 1;
    std::vector<Branch> others;
  };

  class Planner;

  std::vector<double> flows(std::span<const double> numbers) const;
  /// What the others at the drain let flow over the own current.
  static double allowed(const Balance& balance, std::span<const double> current);

  std::size_t devices_ = 0;
  std::vector<Step> steps_;
  std::vector<Balance> balances_;
  std::vector<Branch> supply_;  ///< that are known; a positive sign is out of the supply
  double supply_known_ = 0;     ///< their share
};

}  // namespace nullor::learn
