#include "nullor/neural/perceptron.h"

#include <algorithm>
#include <cmath>

#include "nullor/math/simd_exp.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

Perceptron::Perceptron(std::vector<int> widths) : widths_(std::move(widths)) {
  std::size_t count = 0;
  for (std::size_t l = 0; l + 1 < widths_.size(); ++l) {
    offsets_.push_back(count);
    count += u(widths_[l + 1]) * (u(widths_[l]) + 1);
  }
  parameters_.assign(count, 0.0);
}

Perceptron::Layer Perceptron::layer(int l) const {
  const int inputs = widths_[u(l)], outputs = widths_[u(l) + 1];
  const std::span<const double> all(parameters_);
  const std::size_t count = u(inputs) * u(outputs);
  return {inputs, outputs, all.subspan(offset(l), count), all.subspan(offset(l) + count, u(outputs))};
}

void Perceptron::draw(Rng& rng, double steepness, double last) {
  for (int l = 0; l < layers(); ++l) {
    const int inputs = widths_[u(l)], outputs = widths_[u(l) + 1];
    double* weight = parameters_.data() + offset(l);
    double* bias = weight + u(inputs) * u(outputs);
    if (l == 0 && layers() > 1) {
      for (int k = 0; k < outputs; ++k) {
        const double slope = steepness * rng.uniform(0.2, 1) * (rng.uniform() < 0.5 ? -1 : 1);
        const double bend = (k + rng.uniform()) / outputs;
        weight[k] = slope;
        bias[k] = -slope * bend;
      }
      continue;
    }
    const double bound = std::sqrt(6.0 / (inputs + outputs)) * (l + 1 == layers() ? last : 1.0);
    for (int k = 0; k < inputs * outputs; ++k) weight[k] = rng.uniform(-bound, bound);
    std::fill_n(bias, outputs, 0.0);
  }
}

void Perceptron::evaluate(double s, double* y, double* y_s) const {
  PerceptronTape tape(*this);
  tape.record(s);
  std::copy_n(tape.value(), outputs(), y);
  if (y_s) std::copy_n(tape.slope(), outputs(), y_s);
}

void Perceptron::evaluate(int i, std::span<const double> s, double* out) const {
  using Double = Simd<4>::Double;
  constexpr std::size_t kPoints = 8;  // two registers
  const std::size_t widest = u(*std::max_element(widths_.begin(), widths_.end()));
  std::vector<double> room(2 * widest * kPoints);
  double *a = room.data(), *z = a + widest * kPoints;
  const auto load = [](const double* from) { return Double{from[0], from[1], from[2], from[3]}; };
  const auto store = [](Double v, double* to) {
    for (int l = 0; l < 4; ++l) to[l] = v[l];
  };
  for (std::size_t j = 0; j < s.size(); j += kPoints) {
    for (std::size_t p = 0; p < kPoints; ++p) a[p] = s[std::min(j + p, s.size() - 1)];
    for (int l = 0; l < layers(); ++l) {
      const Layer layer = this->layer(l);
      const bool last = l + 1 == layers();
      for (int r = last ? i : 0; r < (last ? i + 1 : layer.outputs); ++r) {
        const double* w = layer.weight.data() + u(r) * u(layer.inputs);
        Double left = Double{} + layer.bias[u(r)], right = left;
        for (std::size_t k = 0; k < u(layer.inputs); ++k) {
          left += w[k] * load(a + k * kPoints);
          right += w[k] * load(a + k * kPoints + 4);
        }
        double* to = z + (last ? 0 : u(r)) * kPoints;
        store(last ? left : simd_tanh(left), to);
        store(last ? right : simd_tanh(right), to + 4);
      }
      std::swap(a, z);
    }
    for (std::size_t p = 0; p < kPoints && j + p < s.size(); ++p) out[j + p] = a[p];
  }
}

Perceptron Perceptron::transformed(std::span<const double> start, std::span<const double> scale,
                                   std::span<const double> shift, double rate, double begin) const {
  Perceptron out = *this;
  const Layer first = layer(0), last = layer(layers() - 1);
  double* bias = out.parameters_.data() + offset(0) + u(first.outputs);
  for (int r = 0; r < first.outputs; ++r) {
    bias[r] += begin * first.weight[u(r)];
    out.parameters_[offset(0) + u(r)] *= rate;
  }
  double* weight = out.parameters_.data() + offset(layers() - 1);
  bias = weight + last.weight.size();
  for (int r = 0; r < last.outputs; ++r) {
    for (int k = 0; k < last.inputs; ++k) weight[u(r) * u(last.inputs) + u(k)] *= scale[u(r)];
    bias[r] = start[u(r)] + scale[u(r)] * (bias[r] - shift[u(r)]);
  }
  return out;
}

PerceptronTape::PerceptronTape(const Perceptron& network)
    : network_(network),
      layers_(network.layers()),
      widest_(u(*std::max_element(network.widths().begin(), network.widths().end()))) {
  value_.assign(u(layers_ + 1) * widest_, 0.0);
  slope_ = value_;
  bar_.assign(4 * widest_, 0.0);
}

void PerceptronTape::record(double s) {
  value_[0] = s;
  slope_[0] = 1;
  for (int l = 0; l < layers_; ++l) {
    const Perceptron::Layer layer = network_.layer(l);
    const bool last = l + 1 == layers_;
    const double *a = value_.data() + at(l), *a_s = slope_.data() + at(l);
    double *to = value_.data() + at(l + 1), *to_s = slope_.data() + at(l + 1);
    for (int r = 0; r < layer.outputs; ++r) {
      const double* w = layer.weight.data() + u(r) * u(layer.inputs);
      double sum = layer.bias[u(r)], slope = 0;
      for (int k = 0; k < layer.inputs; ++k) {
        sum += w[k] * a[k];
        slope += w[k] * a_s[k];
      }
      to[r] = last ? sum : std::tanh(sum);
      to_s[r] = last ? slope : (1 - to[r] * to[r]) * slope;
    }
  }
}

void PerceptronTape::pull(const double* y_bar, const double* y_s_bar, double* gradient) {
  double *bar = bar_.data(), *bar_s = bar + widest_, *next = bar_s + widest_, *next_s = next + widest_;
  std::copy_n(y_bar, network_.outputs(), bar);
  std::copy_n(y_s_bar, network_.outputs(), bar_s);
  for (int l = layers_; l-- > 0;) {
    const Perceptron::Layer layer = network_.layer(l);
    const double *a = value_.data() + at(l), *a_s = slope_.data() + at(l);
    double* g = gradient + network_.offset(l);
    std::fill_n(next, layer.inputs, 0.0);
    std::fill_n(next_s, layer.inputs, 0.0);
    for (int r = 0; r < layer.outputs; ++r) {
      const double* w = layer.weight.data() + u(r) * u(layer.inputs);
      double* to = g + u(r) * u(layer.inputs);
      const double v = bar[r], t = bar_s[r];
      for (int k = 0; k < layer.inputs; ++k) {
        to[k] += v * a[k] + t * a_s[k];
        next[k] += w[k] * v;
        next_s[k] += w[k] * t;
      }
      g[layer.weight.size() + u(r)] += v;
    }
    for (int k = 0; l > 0 && k < layer.inputs; ++k) {  // (2)
      const double d = 1 - a[k] * a[k];
      next[k] = d * next[k] - 2 * a[k] * a_s[k] * next_s[k];
      next_s[k] *= d;
    }
    std::swap(bar, next);
    std::swap(bar_s, next_s);
  }
}

}  // namespace nullor
