#pragma once
/// One factory a registered device; the build makes one translation unit of each from make_group.cc.in.

#include <memory>
#include <vector>

#include "nullor/dae/device_group.h"

namespace nullor {

struct GroupFactory {
  const DeviceKind* kind;
  std::unique_ptr<DeviceGroup> (*make)();
};

const std::vector<GroupFactory>& group_factories();

}  // namespace nullor
