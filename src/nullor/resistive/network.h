#pragma once
/// Networks of ideal sources, resistors and diodes, in arrays that hold millions of branches.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/resistive/name_pool.h"

namespace nullor::resistive {

/// The kinds of elements, each with its own arrays.
enum class ElementKind : std::uint8_t { resistor, voltage_source, current_source, diode };

/// What a diode does with the voltage u from anode to cathode [V] and the current i from anode to cathode
/// [A].
///
/// Piecewise linear, on resistance Ron > 0:
///
///   i = u G_leak                                u <= V_f
///   i = V_f G_leak + (u - V_f) / Ron            u >= V_f                 (1)
///
/// ideal, Ron = 0:
///
///   i = u G_leak + j,   j >= 0,   u <= V_f,   j (u - V_f) = 0            (2)
///
/// exponential, I_s > 0:
///
///   i = I_s (e^(u / V_e) - 1) + u G_leak                                 (3)
///
/// All are monotone, so each is the slope of a convex function of u, and the network has a convex energy.
struct DiodeModel {
  double forward_drop = 0;        ///< V_f [V]
  double on_resistance = 0;       ///< Ron [Ohm]; 0: ideal
  double leakage = 0;             ///< G_leak [S]
  double saturation_current = 0;  ///< I_s [A]; above 0: exponential
  double emission_voltage = 0;    ///< V_e = n k T / q [V] of an exponential diode

  bool exponential() const { return saturation_current > 0; }
  bool ideal() const { return !exponential() && on_resistance == 0; }
  bool operator==(const DiodeModel&) const = default;
};

/// An element as its author knows it.
struct ElementOrigin {
  std::string name;  ///< "r1"
  Location where;
};

/// A network. Node 0 is ground. Current sources drive their current from p through themselves to n, as in
/// SPICE.
struct ResistiveNetwork {
  struct Branches {
    std::vector<int> p, n;      ///< nodes
    std::vector<double> value;  ///< see the member
    std::size_t size() const { return p.size(); }
  };
  struct Diodes {
    std::vector<int> anode, cathode;  ///< nodes
    std::vector<int> model;           ///< index into `models`
    std::size_t size() const { return anode.size(); }
  };

  int node_count = 1;
  Branches resistors;        ///< value: conductance [S], >= 0
  Branches voltage_sources;  ///< value: v_p - v_n [V]
  Branches current_sources;  ///< value: current [A]
  Diodes diodes;
  std::vector<DiodeModel> models;
  std::shared_ptr<NamePool> node_names;  ///< of all nodes, or null: then a node is called by its number
  /// Who an element is, for messages and tables; null: numbered.
  std::function<ElementOrigin(ElementKind, int)> origin;

  const DiodeModel& model_of(std::size_t diode) const {
    return models[static_cast<std::size_t>(diodes.model[diode])];
  }
  std::string node_name(int node) const;
  ElementOrigin describe(ElementKind kind, int index) const;

  int add_node() { return node_count++; }
  void add_resistor(int p, int n, double ohms);
  void add_voltage_source(int p, int n, double volts);
  void add_current_source(int p, int n, double amperes);
  void add_diode(int anode, int cathode, const DiodeModel& model = {});

  /// Throws InputError (netlist) that names the first element with an impossible value: a negative
  /// conductance, a value that is no finite number, a diode whose leakage exceeds its on conductance, a node
  /// out of range.
  void validate() const;
};

}  // namespace nullor::resistive
