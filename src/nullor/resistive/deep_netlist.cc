#include "nullor/resistive/deep_netlist.h"

#include <fmt/format.h>

#include "nullor/base/error.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kThermalVoltage = 0.0258649;  // k T / q at the 27 degrees of SPICE [V]

struct Writer {
  const DeepNetwork& network;
  const DeepNetlistOptions& options;
  std::string out;

  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
    out += '\n';
  }

  /// Of node j in layer l >= 0, as layer l + 1 sees it.
  std::string source(int l, int j) const {
    if (l == 0)
      return j < network.widths[0] ? fmt::format("p{}", j) : fmt::format("n{}", j - network.widths[0]);
    return network.amplifier_gain == 1 ? node(l, j) : fmt::format("a{}_{}", l, j);
  }
  std::string node(int l, int k) const {
    return l == network.layers() ? fmt::format("out{}", k) : fmt::format("h{}_{}", l, k);
  }

  void inputs(const std::uint8_t* pixels) {
    for (int j = 0; j < network.widths[0]; ++j) {
      const double x = network.input_gain * pixels[j] / 255;
      line("vp{0} p{0} 0 {1:.9g}", j, x);
      line("vn{0} n{0} 0 {1:.9g}", j, -x);
    }
  }

  void layer(int l) {
    const std::size_t columns = u(network.widths[u(l)]);
    for (int j = 0; j < network.rows(l - 1); ++j) {
      for (int k = 0; k < network.widths[u(l)]; ++k) {
        const double g = network.conductances[u(l - 1)][u(j) * columns + u(k)];
        if (g > 0) line("r{}_{}_{} {} {} {:.9g}", l, j, k, source(l - 1, j), node(l, k), 1 / g);
      }
    }
    for (int k = 0; k < network.widths[u(l)]; ++k) {
      const double b = network.biases[u(l - 1)][u(k)];
      if (b != 0) line("i{}_{} 0 {} {:.9g}", l, k, node(l, k), b);
    }
  }

  bool exponential() const { return network.diode.saturation_current > 0; }
  /// Whether diodes are junctions, and drop and leakage elements of their own.
  bool assembled() const { return !exponential() && !options.straight_lines; }

  void units(int l) {
    const UnitDiode& d = network.diode;
    const bool drops = assembled() && d.forward_drop > 0;
    for (int k = 0; k < network.widths[u(l)]; ++k) {
      const bool excitatory = k < network.widths[u(l)] / 2;
      const std::string here = node(l, k);
      if (excitatory) {
        line("d{}_{} {} {} unit", l, k, drops ? "below" : "0", here);
      } else {
        line("d{}_{} {} {} unit", l, k, here, drops ? "above" : "0");
      }
      if (assembled() && d.leakage > 0) line("rleak{}_{} {} 0 {:.9g}", l, k, here, 1 / d.leakage);
      if (network.amplifier_gain == 1) continue;
      // What flows into a... is what the next layer takes; the node gives that divided by the gain.
      line("e{0}_{1} e{0}_{1} 0 {2} 0 {3:.9g}", l, k, here, network.amplifier_gain);
      line("va{0}_{1} e{0}_{1} a{0}_{1} 0", l, k);
      line("f{0}_{1} {2} 0 va{0}_{1} {3:.9g}", l, k, here, 1 / network.amplifier_gain);
    }
  }

  void model() {
    const UnitDiode& d = network.diode;
    if (exponential()) {
      line(".model unit d(is={:.9g} n={:.9g})", d.saturation_current, d.emission_voltage / kThermalVoltage);
      return;
    }
    if (options.straight_lines) {
      const std::string leak = d.leakage > 0 ? fmt::format(" roff={:.9g}", 1 / d.leakage) : "";
      line(".model unit d(ron={:.9g} vfwd={:.9g}{})", d.on_resistance, d.forward_drop, leak);
      return;
    }
    if (d.forward_drop > 0) {
      line("vbelow below 0 {:.9g}", -d.forward_drop);
      line("vabove above 0 {:.9g}", d.forward_drop);
    }
    // The leakage stays in parallel when the diode conducts, and together they have the on-resistance.
    const double series = d.on_resistance / (1 - d.leakage * d.on_resistance);
    if (!(series >= 0)) {
      throw InputError(ErrorKind::usage, "the diodes leak more than they conduct", {},
                       "--leakage below 1 / --on-resistance");
    }
    line(".model unit d(is=1e-12 n={:.9g} rs={:.9g})", options.emission_coefficient, series);
  }
};

}  // namespace

std::string write_deep_netlist(const DeepNetwork& network, const std::uint8_t* pixels,
                               const DeepNetlistOptions& options) {
  Writer w{network, options, {}};
  std::string title = options.title;
  for (char& c : title) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  w.line("{}", title);
  w.inputs(pixels);
  for (int l = 1; l <= network.layers(); ++l) {
    w.layer(l);
    if (l < network.layers()) w.units(l);
  }
  w.model();
  w.line(".op");
  std::string outputs;
  for (int k = 0; k < network.widths.back(); ++k) outputs += fmt::format(" v(out{})", k);
  w.line(".save{}", outputs);
  w.line(".end");
  return std::move(w.out);
}

}  // namespace nullor
