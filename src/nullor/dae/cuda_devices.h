#pragma once
/// The devices of lane_devices.def by their line.

#include "nullor/dae/cuda_group.h"
#include "nullor/devices/bsim4.h"
#include "nullor/devices/ekv.h"
#include "nullor/devices/mos1.h"

namespace nullor {

/// Calls visit(CudaInstance<D>()) for the device D of that line.
template <class Visit>
void with_cuda_device(int kind, const Visit& visit) {
  int line = 0;
#define NULLOR_LANES(device, header) \
  if (kind == line++) return visit(CudaInstance<device>());
#include "nullor/dae/lane_devices.def"
#undef NULLOR_LANES
}

}  // namespace nullor
