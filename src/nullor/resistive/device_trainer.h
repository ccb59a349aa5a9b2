#pragma once
/// Epochs of training on a graphics device, by the program of device_epoch.h.

#include <functional>
#include <span>
#include <vector>

#include "nullor/base/cuda_device.h"
#include "nullor/resistive/deep_parameters.h"
#include "nullor/resistive/deep_trainer.h"
#include "nullor/resistive/deep_update.h"
#include "nullor/resistive/device_epoch.h"

namespace nullor {

/// Equilibrium propagation and the adjoint, with ideal diodes and perfect devices.
class DeviceTrainer {
 public:
  /// `training` must outlive it. Throws InputError(usage): no driver, device, memory or program, or something
  /// that the program does not do.
  DeviceTrainer(const DeepParameters& parameters, const ImageSet& training, const DeepTraining& options);

  /// One epoch over the pictures in this order, from free states of zero. The outputs of all free states,
  /// (order, outputs), for the batches that were done: `progress` is told the share and stops by false.
  std::vector<float> run(std::span<const std::uint32_t> order, const DeepRates& rates,
                         const std::function<bool(double)>& progress);
  /// Conductances and biases as they are now; sums are left for the caller.
  void read(DeepParameters& parameters) const;

  std::string device() const { return device_.name(); }

 private:
  float* scratch(std::size_t size);
  void place_input(const DeepParameters& parameters);
  void place_layers(const DeepParameters& parameters);
  void place_planes(const DeepParameters& parameters);
  void place_pictures(const ImageSet& training);
  void set_rates(const DeepRates& rates);

  CudaDevice device_;
  EpochPlan plan_;
  int padded_ = 0;  ///< pictures of a batch
  int phases_ = 0;
  std::vector<double> amplifications_;  ///< of the layers
  CudaArray<float> input_, outputs_;
  std::vector<CudaArray<float>> planes_, biases_, scratch_;
  CudaArray<std::uint8_t> pictures_, labels_;
  CudaArray<std::uint32_t> order_;
  CudaArray<unsigned> arrived_;
  CudaArray<EpochPlan> plan_there_;
};

}  // namespace nullor
