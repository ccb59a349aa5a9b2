#pragma once
/// What was predicted, for people and for programs.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nullor/learn/predictor.h"

namespace nullor {

/// Rows that were asked about, with the answers; metrics and classes are in the model's order.
struct Answers {
  const learn::NetworkPredictor& predictor;
  const PredictionRows& rows;
  const learn::Predictions& predictions;
  std::vector<std::string> given;    ///< names of the columns that rows were given by
  std::vector<double> given_values;  ///< (rows, given)

  /// The most likely class of a row; empty where the model knows none.
  std::string class_of(std::size_t row) const;
};

/// One row: validity, classes, metrics with their intervals, and whether to trust it.
std::string to_text(const Answers& answers, std::size_t row);
/// A list of objects.
nlohmann::ordered_json to_json(const Answers& answers);
/// A header and a line a row: what was given, valid, class, each metric, its _low and its _high, strangeness.
std::string to_csv(const Answers& answers);
/// The same columns as numbers, the class by its number in the model.
std::string to_npy(const Answers& answers);

}  // namespace nullor
