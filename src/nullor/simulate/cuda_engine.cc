#include "nullor/simulate/cuda_engine.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "nullor/base/error.h"
#include "nullor/simulate/cuda_newton.h"
#include "nullor/simulate/lane_newton.h"
#include "nullor/simulate/operating_point.h"
#include "nullor/simulate/step_control.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr const char* kProgram = "nullor_samples";
constexpr std::size_t kBoardBytes = kCudaThreads * sizeof(double);  // CudaTeam::board
constexpr std::size_t kTried = 8;                                   // samples by which pivots may be ordered
constexpr double kStraightness = 1e-9;  // of a source between corners, beside its largest value
constexpr double kRounding = 4 * std::numeric_limits<double>::epsilon();  // of times

}  // namespace

std::shared_ptr<CudaDevice> open_for_samples(const CudaTarget& target) {
  if (!*target.program)
    throw InputError(ErrorKind::usage, "this program was built without a compiler for CUDA", {},
                     "install clang and build it again, or leave out --engine cuda");
  auto device = std::make_shared<CudaDevice>(target.driver);
  device->load(target.program);
  return device;
}

CudaEngine::CudaEngine(const Circuit& circuit, std::shared_ptr<CudaDevice> device, Wishes wishes)
    : device_(std::move(device)),
      options_(SimulationOptions::of(circuit)),
      wishes_(std::move(wishes)),
      dae_(circuit, cuda_object_factories()) {
  place_wishes();
  place_groups();
  place_gathering();
  place_unknowns();
  place_numbers();
}

CudaEngine::~CudaEngine() = default;

bool CudaEngine::supports(const Circuit& circuit) {
  const Dae dae(circuit);
  std::vector<double> events, states;
  const std::vector<double> x(u(dae.size()) + 1, 0.0);
  dae.events(x.data(), events);
  dae.read_states(states);
  if (!events.empty() || !states.empty() || dae.has_delays() || dae.lags()) return false;
  const auto& known = cuda_object_factories();
  return std::all_of(dae.groups().begin(), dae.groups().end(), [&](const auto& group) {
    return group->linear() || std::any_of(known.begin(), known.end(), [&](const LaneFactory& factory) {
             return factory.device == group->kind().name;
           });
  });
}

Dae& CudaEngine::whole(const Pinned& sample) {
  dae_.load(0, sample);
  return dae_.whole(0);
}

bool CudaEngine::add(const Pinned& sample, std::span<const double> start) {
  if (dae_.load(0, sample)) return false;
  const Dae& dae = dae_.scalar(0);
  CudaJob job;
  job.environment = dae.environment();
  job.has_start = !start.empty();
  std::vector<double> values(u(circuit_.values), 0.0);
  const auto [g, c] = dae.linear_parts();
  std::copy_n(g, circuit_.nonzeros, &values[u(circuit_.g_at)]);
  std::copy_n(c, circuit_.nonzeros, &values[u(circuit_.c_at)]);
  std::vector<double> b(u(circuit_.n) + 1);
  dae.excitation(0, true, b.data());
  std::copy_n(b.begin(), circuit_.n, &values[u(circuit_.b_at)]);
  std::copy(start.begin(), start.end(), &values[u(circuit_.start_at)]);
  if (circuit_.frequencies > 0) {
    std::vector<std::complex<double>> ac(b.size());
    dae.excitation_ac(ac.data());
    for (int k = 0; k < circuit_.n; ++k) {
      values[u(circuit_.ac_at + k)] = ac[u(k)].real();
      values[u(circuit_.ac_at + circuit_.n + k)] = ac[u(k)].imag();
    }
  }
  if (circuit_.moves) {
    dae_.set_transient(0, wishes_.tran->step, wishes_.tran->stop);
    if (!add_waves(dae, job, values.data())) return false;
  }
  const std::vector<std::byte> objects = objects_now();
  if (circuit_.temperatures > 0 && !only_devices_follow_temperature(values, objects)) return false;
  if (!ordered_ && first_.size() < kTried) first_.push_back(sample);
  jobs_.push_back(job);
  values_.insert(values_.end(), values.begin(), values.end());
  objects_.insert(objects_.end(), objects.begin(), objects.end());
  return true;
}

