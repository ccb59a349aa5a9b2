#pragma once
/// How named values of the netlist find the parameters of a device.

#include <functional>
#include <string>
#include <vector>

#include "nullor/dae/device_group.h"
#include "nullor/netlist/circuit.h"

namespace nullor {

/// Calls set(number of the parameter, value) for each value of a model card (`is_model`) or an element line
/// that means something to the device. Throws InputError at a name that the device does not have; `owner` is
/// the card or the instance, for the message.
void for_each_value(const DeviceGroup& group, const std::vector<NamedValue>& values, bool is_model,
                    const std::string& owner, const std::function<void(int, const Value&)>& set);

}  // namespace nullor
