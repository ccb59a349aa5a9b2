#pragma once
/// The SPICE deck of one set-up of a testbench around one circuit.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/design/circuit_files.h"
#include "nullor/design/sample_evaluator.h"
#include "nullor/design/testbench.h"

namespace nullor {

/// The name of the circuit under test in every deck.
inline constexpr const char* kDutName = "xdut";

struct DeckText {
  /// Set before the files are read, so that they may set them too: conditions, and parameters that the
  /// netlist reads and no file defines.
  std::vector<std::pair<std::string, double>> defaults;
  std::string includes;                                    ///< include_lines()
  std::vector<std::pair<std::string, double>> parameters;  ///< set after the files
  std::string control;                                     ///< a `.control` block, or nothing
};

/// A `.param`, not a parameter of an element ("m1:w").
bool is_param_name(std::string_view name);

/// The files of `setting` with conditions and parameters as defaults, at the testbench's values and those of
/// setting.start.
DeckText deck_text(const Testbench& bench, const CircuitSetting& setting);

/// Conditions and defaults, the files, the set-up's own lines, and the circuit under test with its ports tied
/// to the nodes that the set-up names. Throws InputError(netlist) for a port that the circuit lacks and for
/// one that is left open.
std::string setup_deck(const Testbench& bench, const TestSetup& setup, const CircuitContents& contents,
                       const DeckText& text);

}  // namespace nullor
