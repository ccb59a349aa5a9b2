#pragma once
/// Analyses, sweeps and measurements from text, with numbers evaluated by the caller's rule.

#include <functional>
#include <string>
#include <string_view>

#include "nullor/netlist/analysis_card.h"
#include "nullor/netlist/cursor.h"

namespace nullor::netlist {

/// The number that a piece of text stands for: parameters are known in a deck, and not at the prompt.
using Evaluate = std::function<double(const SourceText&, std::string_view)>;

/// Numbers and functions only.
double evaluate_constant(const SourceText& source, std::string_view piece);

/// True for op, dc, ac, tran, noise, tf, sens, four.
bool is_analysis(std::string_view word);

/// Reads from the analysis word on. Throws InputError.
AnalysisCard read_analysis(Cursor& cursor, const Evaluate& evaluate);
StepCard read_step(Cursor& cursor, const Evaluate& evaluate);
MeasureCard read_measure(Cursor& cursor);

}  // namespace nullor::netlist
