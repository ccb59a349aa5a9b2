#pragma once
/// Data sets that predictors learn from and are judged by, and how they are divided.

#include <span>
#include <string>
#include <vector>

#include "nullor/design/prediction_rows.h"
#include "nullor/learn/predictor_training.h"

namespace nullor {

struct PredictionSet {
  std::string name;  ///< of its folder
  PredictionRows rows;
};

/// Every path is the folder of a data set, or a folder of such folders, which are taken by their names.
/// Throws InputError(input_output) for a folder that is neither, and as read_prediction_rows.
std::vector<PredictionSet> read_prediction_sets(std::span<const std::string> paths, bool partial);
/// No more rows than these, the first ones; 0: all.
PredictionRows first_rows(const PredictionRows& rows, std::size_t most);
std::vector<PredictionRows> rows_of(std::span<const PredictionSet> sets);

/// Brings the rows into the order of the metrics that the model learned. Throws InputError(usage) where they
/// have others, or other classes.
void check_like(const learn::PredictorModel& model, PredictionSet& set);

/// What a model keeps in its notes of how its rows were divided, so that others find the same parts.
struct Division {
  learn::PartShares shares;
  std::uint64_t seed = 1;
  std::size_t most_rows = 0;      ///< of a set; 0: all
  std::vector<std::string> sets;  ///< names of those that were learned from
};
void note(const Division& division, learn::PredictorModel& model);
/// Throws InputError(input_output), naming `path`, where the notes have none.
Division division_of(const learn::PredictorModel& model, const std::string& path);

}  // namespace nullor
