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

namespace nullor::learn {

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

}  // namespace nullor::learn
