// The program of device_epoch.h.
#include "fibers.h"
#include "nullor/resistive/device_epoch.h"

namespace nullor {
namespace {

template <int kPictures, int kPhases>
void epoch(FiberGrid& grid, void** arguments) {
  const EpochPlan* plan = *static_cast<const EpochPlan**>(arguments[0]);
  const int first = *static_cast<int*>(arguments[2]), last = *static_cast<int*>(arguments[3]);
  DeviceEpoch<kPictures, kPhases, FiberGrid>(grid, *plan).run(first, last);
}

}  // namespace

const Kernels& resistive_kernels() {
  static const Kernels all = {{"nullor_epoch_4_1", epoch<4, 1>},   {"nullor_epoch_4_2", epoch<4, 2>},
                              {"nullor_epoch_8_1", epoch<8, 1>},   {"nullor_epoch_8_2", epoch<8, 2>},
                              {"nullor_epoch_16_1", epoch<16, 1>}, {"nullor_epoch_16_2", epoch<16, 2>},
                              {"nullor_epoch_32_1", epoch<32, 1>}, {"nullor_epoch_32_2", epoch<32, 2>}};

  return all;
}

}  // namespace nullor
