#pragma once
/// Why a row is unlike what a model learned from, in words.

#include <string>
#include <vector>

#include "nullor/learn/predictor_model.h"

namespace nullor::learn {

/// Every number, condition and corner of a row that lies outside of what was learned from, by more than a
/// hundredth of its range, the farthest first: "w of xm1 is 120u, above 100u". Empty where nothing does by
/// itself: then it is how they go together, or the circuit.
std::vector<std::string> strange_parts(const PredictorModel& model, const PredictionRows& rows,
                                       std::size_t row);

}  // namespace nullor::learn
