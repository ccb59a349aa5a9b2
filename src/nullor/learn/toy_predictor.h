#pragma once
/// Small predictors trained on toy rows. Test support.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nullor/learn/predictor.h"
#include "nullor/learn/predictor_training.h"
#include "nullor/learn/toy_rows.h"

namespace nullor::learn {

/// Enough for toy circuits to be told apart.
inline PredictorTrainingOptions quick_training(int epochs = 3) {
  PredictorTrainingOptions out;
  out.epochs = epochs;
  out.warm_up = 4;
  out.batch = 32;
  out.shard = 8;
  out.rate = 3e-3;
  out.jobs = 1;
  return out;
}

inline PredictorModel quick_model(const PredictionRows& rows, const std::string& config = "16x1",
                                  int epochs = 3) {
  return train_predictor({&rows, 1}, {}, predictor_config(config), quick_training(epochs)).model;
}

/// Equal but for the rounding of single precision.
inline void expect_close(const std::vector<double>& a, const std::vector<double>& b,
                         double tolerance = 1e-4) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k)
    EXPECT_NEAR(a[k], b[k], tolerance * std::max(1e-3, std::fabs(b[k]))) << k;
}

inline void expect_close(const Predictions& a, const Predictions& b, double tolerance = 1e-4) {
  expect_close(a.metrics, b.metrics, tolerance);
  expect_close(a.valid, b.valid, tolerance);
  expect_close(a.classes, b.classes, tolerance);
  expect_close(a.strangeness, b.strangeness, tolerance);
}

}  // namespace nullor::learn
