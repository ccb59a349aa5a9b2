#include "nullor/resistive/circuit_network.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "nullor/devices/diode.h"
#include "nullor/devices/parameters.h"
#include "nullor/devices/piecewise_linear_diode.h"
#include "nullor/devices/resistor.h"
#include "nullor/devices/source_function.h"
#include "nullor/devices/sources.h"

namespace nullor::resistive {
namespace {

class CircuitReader {
 public:
  explicit CircuitReader(const Circuit& circuit) : circuit_(circuit), origins_(std::make_shared<Origins>()) {
    ParameterTable table = circuit.parameters;
    if (const double* temperature = option("temp"))
      table.override_value(ParameterTable::kTemperature, *temperature);
    table_ = table.evaluate();
    environment_.temperature = table_[ParameterTable::kTemperature] + kCelsiusZero;
    if (const double* nominal = option("tnom")) environment_.nominal = *nominal + kCelsiusZero;
    environment_.gmin = 0;  // an aid of Newton's method, and no part of the network
  }

  ResistiveNetwork run() {
    net_.node_names = std::make_shared<NamePool>();
    for (const std::string& name : circuit_.nodes) net_.node_names->add(name);
    net_.node_count = static_cast<int>(circuit_.nodes.size());
    for (const Instance& instance : circuit_.instances) element(instance);
    net_.origin = [origins = origins_](ElementKind kind, int index) {
      return (*origins)[static_cast<std::size_t>(kind)][static_cast<std::size_t>(index)];
    };
    return std::move(net_);
  }

 private:
  using Origins = std::array<std::vector<ElementOrigin>, 4>;

  const double* option(const char* name) const {
    const auto found = circuit_.options.find(name);
    return found == circuit_.options.end() ? nullptr : std::get_if<double>(&found->second);
  }
  [[noreturn]] static void refuse(const Instance& instance, const std::string& what, std::string hint = {}) {
    throw InputError(ErrorKind::netlist, "'" + instance.name + "' " + what, instance.where, std::move(hint));
  }
  void note(ElementKind kind, const Instance& instance) {
    (*origins_)[static_cast<std::size_t>(kind)].push_back({instance.name, instance.where});
  }
  double number(const Value& v) const {
    return v.parameter == kNoParameter ? v.constant : table_[static_cast<std::size_t>(v.parameter)];
  }

  template <class D>
  void set(D& device, const std::vector<NamedValue>& values, Scope scope, const std::string& owner) const {
    for (const NamedValue& v : values) {
      if (scope == Scope::model && (v.name == "level" || v.name == "version") &&
          !find_parameter<D>(v.name, scope)) {
        continue;
      }
      if (!v.text.empty() || !find_parameter<D>(v.name, scope)) {
        throw InputError(scope == Scope::model ? ErrorKind::model : ErrorKind::netlist,
                         "'" + owner + "' (" + std::string(D::kind.name) + ") has no parameter '" + v.name +
                             "' that is a number",
                         v.where, "'nullor devices " + std::string(D::kind.name) + "' lists them");
      }
      set_parameter(device, v.name, number(v.value), scope);
    }
  }
  /// The device an instance is, with its derived quantities.
  template <class D>
  D bind(const Instance& instance) const {
    D device{};
    if (instance.model >= 0) {
      const Model& model = circuit_.models[static_cast<std::size_t>(instance.model)];
      set(device, model.parameters, Scope::model, model.name);
    }
    set(device, instance.parameters, Scope::instance, instance.name);
    device.setup(environment_);
    return device;
  }

  void element(const Instance& instance) {
    if (instance.behaviour) refuse(instance, "follows a formula, which a resistive network does not take");
    if (instance.nodes.size() != 2 && instance.letter == 'd') refuse(instance, "has more than two nodes");
    switch (instance.letter) {
      case 'r':
        return resistor(instance);
      case 'v':
        net_.add_voltage_source(instance.nodes[0], instance.nodes[1], source(instance));
        return note(ElementKind::voltage_source, instance);
      case 'i':
        net_.add_current_source(instance.nodes[0], instance.nodes[1], source(instance));
        return note(ElementKind::current_source, instance);
      case 'd':
        return diode(instance);
      default:
        refuse(instance, "is no element of a resistive network",
               "resistors, voltage and current sources and diodes are; 'nullor run' takes all elements");
    }
  }

