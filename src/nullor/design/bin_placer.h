#pragma once
/// Whether the transistors of a circuit fall into bins of their models at given parameters. A size that no
/// model card is made for is illegal by rule; no simulation is needed to say so.

#include <string>
#include <vector>

#include "nullor/netlist/circuit.h"

namespace nullor {

class BinPlacer {
 public:
  BinPlacer() = default;
  /// Every MOSFET whose model is binned, or is a card with numbers for lmin, lmax, wmin and wmax, and which
  /// has a length and a width. The circuit must be read with ReadOptions::keep_bins; it need not outlive the
  /// placer.
  explicit BinPlacer(const Circuit& circuit);

  /// Sets a `.param`, or the temperature, for the coming place(); other names are left alone.
  void set(const std::string& name, double value);
  /// Whether each of these transistors has a bin (ModelBins::choose); the first that has none is named in
  /// `illegal`, with the limit of all bins that it breaks: "m1: L 0.13 um is below 0.15 um".
  bool place(std::string& illegal);

 private:
  struct Transistor {
    std::string name;
    std::size_t bins;  ///< index into bins_
    Value l, w, nf;
  };

  std::vector<Transistor> transistors_;
  std::vector<ModelBins> bins_;
  ParameterTable table_;
  std::vector<double> values_;  ///< of the entries that sizes hang on
};

}  // namespace nullor
