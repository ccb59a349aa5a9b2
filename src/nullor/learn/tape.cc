#include "nullor/learn/tape.h"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "nullor/learn/tape_maps.h"

namespace nullor::learn {

int WeightLayout::add(std::string name, int rows, int columns, Start start, double scale) {
  arrays_.push_back({std::move(name), rows, columns, size_, start, scale});
  size_ += arrays_.back().size();
  return static_cast<int>(arrays_.size()) - 1;
}

std::vector<float> WeightLayout::start(const Rng& rng) const {
  std::vector<float> out(size_);
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    const Array& array = arrays_[a];
    const double scale = array.scale > 0 ? array.scale : 1 / std::sqrt(static_cast<double>(array.columns));
    Rng own = rng.split(a);
    for (std::size_t k = 0; k < array.size(); ++k)
      out[array.place + k] = array.start == Start::normal ? static_cast<float>(scale * own.normal())
                             : array.start == Start::one  ? 1.0f
                                                          : 0.0f;
  }
  return out;
}

template <class Real>
void Tape<Real>::clear(bool training) {
  training_ = training;
  used_ = used_scratch_ = 0;
}

template <class Real>
Var Tape<Real>::make(int rows, int columns) {
  if (used_ == nodes_.size()) nodes_.emplace_back();
  Node& made = nodes_[used_];
  const std::size_t size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  made.value.resize(size);
  if (training_) made.gradient.assign(size, Real(0));
  made.back = nullptr;
  return {static_cast<int>(used_++), rows, columns};
}

template <class Real>
typename Tape<Real>::Buffer& Tape<Real>::scratch(std::size_t size) {
  if (used_scratch_ == scratch_.size()) scratch_.emplace_back();
  Buffer& out = scratch_[used_scratch_++];
  out.resize(size);
  return out;
}

template <class Real>
void Tape<Real>::on_backward(Var x, std::function<void()> back) {
  if (training_) node(x).back = std::move(back);
}

template <class Real>
void Tape<Real>::backward(Real* gradient) {
  assert(training_);
  weight_gradient_ = gradient;
  for (std::size_t k = used_; k-- > 0;) {
    if (nodes_[k].back) nodes_[k].back();
  }
}

template <class Real>
Var Tape<Real>::input(const Real* values, int rows, int columns) {
  const Var out = make(rows, columns);
  std::copy_n(values, node(out).value.size(), node(out).value.data());
  return out;
}

template <class Real>
Var Tape<Real>::weight(int weight) {
  const WeightLayout::Array& array = layout_->at(weight);
  const Var out = input(weights_ + array.place, array.rows, array.columns);
  on_backward(out, [this, out, &array] {
    if (weight_gradient_) add_to(node(out).gradient, weight_gradient_ + array.place);
  });
  return out;
}

template <class Real>
Var Tape<Real>::linear(Var x, int w, int b) {
  const WeightLayout::Array& array = layout_->at(w);
  assert(x.columns == array.columns);
  const Var out = make(x.rows, array.rows);
  auto y = matrix(node(out).value, out);
  const auto weights = constant(weights_ + array.place, array.rows, array.columns);
  y.noalias() = matrix(node(x).value, x) * weights.transpose();
  if (b != kNoWeight) y.rowwise() += constant(weights_ + layout_->at(b).place, 1, array.rows).row(0);
  on_backward(out, [this, x, b, out, &array] {
    const auto dy = matrix(node(out).gradient, out);
    const auto weights = constant(weights_ + array.place, array.rows, array.columns);
    matrix(node(x).gradient, x).noalias() += dy * weights;
    if (!weight_gradient_) return;
    mutable_map(weight_gradient_ + array.place, array.rows, array.columns).noalias() +=
        dy.transpose() * matrix(node(x).value, x);
    if (b != kNoWeight)
      mutable_map(weight_gradient_ + layout_->at(b).place, 1, array.rows) += dy.colwise().sum();
  });
  return out;
}

template <class Real>
Var Tape<Real>::add(Var a, Var b) {
  assert(a.rows == b.rows && a.columns == b.columns);
  const Var out = make(a.rows, a.columns);
  matrix(node(out).value, out) = matrix(node(a).value, a) + matrix(node(b).value, b);
  on_backward(out, [this, a, b, out] {
    add_to(node(out).gradient, node(a).gradient.data());
    add_to(node(out).gradient, node(b).gradient.data());
  });
  return out;
}

