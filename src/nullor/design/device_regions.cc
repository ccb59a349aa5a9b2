#include "nullor/design/device_regions.h"

#include <cmath>
#include <optional>

#include "nullor/design/testbench_deck.h"
#include "nullor/simulate/outputs.h"

namespace nullor {
namespace {

bool in_dut(const Instance& instance) {
  const std::string inside = std::string(kDutName) + ".";
  return instance.name.starts_with(inside) || instance.name.find("." + inside) != std::string::npos;
}

}  // namespace

std::vector<DeviceRegion> device_regions(const Dae& dae, const std::vector<double>& x) {
  std::vector<DeviceRegion> out;
  const std::vector<Instance>& instances = dae.circuit().instances;
  for (std::size_t k = 0; k < instances.size(); ++k) {
    if (instances[k].letter != 'm' || !in_dut(instances[k])) continue;
    const auto [group, device] = dae.device_of_instance(static_cast<int>(k));
    std::optional<double> vds, vdsat;
    for (const DeviceQuantity& q : device_quantities(dae, group, device, x)) {
      if (q.name == "vds") vds = q.value;
      if (q.name == "vdsat") vdsat = q.value;
    }
    if (vds && vdsat) out.push_back({instances[k].name, std::fabs(*vds) - std::fabs(*vdsat)});
  }
  return out;
}

}  // namespace nullor
