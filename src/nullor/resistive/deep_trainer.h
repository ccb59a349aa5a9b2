#pragma once
/// Training and testing a deep resistive network on labelled pictures.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nullor/base/cuda_device.h"
#include "nullor/io/image_set.h"
#include "nullor/resistive/deep_network.h"
#include "nullor/resistive/hardware.h"

namespace nullor {

/// What a batch's states say about the gradient of the squared error with respect to every conductance.
enum class LearningRule {
  centered,         ///< equilibrium propagation from nudged states at +beta and -beta
  positive,         ///< ... at +beta and the free state
  negative,         ///< ... at -beta and the free state
  adjoint,          ///< the exact gradient: one linear relaxation with frozen diodes, the limit beta -> 0
  backpropagation,  ///< reverse mode through the last T iterations of relaxation
  coupled,          ///< coupled learning: outputs clamped a step towards their target
  frequency,        ///< frequency propagation: a small sinusoidal nudge, read by lock-in
  agnostic          ///< agnostic equilibrium propagation: conductances relax with the nudged state
};
/// By name ("centered", ...). Throws InputError(usage) that lists the names.
LearningRule learning_rule(const std::string& name);
const std::vector<std::string>& learning_rule_names();

/// The program as a device's driver takes it (PTX); empty when there was no compiler for it.
extern const char* const kDeviceProgram;

struct DeepTraining {
  LearningRule rule = LearningRule::centered;
  int iterations = 4;  ///< T: sweeps of relaxation in each phase
  double nudging = 1;  ///< beta [S]
  int batch = 4;       ///< pictures per update
  int epochs = 50;
  std::vector<double>
      conductance_rates;           ///< learning rate of each layer of conductances; the last one repeats
  std::vector<double> bias_rates;  ///< of each layer's current sources
  double decay = 0.99;             ///< of all rates, after each epoch
  bool plain_nudging =
      false;  ///< relax nudged states themselves instead of their differences from the free one
  Hardware hardware;
  std::uint64_t seed = 1;
  int jobs = 0;                    ///< threads; 0: one for small networks, else all cores
  std::string instruction_set;     ///< "avx512", "avx2", "portable"; empty: the widest there is
  std::optional<CudaTarget> cuda;  ///< epochs run there (device_trainer.h); the processor tests
};

struct DeepScore {
  double loss = 0;   ///< mean over pictures of 1/2 |output - target|^2 [V2]
  double error = 0;  ///< share of wrong pictures, 0 to 1
  double power = 0;  ///< mean dissipation of the free state [W]
  double seconds = 0;
};

struct EpochReport {
  int epoch = 0;       ///< from 1
  DeepScore training;  ///< of the free states during the epoch, before each update
};

/// Holds the network in the layout of the kernels. The same seed gives the same network, bit for bit, on any
/// number of threads (of one instruction set).
class DeepTrainer {
 public:
  /// `training` must outlive the trainer. Throws InputError when sizes disagree.
  DeepTrainer(const DeepNetwork& network, const ImageSet& training, const DeepTraining& options);
  ~DeepTrainer();

  /// Epochs done; set it to resume: an epoch depends on the seed, its number and the network alone.
  int epoch = 0;
  /// One epoch in an order drawn from the seed and its number. `progress` (may be null) is called now and
  /// then with the share done and returns false to stop; a stopped epoch returns what it has and does not
  /// count.
  EpochReport run_epoch(const std::function<bool(double)>& progress = nullptr);
  /// Free states from zero, `iterations` sweeps (0: those of training), on the hardware of the training.
  DeepScore evaluate(const ImageSet& set, int iterations = 0);
  /// The parameters as they are now, as numbers: on_hardware() makes of them what the devices hold.
  DeepNetwork network() const;
  /// What runs: "avx512", "avx2" or "portable", or the name of the device.
  std::string instruction_set() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Throws InputError(usage) when there are no pictures, or they have other sizes than the network.
void check_fit(const DeepNetwork& network, const ImageSet& set);

/// DeepTrainer::evaluate of any network. `answers`, when not null, receives the greatest output of each
/// picture.
DeepScore evaluate(const DeepNetwork& network, const ImageSet& set, int iterations, int jobs = 0,
                   std::vector<std::uint8_t>* answers = nullptr);

}  // namespace nullor