template <class Real>
Var Tape<Real>::layer_norm(Var x, int gain, int bias) {
  const Var out = make(x.rows, x.columns);
  Buffer& normal = scratch(node(x).value.size());
  Buffer& inverse = scratch(static_cast<std::size_t>(x.rows));
  const auto from = matrix(node(x).value, x);
  auto n = matrix(normal, x);
  for (int r = 0; r < x.rows; ++r) {
    const Real mean = from.row(r).mean();
    const Real variance = (from.row(r).array() - mean).square().mean();
    inverse[static_cast<std::size_t>(r)] = 1 / std::sqrt(variance + Real(1e-5));
    n.row(r) = (from.row(r).array() - mean) * inverse[static_cast<std::size_t>(r)];
  }
  const std::size_t gain_at = layout_->at(gain).place, bias_at = layout_->at(bias).place;
  auto y = matrix(node(out).value, out);
  y = (n.array().rowwise() * constant(weights_ + gain_at, 1, x.columns).row(0).array()).matrix();
  y.rowwise() += constant(weights_ + bias_at, 1, x.columns).row(0);
  on_backward(out, [this, x, out, &normal, &inverse, gain_at, bias_at] {
    const auto dy = matrix(node(out).gradient, out);
    const auto n = matrix(normal, x);
    auto dx = matrix(node(x).gradient, x);
    const auto gain = constant(weights_ + gain_at, 1, x.columns);
    for (int r = 0; r < x.rows; ++r) {
      const auto dn = (dy.row(r).array() * gain.row(0).array()).eval();
      const Real mean = dn.mean(), along = (dn * n.row(r).array()).mean();
      dx.row(r).array() += (dn - mean - n.row(r).array() * along) * inverse[static_cast<std::size_t>(r)];
    }
    if (!weight_gradient_) return;
    mutable_map(weight_gradient_ + gain_at, 1, x.columns) += dy.cwiseProduct(n).colwise().sum();
    mutable_map(weight_gradient_ + bias_at, 1, x.columns) += dy.colwise().sum();
  });
  return out;
}

namespace {

/// Of gelu().
template <class Real>
constexpr Real kSlope = Real(0.7978845608028654);
template <class Real>
constexpr Real kCubic = Real(0.044715);

}  // namespace

template <class Real>
Var Tape<Real>::gelu(Var x) {
  const Var out = make(x.rows, x.columns);
  Buffer& tanh = scratch(node(x).value.size());
  const auto from = matrix(node(x).value, x).array();
  auto t = matrix(tanh, x).array();
  t = (kSlope<Real> * from * (1 + kCubic<Real> * from.square())).tanh();
  matrix(node(out).value, out).array() = Real(0.5) * from * (1 + t);
  on_backward(out, [this, x, out, &tanh] {
    const auto from = matrix(node(x).value, x).array();
    const auto t = matrix(tanh, x).array();
    matrix(node(x).gradient, x).array() +=
        matrix(node(out).gradient, out).array() * Real(0.5) *
        (1 + t + from * (1 - t.square()) * kSlope<Real> * (1 + 3 * kCubic<Real> * from.square()));
  });
  return out;
}

template <class Real>
Var Tape<Real>::dropout(Var x) {
  if (!training_ || dropout_ <= 0) return x;
  const Var out = make(x.rows, x.columns);
  Buffer& keep = scratch(node(x).value.size());
  const Real kept = static_cast<Real>(1 / (1 - dropout_));
  for (Real& k : keep) k = rng_.uniform() < dropout_ ? Real(0) : kept;
  matrix(node(out).value, out) = matrix(node(x).value, x).cwiseProduct(matrix(keep, x));
  on_backward(out, [this, x, out, &keep] {
    matrix(node(x).gradient, x) += matrix(node(out).gradient, out).cwiseProduct(matrix(keep, x));
  });
  return out;
}

template <class Real>
Var Tape<Real>::beside(Var a, Var b) {
  assert(a.rows == b.rows);
  const Var out = make(a.rows, a.columns + b.columns);
  auto y = matrix(node(out).value, out);
  y.leftCols(a.columns) = matrix(node(a).value, a);
  y.rightCols(b.columns) = matrix(node(b).value, b);
  on_backward(out, [this, a, b, out] {
    const auto dy = matrix(node(out).gradient, out);
    matrix(node(a).gradient, a) += dy.leftCols(a.columns);
    matrix(node(b).gradient, b) += dy.rightCols(b.columns);
  });
  return out;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace nullor::learn