std::vector<std::byte> CudaEngine::objects_now() const {
  std::vector<std::byte> out;
  for (int k = 0; k < dae_.hot_groups(); ++k) {
    const auto bytes = dynamic_cast<const CudaObjects&>(dae_.hot_group(k)).objects(0);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

// The program sets up devices at other temperatures; parameters and linear devices must stay what they are.
bool CudaEngine::only_devices_follow_temperature(const std::vector<double>& values,
                                                 const std::vector<std::byte>& objects) {
  for (const double celsius : {wishes_.temperatures.front(), wishes_.temperatures.back()}) {
    if (dae_.set_temperature(0, celsius)) return false;
    const auto [g, c] = dae_.scalar(0).linear_parts();
    std::vector<double> b(u(circuit_.n) + 1);
    dae_.scalar(0).excitation(0, true, b.data());
    if (!std::equal(g, g + circuit_.nonzeros, &values[u(circuit_.g_at)]) ||
        !std::equal(c, c + circuit_.nonzeros, &values[u(circuit_.c_at)]) ||
        !std::equal(b.begin(), b.end() - 1, &values[u(circuit_.b_at)]) || objects_now() != objects)
      return false;
  }
  return true;
}

// Of lane 0, with its sources.
StepSchedule<std::vector<double>> CudaEngine::schedule() const {
  const TranCard& card = *wishes_.tran;
  const Dae& dae = dae_.scalar(0);
  return schedule_of(
      {card.stop, card.start, card.step, card.max_step, dae.largest_step(), dae.breakpoints(0, card.stop)},
      options_);
}

// The sources at every corner. False where they do not go straight in between.
bool CudaEngine::add_waves(const Dae& dae, CudaJob& job, double* values) const {
  const StepSchedule<std::vector<double>> schedule = this->schedule();
  if (static_cast<int>(schedule.corners.size()) > circuit_.most_corners) return false;
  job.corners = static_cast<int>(schedule.corners.size());
  job.first = schedule.first;
  job.largest = schedule.largest;
  job.smallest = schedule.smallest;
  std::copy(schedule.corners.begin(), schedule.corners.end(), values + circuit_.corners_at);
  std::vector<double> before(u(circuit_.n) + 1), after(before), between(before);
  const auto keep = [&](int k) {
    std::copy_n(after.begin(), circuit_.n, values + circuit_.waves_at + k * circuit_.n);
  };
  dae.excitation(0, false, after.data());
  keep(0);
  double from = 0;
  for (int k = 0; k < job.corners; ++k) {
    const double to = schedule.corners[u(k)];
    before.swap(after);
    dae.excitation(to, false, after.data());
    keep(k + 1);
    for (const double part : {0.25, 0.5, 0.75}) {
      dae.excitation(from + part * (to - from), false, between.data());
      for (int r = 0; r < circuit_.n; ++r) {
        const double straight = before[u(r)] + part * (after[u(r)] - before[u(r)]);
        const double largest = std::max(std::fabs(before[u(r)]), std::fabs(after[u(r)]));
        const double rounding = kRounding * to / (to - from);
        if (std::fabs(between[u(r)] - straight) > (kStraightness + rounding) * largest) return false;
      }
    }
    from = to;
  }
  return true;
}

// By the operating point of the first sample that has one.
bool CudaEngine::order_pivots() {
  for (const Pinned& sample : first_) {
    Dae& dae = whole(sample);
    NewtonSolver newton(dae, options_);
    OperatingPointOptions how;
    how.max_iterations = options_.itl1;
    const OperatingPoint op = solve_operating_point(dae, newton, options_, how);
    if (!op.converged) continue;
    newton.linearize(op.x, {});
    std::vector<unsigned char> floats(u(circuit_.n), 0);
    for (const int k : newton.floating()) floats[u(k)] = 1;
    const SparsePattern& pattern = dae_.pattern();
    const auto holding = [&](int e, int column) {
      return pattern.row[u(e)] == column && floats[u(column)] ? LaneNewton::kFloatingConductance : 0.0;
    };
    std::vector<double> steady(u(circuit_.nonzeros)), moving(steady);
    std::vector<std::complex<double>> response(steady.size());
    const double alpha = wishes_.tran ? 100 / wishes_.tran->stop * 50 : 0;
    double omega = 0;
    if (circuit_.frequencies > 0)
      omega = 2 * std::numbers::pi * std::sqrt(wishes_.frequencies.front() * wishes_.frequencies.back());
    for (int column = 0; column < pattern.n; ++column) {
      for (int e = pattern.column_start[u(column)]; e < pattern.column_start[u(column) + 1]; ++e) {
        const double g = newton.conductances()[u(e)] + holding(e, column), c = newton.capacitances()[u(e)];
        steady[u(e)] = g;
        moving[u(e)] = g + alpha * c;
        response[u(e)] = {g, omega * c};
      }
    }
    OperationListLu<double> lu(pattern, {}), lu_moving(pattern, {});
    OperationListLu<std::complex<double>> lu_response(pattern, {});
    if (!lu.factor(steady.data()) || !lu_moving.factor(moving.data()) || !lu_response.factor(response.data()))
      continue;
    circuit_.floats = upload(floats);
    circuit_.steady = upload(lu.elimination());
    circuit_.moving = upload(lu_moving.elimination());
    circuit_.response = upload(lu_response.elimination());
    circuit_.work = CudaWork(circuit_, nullptr).size;
    near_ = op.x;
    return true;
  }
  return false;
}

void CudaEngine::run() {
  outcomes_.assign(jobs_.size(), {});
  results_.assign(jobs_.size() * u(circuit_.results), 0.0);
  if (jobs_.empty()) return;
  if (!ordered_) ordered_ = order_pivots();
  if (!ordered_) return;
  for (std::size_t k = 0; k < jobs_.size(); ++k) {
    if (std::exchange(jobs_[k].has_start, true)) continue;
    std::copy(near_.begin(), near_.end(), &values_[k * u(circuit_.values) + u(circuit_.start_at)]);
  }
  const CudaArray<CudaJob> jobs(*device_, jobs_.data(), jobs_.size());
  const CudaArray<std::byte> objects(*device_, objects_.data(), objects_.size());
  const CudaArray<double> values(*device_, values_.data(), values_.size()),
      results(*device_, results_.size());
  const CudaArray<CudaOutcome> outcomes(*device_, outcomes_.data(), outcomes_.size());
  const std::size_t point = u(1 + circuit_.outputs), wave = u(circuit_.most_points) * point;
  const CudaArray<double> waves(*device_, jobs_.size() * wave);
  const CudaArray<unsigned> taken(*device_, 1);
  const std::size_t blocks = device_->blocks(kProgram, kCudaThreads, kBoardBytes);
  const CudaArray<double> work(*device_, blocks * circuit_.work);
  CudaBatch batch;
  batch.count = static_cast<int>(jobs_.size());
  batch.jobs = jobs.data();
  batch.objects = objects.data();
  batch.values = values.data();
  batch.results = results.data();
  batch.waves = waves.data();
  batch.outcomes = outcomes.data();
  batch.work = work.data();
  batch.taken = taken.data();
  const CudaArray<CudaCircuit> circuit(*device_, &circuit_, 1);
  const CudaArray<CudaBatch> there(*device_, &batch, 1);
  const CudaCircuit* circuit_at = circuit.data();
  const CudaBatch* batch_at = there.data();
  void* arguments[] = {&circuit_at, &batch_at};
  device_->run(kProgram, kCudaThreads, kBoardBytes, arguments);
  results.read(results_.data());
  outcomes.read(outcomes_.data());
  waves_.resize(jobs_.size());
  for (std::size_t k = 0; k < jobs_.size(); ++k) {
    waves_[k].resize(u(outcomes_[k].points) * point);
    device_->read(waves_[k].data(), waves.data() + k * wave, waves_[k].size() * sizeof(double));
  }
}

void CudaEngine::clear() {
  jobs_.clear();
  objects_.clear();
  values_.clear();
  results_.clear();
  waves_.clear();
  outcomes_.clear();
}

std::span<const double> CudaEngine::operating_point(std::size_t k) const {
  return {results_of(k) + circuit_.x_at, u(circuit_.n) + 1};
}

std::span<const double> CudaEngine::response(std::size_t k) const {
  return {results_of(k) + circuit_.ac_out_at, u(2 * circuit_.frequencies * circuit_.outputs)};
}

std::span<const double> CudaEngine::sweep(std::size_t k) const {
  return {results_of(k) + circuit_.sweep_out_at, u(circuit_.temperatures * circuit_.outputs)};
}

}  // namespace nullor
