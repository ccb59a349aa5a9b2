#pragma once
/// Devices as plain objects, for programs that evaluate them elsewhere (cuda_group.h): every lane has its
/// own, with its own parameters.

#include <cstddef>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "nullor/dae/lane_group.h"
#include "nullor/devices/parameters.h"

namespace nullor {

/// In LaneDae these devices keep the parameters of samples and evaluate nothing.
class CudaObjects : public LaneGroup {
 public:
  CudaObjects(const LaneStructure& structure, int kind) : structure_(structure), kind_(kind) {}

  int kind() const { return kind_; }  ///< line of lane_devices.def
  const LaneStructure& structure() const { return structure_; }
  /// Those of a lane, one after the other; setup() is still to be called on each, where they are used.
  virtual std::span<const std::byte> objects(int lane) const = 0;

  void setup(const Environment<Lanes>&) override {}
  void evaluate(LaneAssembly&) override { throw std::logic_error("these devices are evaluated elsewhere"); }
  void initial_guess(Lanes*) override {}
  void forget_limits() override {}

 private:
  LaneStructure structure_;
  int kind_;
};

template <template <class> class D>
class CudaObjectsOf final : public CudaObjects {
  using Device = D<double>;
  static_assert(std::is_trivially_copyable_v<Device>);

 public:
  CudaObjectsOf(const LaneStructure& structure, int kind) : CudaObjects(structure, kind) {
    for (auto& lane : lanes_) {
      for (const int type : structure.types) {
        lane.emplace_back();
        if constexpr (requires(Device & d) { d.type = 0; }) lane.back().type = type;
      }
    }
  }

  bool set_parameter(int device, int parameter, int lane, double value) override {
    nullor::set_parameter(lanes_[lane][static_cast<std::size_t>(device)], parameter, value);
    return true;
  }
  std::span<const std::byte> objects(int lane) const override {
    return std::as_bytes(std::span(lanes_[lane]));
  }

 private:
  std::vector<Device> lanes_[kLanes];
};

/// As lane_factories(), of devices that are evaluated elsewhere.
const std::vector<LaneFactory>& cuda_object_factories();

}  // namespace nullor
