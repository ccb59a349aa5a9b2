#include "nullor/neural/window_loss.h"

#include <algorithm>
#include <cmath>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

std::vector<int> widths_of(const AdamOptions& how, int n) {
  std::vector<int> out = {1};
  out.insert(out.end(), how.hidden.begin(), how.hidden.end());
  out.push_back(n);
  return out;
}

}  // namespace

template <class Real>
WindowLoss<Real>::WindowLoss(Dae& dae, double gmin, const EquationScale& scale, const AdamOptions& how)
    : dae_(dae),
      gmin_(gmin),
      scale_(scale),
      how_(how),
      residual_(dae, gmin, scale.unknown),
      kernel_(widths_of(how, dae.size())),
      n_(dae.size()) {
  for (auto* v : {&x_, &x_t_, &lambda_, &x_bar_, &x_t_bar_, &start_bar_}) v->assign(u(n_) + 1, 0.0);
  network_start_.assign(u(n_), 0.0);
  charged_ =
      std::max<double>(1, static_cast<double>(std::count(scale.charged.begin(), scale.charged.end(), 1)));
}

template <class Real>
void WindowLoss<Real>::set_window(double start, double length, std::vector<double> x0) {
  start_ = start;
  length_ = length;
  x0_ = std::move(x0);
  if (how_.windows > 1) scale_.focus(dae_, gmin_, x0_, length);
  place_points();
  const std::size_t stride = u(n_) + 1;
  b_.assign(points_.size() * stride, 0.0);
  for (std::size_t j = 0; j < points_.size(); ++j)
    dae_.excitation(start_ + length_ * points_[j], false, b_.data() + j * stride);
  inputs_.assign(points_.begin(), points_.end());
  weights_.assign(points_.size(), 1.0);
  point_losses_.assign(points_.size(), 0.0);
}

// In equal distances between the corners of the sources, in which every piece has some.
template <class Real>
void WindowLoss<Real>::place_points() {
  constexpr double kLeastShare = 1.0 / 64;
  const double end = start_ + length_;
  std::vector<double> ends = dae_.breakpoints(start_, end);
  ends.push_back(end);
  std::vector<double> lengths;
  double last = start_, sum = 0;
  for (const double t : ends) {
    lengths.push_back(t - last);
    last = t;
  }
  for (double& l : lengths) {
    if (l > 1e-9 * length_) sum += std::max(l, kLeastShare * length_);
  }
  points_.clear();
  last = 0;
  for (const double l : lengths) {
    const double piece = l / length_;
    if (piece > 1e-9) {
      const int count =
          std::max(1, static_cast<int>(std::lround(how_.points * std::max(l, kLeastShare * length_) / sum)));
      for (int k = 0; k < count; ++k) points_.push_back(std::min(last + piece * (k + 0.5) / count, 1.0));
    }
    last += piece;
  }
}

// The waveform at point j of the block.
template <class Real>
void WindowLoss<Real>::read(int j, double* x, double* x_t) const {
  for (int i = 0; i < n_; ++i) {
    const Real* y = kernel_.output(i, j);
    const double shift = how_.hard_start && scale_.charged[u(i)] ? network_start_[u(i)] : 0.0;
    x[i] = x0_[u(i)] + scale_.unknown[u(i)] * (static_cast<double>(y[0]) - shift);
    x_t[i] = scale_.unknown[u(i)] * static_cast<double>(y[Kernel::kPanel]) / length_;
  }
}

template <class Real>
void WindowLoss<Real>::run_start() {
  const Real zero = 0;
  kernel_.forward(&zero, 1);
  for (int i = 0; i < n_; ++i) network_start_[u(i)] = static_cast<double>(kernel_.output(i, 0)[0]);
}

// Adds what depends on N(0) to the gradient; `bar` (n): the derivative by it.
template <class Real>
void WindowLoss<Real>::pull_start(const std::vector<double>& bar) {
  run_start();
  for (int i = 0; i < n_; ++i) kernel_.output_bar(i, 0)[0] = static_cast<Real>(bar[u(i)]);
  kernel_.backward();
}

