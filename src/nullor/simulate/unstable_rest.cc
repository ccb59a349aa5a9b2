#include "nullor/simulate/unstable_rest.h"

#include <fmt/format.h>

#include <cmath>

#include "nullor/base/rng.h"
#include "nullor/base/si.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kAtRest = 0.3;       // tolerances that count as standing still
constexpr int kSteps = 400;           // of (1) for each step length
constexpr int kLengths = 7;           // step lengths, ten times shorter each
constexpr int kLargestSize = 5000;    // unknowns, beyond which the question is not asked
constexpr double kGrowth = 10;        // in the second half of the steps
constexpr double kWholeGrowth = 100;  // within the transient

/// Iterates (1) at one step length.
class Deviation {
 public:
  Deviation(Dae& dae, NewtonSolver& newton, const std::vector<double>& x)
      : dae_(dae), newton_(newton), n_(dae.size()), z_(u(n_) + 1, 0.0), right_(u(n_) + 1, 0.0) {
    for (int i = 0; i < n_; ++i) weight_.push_back(1 / newton.tolerance(i, x[u(i)], x[u(i)]));
  }

  /// The rate [1/s] at which a deviation grows, 0 when it does not.
  double rate(double h) {
    const double alpha = 2 / h;
    if (!newton_.factor(alpha)) return 0;
    Rng rng(1);
    for (double& z : z_) z = rng.uniform() - 0.5;
    z_.back() = 0;
    // Backward Euler takes out modes that are infinitely fast: (1) would keep them for ever.
    for (int k = 0; k < 3; ++k) step(alpha, 0);
    double growth = 0;
    for (int k = 0; k < kSteps; ++k) {
      step(alpha, 1);
      const double size = normalize();
      if (!(size > 0) || !std::isfinite(size)) return 0;
      if (k >= kSteps / 2) growth += std::log(size);
    }
    return growth > std::log(kGrowth) ? growth / (h * kSteps / 2) : 0;
  }

  /// The rate of the growing mode that rate() found, without the error of (1) at long steps.
  double exact_rate(double h) {
    if (!newton_.factor(2 / h)) return 0;
    normalize();
    double growth = 0;
    for (int k = 0; k < kSteps; ++k) {
      step(2 / h, 1);
      growth += std::log(normalize());
    }
    return growth / (h * kSteps);
  }

  const std::vector<double>& mode() const { return z_; }

 private:
  void step(double alpha, double conductive) {
    const SparsePattern& p = dae_.pattern();
    std::fill(right_.begin(), right_.end(), 0.0);
    for (double& z : z_) z *= alpha;
    p.multiply_add(newton_.capacitances().data(), z_.data(), right_.data());
    for (double& z : z_) z *= -conductive / alpha;
    p.multiply_add(newton_.conductances().data(), z_.data(), right_.data());
    newton_.lu().solve(right_.data());
    std::copy_n(right_.begin(), n_, z_.begin());
  }

  double normalize() {
    double size = 0;
    for (int i = 0; i < n_; ++i) size += weight_[u(i)] * weight_[u(i)] * z_[u(i)] * z_[u(i)];
    size = std::sqrt(size);
    for (double& z : z_) z /= size;
    return size;
  }

  Dae& dae_;
  NewtonSolver& newton_;
  int n_;
  std::vector<double> z_, right_, weight_;
};

}  // namespace

void UnstableRest::look(const Dae& dae, const NewtonSolver& newton, double time, const double* x) {
  ++points_;
  if (start_.empty()) {
    start_.assign(x, x + dae.size());
    start_.push_back(0);
    return;
  }
  for (int i = 0; i < dae.size(); ++i) {
    if (dae.unknowns()[u(i)].nature == Nature::current) continue;
    const double before = start_[u(i)];
    if (std::fabs(x[i] - before) > kAtRest * newton.tolerance(i, before, before)) moved_ = true;
  }
  if (!moved_) return;
  moved_at_ = time;
  std::vector<double> before(start_.size()), now(start_.size());
  dae.excitation(0, false, before.data());
  dae.excitation(time, false, now.data());
  by_source_ = before != now;
}

std::optional<std::string> UnstableRest::remark(Dae& dae, NewtonSolver& newton, double stop) const {
  constexpr int kFewest = 4;  // points at rest: a circuit that starts to move at once was not resting
  if (by_source_ || (moved_ && points_ < kFewest) || dae.has_delays() || dae.size() > kLargestSize) return {};
  const double rest = moved_ ? moved_at_ : stop;
  newton.linearize(start_, {});
  Deviation deviation(dae, newton, start_);
  double rate = 0, h = rest / kSteps;
  for (int k = 0; k < kLengths && !(rate * rest > std::log(kWholeGrowth)); ++k, h /= 10) {
    rate = deviation.rate(h);
  }
  if (!(rate * rest > std::log(kWholeGrowth))) return std::nullopt;
  rate = deviation.exact_rate(h);  // at a tenth of the step that showed it
  int worst = -1;
  double highest = 0;
  for (int i = 0; i < dae.size(); ++i) {
    const UnknownInfo& info = dae.unknowns()[u(i)];
    if (!info.owner.empty() || info.nature == Nature::current) continue;
    if (info.nature == Nature::voltage) highest = std::max(highest, std::fabs(start_[u(i)]));
    const auto size = [&](int j) { return std::fabs(deviation.mode()[u(j)]); };
    if (worst < 0 || size(i) > size(worst)) worst = i;
  }
  if (worst < 0) return std::nullopt;
  const std::string& name = dae.unknowns()[u(worst)].name;
  const double other = std::fabs(start_[u(worst)]) > 1e-3 * highest || highest == 0 ? 0 : highest;
  const std::string how =
      moved_ ? fmt::format(
                   "the circuit starts on an unstable operating point, and rounding alone moves it off after "
                   "{}s",
                   format_si(moved_at_, 3))
             : "the circuit rests on an unstable operating point, because nothing disturbs it";
  return fmt::format(
      "{}: a deviation of v({}) grows tenfold every {}s; start it elsewhere, for example with .ic "
      "v({})={:g}, with uic, or by a current pulse into that node",
      how, name, format_si(std::log(10) / rate, 3), name, other);
}

}  // namespace nullor
