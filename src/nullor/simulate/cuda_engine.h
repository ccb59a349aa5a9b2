#pragma once
/// Many samples of one circuit on a graphics device: their operating points, and beside them .ac and .tran.
///
/// The answers are those of LaneEngine and LaneTransient. A sample is one block of the program
/// (cuda_sample.h), from the temperature laws of its devices to the last time point; the processor makes
/// parameters of it, and reads what came out. What the program does not manage is told, and left to the
/// caller.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nullor/base/cuda_device.h"
#include "nullor/dae/cuda_objects.h"
#include "nullor/dae/lane_dae.h"
#include "nullor/math/operation_list_lu.h"
#include "nullor/netlist/analysis_card.h"
#include "nullor/simulate/cuda_plan.h"
#include "nullor/simulate/step_control.h"

namespace nullor {

/// The program of cuda_program.cu (CudaTarget::program).
extern const char* const kSampleProgram;

/// A device with the program on it. Throws InputError(usage): no such device, no such program.
std::shared_ptr<CudaDevice> open_for_samples(const CudaTarget& target);

class CudaEngine {
 public:
  struct Wishes {
    std::vector<int> outputs;          ///< unknowns that are wanted of the following
    std::vector<double> frequencies;   ///< of .ac [Hz]
    std::vector<double> temperatures;  ///< of a .dc sweep [degC]
    std::optional<TranCard> tran;
  };
  /// `device`: of open_for_samples(), which many may share.
  CudaEngine(const Circuit& circuit, std::shared_ptr<CudaDevice> device, Wishes wishes);
  ~CudaEngine();

  /// Everything nonlinear is a device of lane_devices.def, and nothing delays or switches.
  static bool supports(const Circuit& circuit);

  const LaneDae& dae() const { return dae_; }
  /// The sample as a scalar circuit, whole.
  Dae& whole(const Pinned& sample);

  /// One more sample for run(), from a nearby solution (n + 1); where that is empty, from one that the scalar
  /// engine has found. False, and nothing is added, when it cannot be.
  bool add(const Pinned& sample, std::span<const double> start);
  std::size_t added() const { return jobs_.size(); }
  void run();
  /// Forgets all samples.
  void clear();

  /// Of sample k as added, after run(): true where all that was asked for is there.
  bool done(std::size_t k) const { return outcomes_[k].failed == CudaStage::done; }
  const CudaOutcome& outcome(std::size_t k) const { return outcomes_[k]; }
  std::span<const double> operating_point(std::size_t k) const;  ///< (n + 1)
  std::span<const double> response(std::size_t k) const;         ///< (frequencies, outputs, 2)
  std::span<const double> sweep(std::size_t k) const;            ///< (temperatures, outputs)
  /// (points, 1 + outputs): time first
  const std::vector<double>& transient(std::size_t k) const { return waves_[k]; }

 private:
  template <class T>
  const T* upload(const std::vector<T>& numbers) {
    const auto bytes = std::as_bytes(std::span(numbers));
    kept_.emplace_back(*device_, bytes.data(), bytes.size());
    return reinterpret_cast<const T*>(kept_.back().data());
  }
  CudaElimination upload(const Elimination& list);
  // The circuit as the program has it (cuda_engine_plan.cc).
  void place_wishes();
  void place_groups();
  void place_gathering();
  void place_unknowns();
  void place_numbers();
  bool order_pivots();
  StepSchedule<std::vector<double>> schedule() const;
  bool add_waves(const Dae& dae, CudaJob& job, double* values) const;
  std::vector<std::byte> objects_now() const;
  bool only_devices_follow_temperature(const std::vector<double>& values,
                                       const std::vector<std::byte>& objects);
  const double* results_of(std::size_t k) const {
    return results_.data() + k * static_cast<std::size_t>(circuit_.results);
  }

  std::shared_ptr<CudaDevice> device_;
  SimulationOptions options_;
  Wishes wishes_;
  LaneDae dae_;  ///< of which one lane is used
  CudaCircuit circuit_;
  std::vector<CudaGroup> groups_;
  std::vector<CudaArray<std::byte>> kept_;  ///< what circuit_ points to
  bool ordered_ = false;
  std::vector<Pinned> first_;  ///< samples by which pivots may be ordered
  std::vector<double> near_;   ///< operating point of one of them, where others begin

  std::vector<CudaJob> jobs_;
  std::vector<std::byte> objects_;
  std::vector<double> values_, results_;
  std::vector<std::vector<double>> waves_;
  std::vector<CudaOutcome> outcomes_;
};

}  // namespace nullor
