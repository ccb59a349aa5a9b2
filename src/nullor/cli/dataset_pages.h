#pragma once
/// A data set as a result page.

#include <string>

#include "nullor/design/sample_table.h"

namespace nullor {

/// Shares of the classes with the commonest reasons, a histogram of every metric, and metrics against each
/// other and against parameters as clouds of counts.
std::string dataset_page(const std::string& name, const SampleTable& table);

}  // namespace nullor
