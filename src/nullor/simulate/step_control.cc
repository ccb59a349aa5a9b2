#include "nullor/simulate/step_control.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

StepControl::StepControl(const SimulationOptions& options, int unknowns) : options_(options), n_(unknowns) {
  for (Point* p : {&now, &stage, &past_[0], &past_[1], &past_[2]}) {
    p->x.assign(u(n_) + 1, 0.0);
    p->q.assign(u(n_) + 1, 0.0);
    p->qd.assign(u(n_) + 1, 0.0);
  }
}

void StepControl::begin(const Span& span) {
  std::fill(past_[0].qd.begin(), past_[0].qd.end(), 0.0);
  past_[0].time = 0;
  known_ = smooth_ = 1;
  time_ = 0;
  next_ = 0;
  order_ = next_order_ = 1;
  const double stop = span.stop;
  largest_ = span.max_step > 0                      ? span.max_step
             : span.step < (stop - span.start) / 50 ? span.step
                                                    : (stop - span.start) / 50;
  largest_ = std::min(largest_, span.largest_step);
  smallest_ = std::max(1e-11 * largest_, 4 * std::numeric_limits<double>::epsilon() * stop);
  // Corners that differ by rounding are one.
  corners_ = span.corners;
  std::erase_if(corners_, [&](double t) { return t <= smallest_ || t >= stop - smallest_; });
  corners_.push_back(stop);
  corners_.erase(
      std::unique(corners_.begin(), corners_.end(), [&](double a, double b) { return b - a <= smallest_; }),
      corners_.end());
  h_ = options_.fixed_step ? largest_
                           : std::min({stop / 100, span.step > 0 ? span.step : stop / 50, largest_}) / 100;
  if (!options_.fixed_step) h_ = std::min(h_, 0.1 * corners_[0]);
  h_ = std::max(h_, 2 * smallest_);
}

double StepControl::choose() {
  // Land on the corner exactly; take the last two steps to it in equal parts rather than leave a sliver.
  const double target = corners_[next_] - time_;
  on_corner_ = false;
  if (h_ >= target * (1 - 1e-9)) {
    h_ = target;
    on_corner_ = true;
  } else if (!options_.fixed_step && h_ > 0.6 * target && h_ < target) {
    h_ = 0.5 * target;
  }
  return h_;
}

StepFormula StepControl::formula(double h, int order) const {
  StepFormula f;
  if (order == 1) {
    f.a0 = 1 / h;
    f.a1 = -1 / h;
  } else if (options_.method == Integration::gear) {
    const double h1 = past_[0].time - past_[1].time, r = h / h1;
    f.a0 = (1 + 2 * r) / (h * (1 + r));
    f.a1 = -(1 + r) / h;
    f.a2 = r * r / (h * (1 + r));
  } else {
    // theta q'(n) + (1 - theta) q'(n-1) = (q(n) - q(n-1)) / h with theta = 1 - xmu
    const double theta = 1 - options_.xmu;
    f.a0 = 1 / (theta * h);
    f.a1 = -f.a0;
    f.beta = -options_.xmu / theta;
  }
  return f;
}

void StepControl::history(const StepFormula& f, const Point& last, const Point& before,
                          std::vector<double>& out) const {
  for (int k = 0; k < n_; ++k) out[u(k)] = f.a1 * last.q[u(k)] + f.beta * last.qd[u(k)];
  if (f.a2 == 0) return;
  for (int k = 0; k < n_; ++k) out[u(k)] += f.a2 * before.q[u(k)];
}

void StepControl::extrapolate(double time) {
  const Point& a = past_[0];
  if (smooth_ < 2) {
    now.x = a.x;
    return;
  }
  const Point& b = past_[1];
  const double s = (time - a.time) / (a.time - b.time);
  if (smooth_ < 3) {
    for (int k = 0; k < n_; ++k) now.x[u(k)] = a.x[u(k)] + s * (a.x[u(k)] - b.x[u(k)]);
    return;
  }
  const Point& c = past_[2];
  const double ta = time - a.time, tb = time - b.time, tc = time - c.time;
  const double wa = tb * tc / ((a.time - b.time) * (a.time - c.time));
  const double wb = ta * tc / ((b.time - a.time) * (b.time - c.time));
  const double wc = ta * tb / ((c.time - a.time) * (c.time - b.time));
  for (int k = 0; k < n_; ++k) now.x[u(k)] = wa * a.x[u(k)] + wb * b.x[u(k)] + wc * c.x[u(k)];
}

bool StepControl::shorten() {
  h_ /= 8;
  order_ = 1;
  smooth_ = std::min(smooth_, 1);
  return h_ >= smallest_;
}

void StepControl::retry(double retry) { h_ = std::max(retry, event_resolution()); }

