#pragma once
/// The two engines on the same rows.

#include <functional>
#include <string>
#include <vector>

#include "nullor/design/dataset.h"

namespace nullor {

/// Distance of one metric: absolute for decibels and degrees, relative for everything else.
struct MetricAgreement {
  std::string name, unit;  ///< unit of the distance; empty: relative
  int both = 0;            ///< rows where both have a value
  int only_one = 0;        ///< rows where one of them misses it
  double median = 0, largest = 0;
};

struct Comparison {
  int samples = 0;
  std::vector<MetricAgreement> metrics;
  std::vector<std::string> differences;  ///< rows of different class, with both reasons
};

/// `count` rows drawn with `seed`, natively and by ngspice. `progress` gets the share done.
Comparison compare_engines(const Dataset& dataset, int count, std::uint64_t seed,
                           const std::function<void(double)>& progress = {});

}  // namespace nullor
