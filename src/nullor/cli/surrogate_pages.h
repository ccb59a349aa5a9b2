#pragma once
/// A surrogate as tables and pages.

#include <string>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/neural/surrogate_check.h"

namespace nullor {

/// Saved signals at `points` even times in [0, stop]; with `sensitivity` also d(signal)/d(parameter).
Table surrogate_table(const Surrogate& surrogate, const std::vector<double>& u, int points, bool sensitivity);

/// "v(out)", "i(v1)" and what it measures.
Column surrogate_column(const Surrogate& surrogate, int signal);

/// Waveforms at the corners of the box, and the certificate at the held-out points, beside the errors found
/// where `check` is given.
std::string surrogate_page(const Surrogate& surrogate, const SurrogateCheck* check);

}  // namespace nullor
