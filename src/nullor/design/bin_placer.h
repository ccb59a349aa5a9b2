#pragma once
/// Whether the transistors of a circuit fall into bins of their models at given parameters.

#include <span>
#include <string>
#include <vector>

#include "nullor/design/geometry_rule.h"
#include "nullor/netlist/circuit.h"

namespace nullor {

class BinPlacer {
 public:
  BinPlacer() = default;
  /// `rule` must outlive it.
  BinPlacer(const GeometryRule& rule, const Circuit& circuit);

  /// Sets a `.param`, or the temperature, for the coming place(); other names are left alone.
  void set(const std::string& name, double value);
  /// Whether every transistor that the rule knows has a bin; the first that has none is named in `illegal`.
  bool place(std::string& illegal) const;

 private:
  struct Transistor {
    std::string name;
    const std::vector<ModelBin>* bins;
    Value l, w, nf;
  };

  std::vector<Transistor> transistors_;
  ParameterTable table_;
};

}  // namespace nullor
