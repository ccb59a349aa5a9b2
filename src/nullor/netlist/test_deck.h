#pragma once
/// For tests: decks without their title line, and short ways to look at the result.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "nullor/netlist/circuit.h"

namespace nullor::test {

/// A circuit with the current values of its parameter table.
struct Deck {
  Circuit circuit;
  std::vector<double> values;

  const Instance& operator[](const std::string& name) const {
    const int k = circuit.find_instance(name);
    EXPECT_GE(k, 0) << "no instance " << name;
    return circuit.instances.at(static_cast<std::size_t>(k));
  }
  double number(const Value& value) const {
    return value.parameter == kNoParameter ? value.constant
                                           : values.at(static_cast<std::size_t>(value.parameter));
  }
  double parameter(const std::string& name) const {
    const ParameterId id = circuit.parameters.find(name);
    EXPECT_NE(id, kNoParameter) << "no parameter " << name;
    return id == kNoParameter ? 0 : values.at(static_cast<std::size_t>(id));
  }
  /// A named value of an instance or a model; NaN when it is not given.
  double get(const std::string& instance, const std::string& name) const {
    return find((*this)[instance].parameters, name);
  }
  double find(const std::vector<NamedValue>& parameters, const std::string& name) const {
    for (const NamedValue& p : parameters) {
      if (p.name == name) return number(p.value);
    }
    return std::nan("");
  }
  std::string nodes(const std::string& instance) const {
    std::string out;
    for (const int n : (*this)[instance].nodes)
      out += (out.empty() ? "" : " ") + circuit.nodes.at(static_cast<std::size_t>(n));
    return out;
  }
  const Model& model(const std::string& instance) const {
    return circuit.models.at(static_cast<std::size_t>((*this)[instance].model));
  }

  /// The formula of a behavioural instance with every voltage and current input at the given values, in order
  /// of appearance; derivatives read `ddt`.
  double formula(const std::string& instance, std::vector<double> signals, double time = 0,
                 double ddt = 0) const {
    const BehaviouralSource& b = *(*this)[instance].behaviour;
    std::vector<double> inputs, registers;
    std::size_t next = 0;
    for (const BehaviouralInput& input : b.inputs) {
      using Kind = BehaviouralInput::Kind;
      switch (input.kind) {
        case Kind::voltage:
        case Kind::current:
          inputs.push_back(signals.at(next++));
          break;
        case Kind::time:
          inputs.push_back(time);
          break;
        case Kind::temperature:
          inputs.push_back(27);
          break;
        case Kind::parameter:
          inputs.push_back(values.at(static_cast<std::size_t>(input.parameter)));
          break;
        case Kind::derivative:
          inputs.push_back(ddt);
          break;
      }
    }
    return b.formula.run<double>(std::span<const double>(inputs), registers);
  }
};

inline Deck deck(const std::string& lines, const ReadOptions& options = {}) {
  Deck out;
  out.circuit = read_circuit_text("title\n" + lines, "deck.cir", options);
  out.values = out.circuit.parameters.evaluate();
  return out;
}

/// The message of the error that reading `lines` throws, without place and hint; empty when it reads.
inline std::string error_of(const std::string& lines, const ReadOptions& options = {}) {
  try {
    read_circuit_text("title\n" + lines, "deck.cir", options);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

/// The folder of decks and models that do not belong to the source tree; empty when it is not there.
inline std::string data_folder() {
  const char* given = std::getenv("NULLOR_DATA");
  const std::string folder = given ? given : std::string(NULLOR_SOURCE_DIR) + "/../shared/data";
  return std::filesystem::is_directory(folder) ? folder : std::string();
}

}  // namespace nullor::test
