#pragma once
/// Where the transistors of a circuit under test stand.

#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/design/metric_reader.h"

namespace nullor {

/// Of every transistor of the circuit under test at the operating point x (n + 1), as far as its device
/// tells.
std::vector<DeviceRegion> device_regions(const Dae& dae, const std::vector<double>& x);

}  // namespace nullor
