#include "nullor/dae/cuda_objects.h"

namespace nullor {

#define NULLOR_LANES(device, header) \
  LaneFactory make_lanes_##device(); \
  LaneFactory make_cuda_objects_##device();
#include "nullor/dae/lane_devices.def"
#undef NULLOR_LANES

const std::vector<LaneFactory>& lane_factories() {
  static const std::vector<LaneFactory> factories = {
#define NULLOR_LANES(device, header) make_lanes_##device(),
#include "nullor/dae/lane_devices.def"
#undef NULLOR_LANES
  };
  return factories;
}

const std::vector<LaneFactory>& cuda_object_factories() {
  static const std::vector<LaneFactory> factories = {
#define NULLOR_LANES(device, header) make_cuda_objects_##device(),
#include "nullor/dae/lane_devices.def"
#undef NULLOR_LANES
  };
  return factories;
}

}  // namespace nullor
