#pragma once
/// Which model bin each transistor of a circuit falls into at given parameters.

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
  /// The bin of every transistor that the rule knows in bins(); the first that has none is named in
  /// `illegal`, and false returned.
  bool place(std::string& illegal);
  const std::vector<std::size_t>& bins() const { return bins_; }

 private:
  struct Transistor {
    std::string name;
    const std::vector<ModelBin>* bins;
    Value l, w, nf;
  };

  std::vector<Transistor> transistors_;
  ParameterTable table_;
  std::vector<std::size_t> bins_;
};

}  // namespace nullor
