// ac, noise, tf and sens: analyses of the linearized circuit.

#include <cmath>
#include <map>
#include <numbers>

#include "nullor/simulate/adjoint.h"
#include "nullor/simulate/engine.h"
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

// Collects the noise sources of one device as (rows, density).
class NoiseCollector final : public NoiseSources {
 public:
  struct Source {
    std::string name;
    int p, n;
    double white, flicker, exponent;  // A^2/Hz, and the coefficient of 1/f^exponent
  };
  void thermal(const char* name, int p, int n, double g, double temperature) override {
    list.push_back({name, p, n, 4 * kBoltzmann * temperature * g, 0, 1});
  }
  void shot(const char* name, int p, int n, double i) override {
    list.push_back({name, p, n, 2 * kElementaryCharge * std::fabs(i), 0, 1});
  }
  void flicker(const char* name, int p, int n, double coefficient, double exponent) override {
    list.push_back({name, p, n, 0, coefficient, exponent});
  }
  std::vector<Source> list;
};

// Integral of a density that is a power of f between two points (the straight line of a log-log plot).
double integrate_power_law(double f1, double n1, double f2, double n2) {
  if (!(n1 > 0) || !(n2 > 0) || f1 == f2) return 0.5 * (n1 + n2) * (f2 - f1);
  const double exponent = std::log(n2 / n1) / std::log(f2 / f1);
  if (std::fabs(exponent + 1) < 1e-10) return n1 * f1 * std::log(f2 / f1);
  return (n2 * f2 - n1 * f1) / (exponent + 1);
}

}  // namespace

std::vector<std::pair<int, double>> linear_output(const Dae& dae, const Expression& output) {
  const Expression::Node& root = output.root();
  const auto name_of = [&](int k) { return output.nodes[u(k)].name; };
  const auto node = [&](const std::string& name) {
    const int index = dae.circuit().find_node(name);
    if (index >= 0) return dae.unknown_of_node(index);
    throw InputError(ErrorKind::netlist, "there is no node '" + name + "'", output.where,
                     did_you_mean(name, dae.circuit().nodes));
  };
  if (root.kind == Expression::Kind::call && root.name == "v" && !root.arguments.empty() &&
      root.arguments.size() <= 2) {
    std::vector<std::pair<int, double>> out = {{node(name_of(root.arguments[0])), 1.0}};
    if (root.arguments.size() == 2) out.emplace_back(node(name_of(root.arguments[1])), -1.0);
    return out;
  }
  if (root.kind == Expression::Kind::call && root.name == "i" && root.arguments.size() == 1) {
    const int instance = dae.circuit().find_instance(name_of(root.arguments[0]));
    if (instance >= 0 && dae.branch_of_instance(instance) >= 0)
      return {{dae.branch_of_instance(instance), 1.0}};
  }
  throw InputError(ErrorKind::netlist, "'" + output.text + "' is no output this analysis can use",
                   output.where, "write v(node), v(node, node) or i(voltage source)");
}

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
  const auto output = linear_output(*dae_, card.output);
  const int source = circuit().find_instance(card.source);
  if (source < 0) {
    std::vector<std::string> names;
    for (const Instance& i : circuit().instances) names.push_back(i.name);
    throw InputError(ErrorKind::netlist, "there is no input source '" + card.source + "'", where,
                     did_you_mean(card.source, names));
  }
  const Instance& input = circuit().instances[u(source)];
  if (input.letter != 'v' && input.letter != 'i') {
    throw InputError(
        ErrorKind::netlist,
        "the input of a noise analysis must be a voltage or current source, not '" + input.name + "'", where);
  }

  struct Contribution {
    std::string name;
    int p, n;  // unknowns
    double white, flicker, exponent;
    std::vector<double> density;
    double total = 0;
  };
  std::vector<Contribution> parts;
  for (const auto& group : dae_->groups()) {
    if (!group->has_noise()) continue;
    for (int d = 0; d < group->count(); ++d) {
      NoiseCollector collector;
      group->noise(d, op.x.data(), collector);
      const auto unknowns = group->unknowns(d);
      for (const auto& s : collector.list) {
        parts.push_back({group->names[u(d)] + "_" + s.name,
                         unknowns[u(s.p)],
                         unknowns[u(s.n)],
                         s.white,
                         s.flicker,
                         s.exponent,
                         {}});
      }
    }
  }
  Table spectrum = new_table("noise", "Noise Spectral Density Curves");
  spectrum.columns.push_back({"frequency", Quantity::frequency, {}, {}});
  spectrum.columns.push_back({"onoise_spectrum", Quantity::noise_density, {}, {}});
  spectrum.columns.push_back({"inoise_spectrum", Quantity::noise_density, {}, {}});
  const bool each = card.points_per_summary > 0;
  if (each) {
    for (const auto& part : parts)
      spectrum.columns.push_back({"onoise_" + part.name, Quantity::noise_density, {}, {}});
  }
  std::vector<double> out_density, in_density;
  const std::vector<double> points = frequencies(card.sweep);
  for (std::size_t k = 0; k < points.size(); ++k) {
    require_factor(system, *dae_, points[k], "noise", where);
    std::vector<Complex> y(u(dae_->size()) + 1, Complex(0));
    for (const auto& [unknown, weight] : output) y[u(unknown)] += weight;
    y.back() = 0;
    system.solve_transposed(y);
    // Gain from a unit input: the branch equation of V carries -V, the nodes of I carry +-I.
    const auto [group, device] = dae_->device_of_instance(source);
    const auto terminals = dae_->groups()[u(group)]->unknowns(device);
    const Complex gain =
        input.letter == 'v' ? y[u(terminals[2])] : -(y[u(terminals[0])] - y[u(terminals[1])]);
    double total = 0;
    for (auto& part : parts) {
      const double transfer = std::norm(y[u(part.p)] - y[u(part.n)]);
      const double density = transfer * (part.white + part.flicker / std::pow(points[k], part.exponent));
      total += density;
      part.density.push_back(density);
    }
    out_density.push_back(total);
    in_density.push_back(total / std::norm(gain));
    spectrum.columns[0].real.push_back(points[k]);
    spectrum.columns[1].real.push_back(std::sqrt(total));
    spectrum.columns[2].real.push_back(std::sqrt(in_density.back()));
    if (each) {
      for (std::size_t p = 0; p < parts.size(); ++p)
        spectrum.columns[3 + p].real.push_back(std::sqrt(parts[p].density.back()));
    }
    if (progress) progress(static_cast<double>(k + 1) / static_cast<double>(points.size()));
  }
  Table integrated = new_table("noise", "Integrated Noise");
  integrated.kind = "op";  // one row
  const auto total = [&](const std::vector<double>& density) {
    double sum = 0;
    for (std::size_t k = 1; k < points.size(); ++k)
      sum += integrate_power_law(points[k - 1], density[k - 1], points[k], density[k]);
    return std::sqrt(sum);
  };
  const Quantity out_unit = card.output.root().name == "i" ? Quantity::current : Quantity::voltage;
  integrated.columns.push_back({"onoise_total", out_unit, {total(out_density)}, {}});
  integrated.columns.push_back(
      {"inoise_total", input.letter == 'v' ? Quantity::voltage : Quantity::current, {total(in_density)}, {}});
  if (each)
    for (const auto& part : parts)
      integrated.columns.push_back({"onoise_total_" + part.name, out_unit, {total(part.density)}, {}});
  return {std::move(spectrum), std::move(integrated)};
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
