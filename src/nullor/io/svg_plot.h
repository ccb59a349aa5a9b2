#pragma once
/// Tables drawn as one SVG picture that needs nothing else: for papers, notes and terminals that show
/// pictures.

#include <span>
#include <string>

#include "nullor/io/table.h"

namespace nullor {

struct SvgOptions {
  int width = 900;         ///< [px]
  int panel_height = 260;  ///< of each pair of axes [px]
  std::string heading;     ///< the title of the first table when empty
};

/// One group of axes per table and, within it, one panel per quantity (voltages, currents, ...), stacked over
/// a common independent variable. A complex table becomes a Bode pair: magnitude [dB] and unwrapped phase.
/// The frequency axis of ac and noise is logarithmic. Readings are listed below. Tables without an
/// independent variable are skipped. Text is escaped, so that names of any kind are safe.
std::string write_svg(std::span<const Table> tables, std::span<const Reading> readings = {},
                      const SvgOptions& options = {});

}  // namespace nullor
