#pragma once
/// Takes time derivatives out of a formula, so that they become charges of the circuit equation.
///
/// Where every ddt() of a formula stands in a sum, with factors c_k that only parameters enter,
///
///     formula(u) = g(u) + sum_k c_k d/dt a_k(u)                                  (1)
///     q(u) = sum_k c_k a_k(u)                                                    (2)
///
/// the source needs no unknown for the derivatives: g is its flow and q its charge. So a device written as
/// formulas has the very equation of one written in C++.

#include "nullor/netlist/circuit.h"

namespace nullor {

struct ChargeForm {
  BehaviouralSource
      source;      ///< without the derivatives of (1); their inputs have derivative -1 and read zero
  Program charge;  ///< (2), reads the same inputs; empty when there is none
};

/// Derivatives that stand otherwise, in products or inside functions or in one another, stay as they are.
ChargeForm charge_form(const BehaviouralSource& source);

}  // namespace nullor