  void resistor(const Instance& instance) {
    const auto device = bind<Resistor<double>>(instance);
    if (const std::string problem = device.check(); !problem.empty()) refuse(instance, problem);
    net_.add_resistor(instance.nodes[0], instance.nodes[1], 1 / device.g);
    note(ElementKind::resistor, instance);
  }

  /// The value at an operating point: `dc`, or the time function at 0.
  double source(const Instance& instance) const {
    double value = 0, multiplier = 1;
    bool given_dc = false;
    for (const NamedValue& v : instance.parameters) {
      if (v.name == "dc") value = number(v.value), given_dc = true;
      if (v.name == "m") multiplier = number(v.value);
    }
    if (instance.source && !given_dc) value = at_start(instance, *instance.source);
    return multiplier * value;
  }
  double at_start(const Instance& instance, const SourceFunction& source) const {
    if (source.kind == "network") {
      if (!source.function) refuse(instance, "plays a network, which is not loaded");
      return source.function->value(0);
    }
    Waveform<double> wave;
    if (!Waveform<double>::parse_kind(source.kind, wave.kind)) {
      refuse(instance, "has an unknown time function '" + source.kind + "'");
    }
    for (const Value& v : source.arguments) wave.arguments.push_back(number(v));
    for (const NamedValue& v : source.options) {
      if (v.name == "td") wave.delay = number(v.value);
      if (v.name == "r" && number(v.value) >= 0) wave.repeat_from = number(v.value);
    }
    if (const std::string_view problem = wave.check(); !problem.empty()) {
      refuse(instance, source.kind + " " + std::string(problem));
    }
    return wave.value(0);
  }

  void diode(const Instance& instance) {
    const Model& model = circuit_.models[static_cast<std::size_t>(instance.model)];
    if (model.type != "d") refuse(instance, "has a model of type '" + model.type + "', which is no diode's");
    const bool two_lines = std::any_of(
        model.parameters.begin(), model.parameters.end(),
        [](const NamedValue& v) { return v.name == "ron" || v.name == "roff" || v.name == "vfwd"; });
    two_lines ? diode_of_lines(instance) : exponential_diode(instance);
    note(ElementKind::diode, instance);
  }

  void diode_of_lines(const Instance& instance) {
    const auto device = bind<PiecewiseLinearDiode<double>>(instance);
    DiodeModel model;
    model.forward_drop = device.vfwd;
    model.on_resistance = device.ron / (device.area * device.m);
    model.leakage = given(device.roff) ? device.g_off : 0;
    net_.add_diode(instance.nodes[0], instance.nodes[1], model);
  }

  void exponential_diode(const Instance& instance) {
    const auto device = bind<Diode<double>>(instance);
    if (const std::string problem = device.check(); !problem.empty()) refuse(instance, problem);
    if (device.has_side || device.has_recombination || device.has_tunnel || device.has_knee ||
        device.has_breakdown) {
      refuse(instance, "has breakdown, recombination, a side wall, tunnelling or high injection",
             "a resistive network takes is, n and rs of an exponential diode; 'nullor run' takes all of it");
    }
    int anode = instance.nodes[0];
    if (device.rs > 0) {
      const int inner = net_.node_names->add(instance.name + "#internal");
      net_.node_count = net_.node_names->size();
      net_.add_resistor(anode, inner, 1 / device.conductance);
      note(ElementKind::resistor, instance);
      anode = inner;
    }
    DiodeModel model;
    model.saturation_current = device.i_bottom;
    model.emission_voltage = device.bottom.vte;
    net_.add_diode(anode, instance.nodes[1], model);
  }

  const Circuit& circuit_;
  std::vector<double> table_;
  Environment<double> environment_;
  ResistiveNetwork net_;
  std::shared_ptr<Origins> origins_;
};

}  // namespace

ResistiveNetwork network_of(const Circuit& circuit) { return CircuitReader(circuit).run(); }

}  // namespace nullor::resistive
