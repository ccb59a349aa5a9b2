#include "nullor/dae/group_factories.h"

namespace nullor {

#define NULLOR_DEVICE(device, header) GroupFactory make_group_##device();
#include "nullor/devices/registry.def"
#undef NULLOR_DEVICE

const std::vector<GroupFactory>& group_factories() {
  static const std::vector<GroupFactory> all = {
#define NULLOR_DEVICE(device, header) make_group_##device(),
#include "nullor/devices/registry.def"
#undef NULLOR_DEVICE
  };
  return all;
}

}  // namespace nullor
