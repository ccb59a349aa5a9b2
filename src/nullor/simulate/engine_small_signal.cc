// ac, noise, tf and sens: analyses of the linearized circuit.

#include <cmath>

#include "nullor/simulate/adjoint.h"
#include "nullor/simulate/engine.h"
#include "nullor/simulate/noise.h"
#include "nullor/simulate/small_signal.h"

namespace nullor {
namespace {

using Complex = std::complex<double>;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

void require_factor(SmallSignal& system, const Dae& dae, double frequency, const char* analysis,
                    const Location& where) {
  if (system.factor(frequency)) return;
  Failure failure;
  failure.singular = true;
  failure.reason = "the equations have no unique solution at " + std::to_string(frequency) + " Hz";
  const int k = system.singular_unknown();
  if (k >= 0 && k < dae.size()) failure.suspects.push_back("look at '" + dae.unknowns()[u(k)].name + "'");
  throw analysis_failed(analysis, failure, where);
}

}  // namespace

std::vector<Table> Engine::run_ac(const AcCard& card, const Location& where) {
  const OperatingPoint op = operating_point(where);
  SmallSignal system(*dae_, *newton_, options_, op.x);
  Table t = new_table("ac", "AC Analysis");
  t.columns.push_back({"frequency", Quantity::frequency, {}, {}});
  std::vector<Output> kept = outputs();
  std::erase_if(kept, [](const Output& o) { return o.unknown < 0; });
  for (const Output& o : kept) t.columns.push_back({o.name, o.quantity, {}, {}});
  std::vector<Complex> b(u(dae_->size()) + 1);
  dae_->excitation_ac(b.data());
  const std::vector<double> points = frequencies(card.sweep);
  for (std::size_t k = 0; k < points.size(); ++k) {
    require_factor(system, *dae_, points[k], "ac", where);
    std::vector<Complex> x(b.size());
    for (std::size_t i = 0; i < b.size(); ++i) x[i] = -b[i];
    system.solve(x);
    t.columns[0].real.push_back(points[k]);
    for (std::size_t c = 0; c < kept.size(); ++c) t.columns[1 + c].complex.push_back(x[u(kept[c].unknown)]);
    if (progress) progress(static_cast<double>(k + 1) / static_cast<double>(points.size()));
  }
  return {std::move(t)};
}

std::vector<Table> Engine::run_noise(const NoiseCard& card, const Location& where) {
  const OperatingPoint op = operating_point(where);
  SmallSignal system(*dae_, *newton_, options_, op.x);
  NoiseAnalysis noise(*dae_, card, where, op.x.data());
  const std::vector<double> points = frequencies(card.sweep);
  std::vector<Complex> y;
  for (std::size_t k = 0; k < points.size(); ++k) {
    require_factor(system, *dae_, points[k], "noise", where);
    y.assign(noise.output().begin(), noise.output().end());
    system.solve_transposed(y);
    noise.add(points[k], y);
    if (progress) progress(static_cast<double>(k + 1) / static_cast<double>(points.size()));
  }
  return noise.tables();
}

std::vector<Table> Engine::run_tf(const TransferCard& card, const Location& where) {
  const OperatingPoint op = operating_point(where);
  NewtonSolver::Problem problem;
  problem.dc = true;
  newton_->linearize(op.x, problem);
  if (!newton_->factor(0)) {
    Failure failure;
    failure.singular = true;
    failure.reason = "the linearized equations have no unique solution";
    throw analysis_failed("tf", failure, where);
  }
  const auto output = linear_output(*dae_, card.output);
  const int source = circuit().find_instance(card.source);
  if (source < 0) throw InputError(ErrorKind::netlist, "there is no source '" + card.source + "'", where);
  const Instance& input = circuit().instances[u(source)];
  if (input.letter != 'v' && input.letter != 'i') {
    throw InputError(ErrorKind::netlist, "tf needs a voltage or current source, not '" + input.name + "'",
                     where);
  }
  const auto [group, device] = dae_->device_of_instance(source);
  const auto terminals = dae_->groups()[u(group)]->unknowns(device);
  const auto read = [&](const std::vector<double>& x) {
    double sum = 0;
    for (const auto& [unknown, weight] : output) sum += weight * x[u(unknown)];
    return sum;
  };
  const auto solve = [&](const std::vector<std::pair<int, double>>& rhs) {
    std::vector<double> x(u(dae_->size()) + 1, 0.0);
    for (const auto& [unknown, v] : rhs) x[u(unknown)] += v;
    x.back() = 0;
    newton_->lu().solve(x.data());
    x.back() = 0;
    return x;
  };
  const bool voltage_in = input.letter == 'v';
  const std::vector<double> x =
      voltage_in ? solve({{terminals[2], 1.0}}) : solve({{terminals[0], -1.0}, {terminals[1], 1.0}});
  const double transfer = read(x);
  const double input_resistance =
      voltage_in ? -1 / x[u(terminals[2])] : -(x[u(terminals[0])] - x[u(terminals[1])]);
  std::vector<std::pair<int, double>> probe;
  const bool current_out = card.output.root().name == "i";
  for (const auto& [unknown, weight] : output) probe.emplace_back(unknown, weight);
  const double response = read(solve(probe));
  const double output_resistance = current_out ? -1 / response : response;
  Table t = new_table("op", "Transfer Function");
  t.columns.push_back({"transfer_function", Quantity::none, {transfer}, {}});
  t.columns.push_back({"output_impedance_at_" + card.output.text, Quantity::none, {output_resistance}, {}});
  t.columns.push_back({card.source + "#input_impedance", Quantity::none, {input_resistance}, {}});
  return {std::move(t)};
}

std::vector<Table> Engine::run_sens(const SensitivityCard& card, const Location& where) {
  const OperatingPoint op = operating_point(where);
  const std::vector<ParameterHandle> wanted = dae_->all_parameters();
  const auto output = linear_output(*dae_, card.output);
  if (!card.ac) {
    std::vector<double> weights(u(dae_->size()) + 1, 0.0);
    for (const auto& [unknown, weight] : output) weights[u(unknown)] += weight;
    const std::vector<double> slopes = op_gradient(*dae_, *newton_, options_, op.x, weights, wanted);
    Table t = new_table("op", "Sensitivity Analysis");
    for (std::size_t k = 0; k < wanted.size(); ++k)
      t.columns.push_back({wanted[k].name, Quantity::none, {slopes[k]}, {}});
    return {std::move(t)};
  }
  Table t = new_table("sens", "Sensitivity Analysis");
  t.columns.push_back({"frequency", Quantity::frequency, {}, {}});
  for (const auto& w : wanted) t.columns.push_back({w.name, Quantity::none, {}, {}});
  for (const double f : frequencies(card.sweep)) {
    // Real and imaginary part of the output are two objectives.
    std::vector<Complex> seed(u(dae_->size()) + 1, Complex(0));
    std::vector<double> parts[2];
    for (int part = 0; part < 2; ++part) {
      for (const auto& [unknown, weight] : output)
        seed[u(unknown)] = part == 0 ? Complex(weight) : Complex(0, -weight);
      parts[part] = ac_gradient(*dae_, *newton_, options_, op.x, {{f, seed}}, wanted);
    }
    t.columns[0].real.push_back(f);
    for (std::size_t k = 0; k < wanted.size(); ++k)
      t.columns[1 + k].complex.emplace_back(parts[0][k], parts[1][k]);
  }
  return {std::move(t)};
}

}  // namespace nullor
