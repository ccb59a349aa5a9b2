#include "nullor/simulate/noise.h"

#include <cmath>

#include "nullor/base/error.h"

namespace nullor {
namespace {

using Complex = std::complex<double>;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

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

NoiseAnalysis::NoiseAnalysis(const Dae& dae, const NoiseCard& card, const Location& where, const double* x)
    : each_(card.points_per_summary > 0),
      title_(dae.circuit().title),
      out_unit_(card.output.root().name == "i" ? Quantity::current : Quantity::voltage),
      output_(u(dae.size()) + 1, 0.0) {
  for (const auto& [unknown, weight] : linear_output(dae, card.output)) output_[u(unknown)] += weight;
  output_.back() = 0;
  find_input(dae, card, where);
  collect(dae, x);
}

/// Gain from a unit input: the branch equation of V carries -V, the nodes of I carry +-I.
void NoiseAnalysis::find_input(const Dae& dae, const NoiseCard& card, const Location& where) {
  const Circuit& circuit = dae.circuit();
  const int source = circuit.find_instance(card.source);
  if (source < 0) {
    std::vector<std::string> names;
    for (const Instance& i : circuit.instances) names.push_back(i.name);
    throw InputError(ErrorKind::netlist, "there is no input source '" + card.source + "'", where,
                     did_you_mean(card.source, names));
  }
  const Instance& input = circuit.instances[u(source)];
  if (input.letter != 'v' && input.letter != 'i') {
    throw InputError(
        ErrorKind::netlist,
        "the input of a noise analysis must be a voltage or current source, not '" + input.name + "'", where);
  }
  in_unit_ = input.letter == 'v' ? Quantity::voltage : Quantity::current;
  const auto [group, device] = dae.device_of_instance(source);
  const auto terminals = dae.groups()[u(group)]->unknowns(device);
  gain_plus_ = input.letter == 'v' ? terminals[2] : terminals[1];
  gain_minus_ = input.letter == 'v' ? dae.size() : terminals[0];
}

void NoiseAnalysis::collect(const Dae& dae, const double* x) {
  for (const auto& group : dae.groups()) {
    if (!group->has_noise()) continue;
    for (int d = 0; d < group->count(); ++d) {
      NoiseCollector collector;
      group->noise(d, x, collector);
      const auto unknowns = group->unknowns(d);
      for (const auto& s : collector.list)
        parts_.push_back({group->names[u(d)] + "_" + s.name,
                          unknowns[u(s.p)],
                          unknowns[u(s.n)],
                          s.white,
                          s.flicker,
                          s.exponent,
                          {}});
    }
  }
}

void NoiseAnalysis::add(double frequency, std::span<const Complex> y) {
  double sum = 0;
  for (Part& part : parts_) {
    const double transfer = std::norm(y[u(part.p)] - y[u(part.n)]);
    // Sources without flicker are most of them, and exponents of 1 are most of the others.
    double density = part.white;
    if (part.flicker != 0)
      density += part.flicker / (part.exponent == 1 ? frequency : std::pow(frequency, part.exponent));
    density *= transfer;
    sum += density;
    if (each_) part.density.push_back(density);
  }
  frequency_.push_back(frequency);
  out_density_.push_back(sum);
  in_density_.push_back(sum / std::norm(y[u(gain_plus_)] - y[u(gain_minus_)]));
}

double NoiseAnalysis::total(const std::vector<double>& density) const {
  double sum = 0;
  for (std::size_t k = 1; k < frequency_.size(); ++k)
    sum += integrate_power_law(frequency_[k - 1], density[k - 1], frequency_[k], density[k]);
  return std::sqrt(sum);
}

std::vector<Table> NoiseAnalysis::tables() const {
  Table spectrum;
  spectrum.title = title_;
  spectrum.kind = "noise";
  spectrum.plotname = "Noise Spectral Density Curves";
  spectrum.columns.push_back({"frequency", Quantity::frequency, frequency_, {}});
  const auto add_density = [&](const std::string& name, const std::vector<double>& density) {
    Column& column = spectrum.columns.emplace_back(Column{name, Quantity::noise_density, {}, {}});
    for (const double d : density) column.real.push_back(std::sqrt(d));
  };
  add_density("onoise_spectrum", out_density_);
  add_density("inoise_spectrum", in_density_);
  Table integrated;
  integrated.title = title_;
  integrated.kind = "op";  // one row
  integrated.plotname = "Integrated Noise";
  integrated.columns.push_back({"onoise_total", out_unit_, {total(out_density_)}, {}});
  integrated.columns.push_back({"inoise_total", in_unit_, {total(in_density_)}, {}});
  for (const Part& part : parts_) {
    if (!each_) break;
    add_density("onoise_" + part.name, part.density);
    integrated.columns.push_back({"onoise_total_" + part.name, out_unit_, {total(part.density)}, {}});
  }
  return {std::move(spectrum), std::move(integrated)};
}

}  // namespace nullor