template <class Real>
void WindowLoss<Real>::block(std::size_t begin, int count, Terms& terms) {
  const double total = static_cast<double>(points_.size());
  const double n = static_cast<double>(n_);
  kernel_.forward(inputs_.data() + begin, count);
  for (int j = 0; j < count; ++j) {
    const std::size_t point = begin + u(j);
    read(j, x_.data(), x_t_.data());
    residual_.evaluate(x_.data(), x_t_.data(), start_ + length_ * points_[point],
                       b_.data() + point * (u(n_) + 1), true);
    const double* r = residual_.residual();
    double sum = 0;
    for (int i = 0; i < n_; ++i) sum += (r[i] / scale_.row[u(i)]) * (r[i] / scale_.row[u(i)]);
    const double here = sum / n;
    double weight = how_.causal > 0 ? std::exp(-how_.causal * past_) : 1.0;
    if (!fixed_weights_.empty()) weight = fixed_weights_[point];
    past_ += here * 100 / total;
    weights_[point] = weight;
    point_losses_[point] = here;
    terms.least_weight = std::min(terms.least_weight, weight);
    terms.equation += here / total;
    for (int i = 0; i < n_; ++i)
      lambda_[u(i)] = 2 * weight * r[i] / (scale_.row[u(i)] * scale_.row[u(i)] * n * total);
    residual_.pull(lambda_.data(), x_bar_.data(), x_t_bar_.data());
    for (int i = 0; i < n_; ++i) {
      Real* bar = kernel_.output_bar(i, j);
      bar[0] = static_cast<Real>(scale_.unknown[u(i)] * x_bar_[u(i)]);
      bar[Kernel::kPanel] = static_cast<Real>(scale_.unknown[u(i)] * x_t_bar_[u(i)] / length_);
      start_bar_[u(i)] -= scale_.unknown[u(i)] * x_bar_[u(i)];
    }
  }
  kernel_.backward();
}

template <class Real>
typename WindowLoss<Real>::Terms WindowLoss<Real>::evaluate() {
  Terms terms;
  kernel_.begin_epoch();
  run_start();
  past_ = 0;
  std::fill(start_bar_.begin(), start_bar_.end(), 0.0);
  for (std::size_t begin = 0; begin < points_.size(); begin += Kernel::kBlock) {
    block(begin, static_cast<int>(std::min<std::size_t>(Kernel::kBlock, points_.size() - begin)), terms);
  }
  for (int i = 0; i < n_; ++i) {
    const double y = network_start_[u(i)];
    if (!scale_.charged[u(i)]) {
      start_bar_[u(i)] = 0;
    } else if (!how_.hard_start) {
      terms.initial += y * y / charged_;
      start_bar_[u(i)] = 2 * how_.initial_weight * y / charged_;
    }
  }
  pull_start(start_bar_);
  kernel_.end_epoch();
  terms.loss = how_.initial_weight * terms.initial + terms.equation;
  return terms;
}

template <class Real>
double WindowLoss<Real>::defect() {
  kernel_.begin_epoch();
  run_start();
  double worst = 0;
  std::vector<Real> s;
  std::vector<double> b(u(n_) + 1);
  for (std::size_t begin = 0; begin + 1 < points_.size(); begin += Kernel::kBlock) {
    s.clear();
    for (std::size_t j = begin; j + 1 < points_.size() && s.size() < Kernel::kBlock; ++j)
      s.push_back(static_cast<Real>(0.5 * (points_[j] + points_[j + 1])));
    kernel_.forward(s.data(), static_cast<int>(s.size()));
    for (int j = 0; j < static_cast<int>(s.size()); ++j) {
      const double time = start_ + length_ * static_cast<double>(s[u(j)]);
      read(j, x_.data(), x_t_.data());
      dae_.excitation(time, false, b.data());
      residual_.evaluate(x_.data(), x_t_.data(), time, b.data(), false);
      for (int i = 0; i < n_; ++i)
        worst = std::max(worst, std::fabs(residual_.residual()[i]) / scale_.row[u(i)]);
    }
  }
  return worst;
}

template <class Real>
Perceptron WindowLoss<Real>::waveform() const {
  Perceptron out(widths_of(how_, n_));
  std::copy(kernel_.parameters().begin(), kernel_.parameters().end(), out.parameters().begin());
  std::vector<double> shift(u(n_), 0.0), at_zero(u(n_));
  out.evaluate(0, at_zero.data());
  for (int i = 0; i < n_; ++i) {
    if (how_.hard_start && scale_.charged[u(i)]) shift[u(i)] = at_zero[u(i)];
  }
  return out.transformed(x0_, scale_.unknown, shift, 1, 0);
}

template class WindowLoss<float>;
template class WindowLoss<double>;

}  // namespace nullor
