#pragma once
/// Everything a deck asks for, on any session.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/simulate/session.h"

namespace nullor {

struct DeckOptions {
  std::string output_folder = ".";
  std::vector<AnalysisCard> analyses;           ///< run instead of the deck's own when there are any
  std::function<void(std::string_view)> print;  ///< text for the user as it arises; default: nowhere
  std::function<void(double)> progress;         ///< fraction of the `.step` values done
  int jobs = 1;                                 ///< threads for `.step`; results are the same for any number
};

struct DeckResult {
  std::vector<Table> tables;       ///< one per plot, in order
  std::vector<Reading> readings;   ///< of .meas and of meas
  std::vector<Table> drawn;        ///< of .plot and of plot
  std::vector<std::string> files;  ///< written by the control block
  std::vector<std::string> notes;  ///< remarks of the analyses
};

/// Runs the control block, or the analyses once per combination of the `.step` values; then .print, .plot,
/// .four and .meas. The first `.step` changes fastest; every combination starts from a fresh session, and
/// what it gives comes in their order. Throws InputError, also when the deck asks for nothing.
DeckResult run_deck(Session& session, const DeckOptions& options = {});

}  // namespace nullor
