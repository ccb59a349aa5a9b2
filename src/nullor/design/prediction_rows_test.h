#pragma once
/// For tests of rows to predict.

#include <gtest/gtest.h>

#include <string>

#include "nullor/design/prediction_rows.h"

namespace nullor {

/// The number of a device by its name in the netlist.
inline double number(const PredictionRows& rows, std::size_t row, const std::string& device, std::size_t k) {
  const auto& devices = rows.circuit->devices();
  for (std::size_t d = 0; d < devices.size(); ++d) {
    if (devices[d].name == device) return rows.numbers[(row * devices.size() + d) * graph::kSizedNumbers + k];
  }
  ADD_FAILURE() << "no device " << device;
  return 0;
}

}  // namespace nullor
