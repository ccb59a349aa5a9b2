#include "nullor/simulate/engine_session.h"

#include <chrono>
#include <utility>

#include "nullor/base/log.h"

namespace nullor {

EngineSession::EngineSession(Circuit circuit)
    : original_(circuit), engine_(std::make_unique<Engine>(std::move(circuit))) {}

std::vector<Table> EngineSession::run(const AnalysisCard& card) {
  engine_->progress = progress;
  const auto began = std::chrono::steady_clock::now();
  std::vector<Table> tables = engine_->run(card);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  log_detail("analysis took " + std::to_string(seconds.count()) + " s");
  return tables;
}

void EngineSession::alter(const std::string& device, const std::string& parameter,
                          std::span<const double> values) {
  Dae& dae = engine_->dae();
  if (values.size() == 1) {
    dae.set(dae.parameter(parameter.empty() ? device : device + ":" + parameter), values[0]);
    return;
  }
  const int instance = circuit().find_instance(device);
  if (instance < 0) {
    (void)dae.parameter(device);  // throws with a hint
    return;
  }
  const auto [group, index] = dae.device_of_instance(instance);
  DeviceGroup& g = *dae.groups()[static_cast<std::size_t>(group)];
  if (g.kind().letter != 'v' && g.kind().letter != 'i') {
    throw InputError(ErrorKind::netlist, "'" + device + "' is no source and takes one value, not " +
                                             std::to_string(values.size()));
  }
  g.set_source(index, parameter, {values.begin(), values.end()}, {}, {});
}

void EngineSession::alter_model(const std::string& model, const std::string& parameter, double value) {
  Dae& dae = engine_->dae();
  dae.set(dae.parameter(model + ":" + parameter), value);
}

void EngineSession::alter_parameter(const std::string& name, double value) {
  Dae& dae = engine_->dae();
  const ParameterHandle handle = dae.parameter(name);
  if (handle.kind != ParameterHandle::Kind::table) {
    throw InputError(ErrorKind::netlist, "'" + name + "' is no .param", {},
                     did_you_mean(name, circuit().parameters.names()));
  }
  dae.set(handle, value);
}

void EngineSession::set_target(const std::string& target, double value) {
  engine_->dae().set(engine_->dae().parameter(target), value);
}

void EngineSession::set_option(const std::string& name, const OptionValue& value) {
  if (name == "temp") {
    if (const double* celsius = std::get_if<double>(&value)) set_target("temp", *celsius);
    return;
  }
  // Tolerances and methods are read from the circuit's option list; a fresh list gives fresh options.
  Circuit with_option;
  with_option.options = circuit().options;
  extra_[name] = value;
  for (const auto& [key, setting] : extra_) with_option.options[key] = setting;
  engine_->options() = SimulationOptions::of(with_option);
  engine_->options_changed();
}

void EngineSession::reset() {
  extra_.clear();
  engine_ = std::make_unique<Engine>(original_);
}

std::optional<double> EngineSession::parameter(std::string_view name) const {
  const ParameterId id = circuit().parameters.find(name);
  if (id == kNoParameter) return std::nullopt;
  return circuit().parameters.evaluate()[static_cast<std::size_t>(id)];
}

std::vector<std::string> EngineSession::take_notes() { return std::exchange(engine_->notes, {}); }

}  // namespace nullor