bool StepControl::judge() {
  if (on_corner_) now.time = corners_[next_];
  proposed_ = largest_;
  next_order_ = order_;
  if (options_.fixed_step) {
    if (options_.max_order > 1) next_order_ = 2;
    return true;
  }
  if (options_.method == Integration::tr_bdf2) {
    proposed_ = truncation_step_tr_bdf2(h_);
  } else {
    proposed_ = truncation_step(order_);
    if (order_ == 1 && options_.max_order > 1 && proposed_ >= 0.9 * h_) {
      const double better = known_ >= 3 ? truncation_step(2) : 0;
      if (known_ < 3) {
        next_order_ = known_ >= 2 ? 2 : 1;
      } else if (better > 1.05 * h_) {
        next_order_ = 2;
        proposed_ = better;
      }
    }
  }
  if (proposed_ >= 0.9 * h_ || h_ <= 2 * smallest_) return true;
  h_ = std::max({proposed_, 0.1 * h_, smallest_});
  return false;
}

void StepControl::rotate() {
  std::swap(past_[2], past_[1]);
  std::swap(past_[1], past_[0]);
  std::swap(past_[0], now);
  known_ = std::min(known_ + 1, 3);
  ++smooth_;
  time_ = past_[0].time;
}

void StepControl::advance(bool switched) {
  order_ = next_order_;
  h_ = options_.fixed_step ? largest_ : std::min({proposed_, 2 * h_, largest_});
  if (on_corner_ || switched) {
    if (on_corner_) ++next_;
    order_ = 1;
    smooth_ = 1;
    if (!options_.fixed_step && next_ < corners_.size()) {
      h_ = std::min(h_, std::max(0.1 * (corners_[next_] - time_), 2 * smallest_));
      h_ = std::min(h_, 0.1 * largest_);
    }
  }
  h_ = std::max(h_, 2 * smallest_);
}

double StepControl::truncation_step(int order) const {
  // Divided difference of q over the new and the last order + 1 points, as weights.
  if (known_ < order + 1) return 1e300;
  const double t[4] = {now.time, past_[0].time, past_[1].time, past_[2].time};
  double w[4] = {0, 0, 0, 0};
  for (int i = 0; i <= order + 1; ++i) {
    double product = 1;
    for (int j = 0; j <= order + 1; ++j) {
      if (j != i) product *= t[i] - t[j];
    }
    w[i] = 1 / product;
  }
  const bool gear = options_.method == Integration::gear;
  const double factor = order == 1 ? 0.5 : gear ? 0.2222222222 : 0.0833333333;
  const double h = now.time - past_[0].time;
  // The smallest squared (order 2) or plain (order 1) step over all charges.
  double least = 1e300;
  for (int k = 0; k < n_; ++k) {
    double difference = w[0] * now.q[u(k)] + w[1] * past_[0].q[u(k)] + w[2] * past_[1].q[u(k)];
    if (order == 2) difference += w[3] * past_[2].q[u(k)];
    if (difference == 0) continue;
    const double current =
        options_.abstol + options_.reltol * std::max(std::fabs(now.qd[u(k)]), std::fabs(past_[0].qd[u(k)]));
    const double charge = options_.reltol *
                          std::max({std::fabs(now.q[u(k)]), std::fabs(past_[0].q[u(k)]), options_.chgtol}) /
                          h;
    const double allowed = options_.trtol * std::max(current, charge);
    least = std::min(least, allowed / std::max(options_.abstol, factor * std::fabs(difference)));
  }
  return order == 1 ? least : std::sqrt(least);
}

double StepControl::truncation_step_tr_bdf2(double h) const {
  // LTE of q:  k h^3 q''' with q''' from the three derivatives at 0, gamma h, h.
  const double c = (-3 * kTrBdf2Gamma * kTrBdf2Gamma + 4 * kTrBdf2Gamma - 2) / (12 * (2 - kTrBdf2Gamma));
  double least = 1e300;
  for (int k = 0; k < n_; ++k) {
    const double difference = past_[0].qd[u(k)] / kTrBdf2Gamma -
                              stage.qd[u(k)] / (kTrBdf2Gamma * (1 - kTrBdf2Gamma)) +
                              now.qd[u(k)] / (1 - kTrBdf2Gamma);
    const double error = std::fabs(2 * c * difference);  // in units of dq/dt
    if (error == 0) continue;
    const double current =
        options_.abstol + options_.reltol * std::max(std::fabs(now.qd[u(k)]), std::fabs(past_[0].qd[u(k)]));
    const double charge = options_.reltol *
                          std::max({std::fabs(now.q[u(k)]), std::fabs(past_[0].q[u(k)]), options_.chgtol}) /
                          h;
    least = std::min(least, options_.trtol * std::max(current, charge) / error);
  }
  return h * std::sqrt(least);
}

}  // namespace nullor
