#pragma once
/// Rows for tests: circuits of a few devices whose metrics are formulas of their parameters. Test support.

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/design/prediction_rows.h"
#include "nullor/learn/metric_scale.h"

namespace nullor::learn {

using Row = std::vector<double>;
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::size_t kMetrics = 2;  ///< of toy rows

/// A stage of two transistors with a load; `more`: further lines.
inline std::shared_ptr<const graph::SizedCircuit> toy_circuit(const std::string& more = {}) {
  const Circuit c = read_circuit_text(
      "toy\n.model n nmos level=1\n.model p pmos level=1\n"
      ".param w1=1u l1=1u w2=2u l2=1u r=1k c=1p ib=1u\n"
      "m1 vout vinp 0 0 n w={w1} l={l1}\nm2 vout b vdd vdd p w={w2} l={l2}\n"
      "r1 vdd vout {r}\nc1 vout 0 {c}\ni1 b 0 {ib}\n" +
      more + ".end\n");
  std::vector<std::pair<std::string, int>> ports;
  for (const char* name : {"vinp", "vout", "vdd"}) ports.emplace_back(name, c.find_node(name));
  return std::make_shared<const graph::SizedCircuit>(c, "", ports);
}

/// Places in ToyRow::p.
enum ToyParameter : std::size_t { kW1, kL1, kW2, kL2, kR, kC, kIb, kToyParameters };

struct ToyRow {
  std::vector<double> p;  ///< (kToyParameters)
  double vdd = 0, temperature = 0;
  bool slow = false;  ///< corner ss, not tt
};

/// Fills the metrics of a row (NaN: missing) and returns its class.
using ToyRule = std::function<int(const ToyRow&, double* gain, double* speed)>;

/// `count` rows with parameters over a decade each. Classes: ok, illegal_geometry, unstable.
inline PredictionRows toy_rows(std::shared_ptr<const graph::SizedCircuit> circuit, std::size_t count,
                               std::uint64_t seed, const ToyRule& rule) {
  PredictionRows out;
  out.name = "toy";
  out.circuit = std::move(circuit);
  out.conditions = {"vdd", "temperature"};
  out.metrics = {"gain", "speed"};
  out.units = {"dB", "Hz"};
  out.classes = {"ok", "illegal_geometry", "unstable"};
  out.corners = {"tt", "ss"};
  out.parameters = {"w1", "l1", "w2", "l2", "r", "c", "ib"};
  graph::SizedCircuit::Evaluator evaluator(*out.circuit, out.parameters);
  std::vector<double> numbers(out.circuit->devices().size() * graph::kSizedNumbers);
  Rng rng(seed);
  for (std::size_t k = 0; k < count; ++k) {
    ToyRow row;
    for (const double middle : {1e-6, 5e-7, 2e-6, 5e-7, 1e4, 1e-12, 1e-5})
      row.p.push_back(middle * std::pow(10, rng.uniform(-0.5, 0.5)));
    row.vdd = rng.uniform(1.6, 2.0);
    row.temperature = rng.uniform(-40, 125);
    row.slow = rng.uniform() < 0.4;
    evaluator.numbers(row.p, numbers);
    out.parameter_values.insert(out.parameter_values.end(), row.p.begin(), row.p.end());
    out.numbers.insert(out.numbers.end(), numbers.begin(), numbers.end());
    out.condition_values.insert(out.condition_values.end(), {row.vdd, row.temperature});
    out.corner.push_back(row.slow ? 1 : 0);
    out.sample.push_back(static_cast<std::int64_t>(out.sample.size()));
    double metrics[2] = {0, 0};
    out.failure.push_back(rule(row, &metrics[0], &metrics[1]));
    out.metric_values.insert(out.metric_values.end(), {metrics[0], metrics[1]});
  }
  return out;
}

/// Smooth, with squares, products and a step at the corner; `speed` is missing where R is large, and some
/// rows fail.
inline int smooth(const ToyRow& row, double* gain, double* speed) {
  const double w = std::log(row.p[kW1] / 1e-6), c = std::log(row.p[kC] / 1e-12);
  *gain = 40 + 6 * w - 2 * w * w + 3 * w * c + 0.02 * row.temperature + (row.slow ? 2 : 0);
  *speed = row.p[kR] > 2e4 ? kNan : 1e6 * std::exp(0.7 * w - c + 0.3 * row.vdd + 0.1 * c * c);
  return row.p[kW1] < 5e-7 ? 1 : c + 0.5 * w > 0.6 ? 2 : 0;
}

/// Linear in logarithms but for the temperature, which has both signs.
inline int power_law(const ToyRow& row, double* gain, double* speed) {
  *gain = 20 * std::log10(row.p[kW1] / row.p[kL1] * row.p[kR]) + 0.05 * row.temperature - (row.slow ? 3 : 0);
  *speed = row.p[kIb] / (row.p[kC] * row.vdd);
  return row.p[kW2] > 2e-6;
}

/// What the columns of features should be, written without looking at those of the library: the seven
/// parameters and the supply by logarithms, temperature, corner; each to mean 0 and deviation 1.
class NaiveFeatures {
 public:
  explicit NaiveFeatures(const PredictionRows& training) {
    std::vector<Row> all;
    for (std::size_t k = 0; k < training.rows(); ++k) all.push_back(plain(training, k));
    for (std::size_t j = 0; j < all[0].size(); ++j) {
      double sum = 0, squares = 0;
      for (const Row& x : all) sum += x[j] / static_cast<double>(all.size());
      for (const Row& x : all) squares += (x[j] - sum) * (x[j] - sum) / static_cast<double>(all.size());
      mean_.push_back(sum);
      deviation_.push_back(std::sqrt(squares));
    }
  }
  Row of(const PredictionRows& rows, std::size_t k) const {
    Row out = plain(rows, k);
    for (std::size_t j = 0; j < out.size(); ++j) out[j] = (out[j] - mean_[j]) / deviation_[j];
    return out;
  }

 private:
  static Row plain(const PredictionRows& rows, std::size_t k) {
    Row out;
    for (std::size_t j = 0; j < kToyParameters; ++j)
      out.push_back(std::log(rows.parameter_values[k * kToyParameters + j]));
    out.push_back(std::log(rows.condition_values[2 * k]));
    out.push_back(rows.condition_values[2 * k + 1]);
    out.push_back(rows.corner[k]);
    return out;
  }

  Row mean_, deviation_;
};

/// One metric of all rows on its scale.
inline Row scaled_column(const PredictionRows& rows, const MetricScale& scale, std::size_t metric) {
  Row out;
  for (std::size_t k = 0; k < rows.rows(); ++k)
    out.push_back(scale.scaled(rows.metric_values[k * kMetrics + metric]));
  return out;
}

}  // namespace nullor::learn
