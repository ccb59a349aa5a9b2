#pragma once
/// The .tran card of a deck in a test.

#include <stdexcept>

#include "nullor/netlist/circuit.h"

namespace nullor {

inline const TranCard& tran_of(const Circuit& circuit) {
  for (const AnalysisCard& card : circuit.analyses) {
    if (const auto* tran = std::get_if<TranCard>(&card.what)) return *tran;
  }
  throw std::runtime_error("no .tran");
}

}  // namespace nullor
