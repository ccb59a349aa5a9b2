#pragma once
/// All instances of one device kind, kLanes parameter samples of each side by side.

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/devices/device.h"
#include "nullor/math/pack.h"
#include "nullor/math/sparse.h"

namespace nullor {

inline constexpr int kLanes = kWidest;
using Lanes = Pack<kLanes>;

/// Assembly (device_group.h) with a number a lane: arrays of n + 1 and nonzeros + 1 elements.
struct LaneAssembly {
  const Lanes* x = nullptr;
  double gmin = 0;   ///< [S] across junctions
  Lanes alpha{0.0};  ///< `jacobian` receives df/dx + alpha dq/dx
  Lanes time{0.0};   ///< [s]
  Lanes* f = nullptr;
  Lanes* q = nullptr;
  Lanes* jacobian = nullptr;
  Lanes* capacitance = nullptr;  ///< when set, dq/dx goes here and `jacobian` receives df/dx alone
  bool limiting = false;         ///< junction voltages may be held back; f and q are then extrapolated to x
  bool at_guess = false;         ///< nonlinear devices evaluate at their initial guess, extrapolated to x
  Lanes::Mask limited{};         ///< out: some device held back
  bool dc = false;               ///< sources stand at their dc value
  bool steady = false;           ///< nothing moves
  bool small_signal = false;
};

class LaneGroup {
 public:
  virtual ~LaneGroup() = default;

  /// False when the parameter is a switch that has another value in the other lanes, or is given in some
  /// lanes alone: such a sample has a circuit of its own.
  virtual bool set_parameter(int device, int parameter, int lane, double value) = 0;
  /// Recomputes derived quantities of all devices in all lanes.
  virtual void setup(const Environment<Lanes>& environment) = 0;
  virtual void evaluate(LaneAssembly& a) = 0;
  virtual void initial_guess(Lanes* x) = 0;
  virtual void forget_limits() = 0;
};

/// What a lane group is made of: the devices as the scalar circuit has them.
struct LaneStructure {
  int devices = 0, rows = 0;
  std::vector<int> types;                    ///< (devices): position of the model type
  std::vector<int> unknowns;                 ///< (devices, rows): global; ground: n
  std::vector<std::pair<int, int>> entries;  ///< local (row, column) of nonzeros of df/dx or dq/dx
  const SparsePattern* pattern = nullptr;
  int ground = 0;  ///< n
};

/// One factory a device of lane_devices.def.
struct LaneFactory {
  std::string_view device;  ///< DeviceKind::name
  std::unique_ptr<LaneGroup> (*make)(const LaneStructure& structure);
};
const std::vector<LaneFactory>& lane_factories();

}  // namespace nullor
