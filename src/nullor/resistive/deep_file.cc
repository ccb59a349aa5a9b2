#include "nullor/resistive/deep_file.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "nullor deep resistive network 1";

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// Number, or null where there is none in JSON.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

/// Writes the members that the visits name into an object.
struct JsonWriter {
  Json object = Json::object();
  template <class Value>
  void operator()(const char* name, const Value& value) {
    object[name] = value;
  }
};

/// get<int>() alone would convert 1e300, which has no meaning.
std::uint64_t whole(const char* name, const Json& entry, std::uint64_t most) {
  const std::uint64_t value = entry.is_number_unsigned() ? entry.get<std::uint64_t>() : most;
  if (!entry.is_number_unsigned() || value > most)
    throw InputError(ErrorKind::input_output, fmt::format("'{}' is no whole number", name));
  return value;
}

/// Reads them back; a member that is not there, or of another type, throws nlohmann::json::exception.
struct JsonReader {
  const Json& object;
  template <class Value>
  void operator()(const char* name, Value& value) {
    const Json& entry = object.at(name);
    if constexpr (std::is_same_v<Value, int>) {
      value = static_cast<int>(whole(name, entry, std::numeric_limits<int>::max()));
    } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
      value = whole(name, entry, std::numeric_limits<std::uint64_t>::max());
    } else if constexpr (std::is_same_v<Value, std::vector<int>>) {
      for (const Json& item : entry)
        value.push_back(static_cast<int>(whole(name, item, std::numeric_limits<int>::max())));
    } else {
      value = entry.get<Value>();
    }
  }
};

template <class Network, class Visit>
void visit_network(Network& n, Visit& visit) {
  visit("widths", n.widths);
  visit("input_gain", n.input_gain);
  visit("amplifier_gain", n.amplifier_gain);
  visit("forward_drop", n.diode.forward_drop);
  visit("on_resistance", n.diode.on_resistance);
  visit("leakage", n.diode.leakage);
  visit("saturation_current", n.diode.saturation_current);
  visit("emission_voltage", n.diode.emission_voltage);
}

template <class Training, class Visit>
void visit_training(Training& t, Visit& visit) {
  visit("iterations", t.iterations);
  visit("nudging", t.nudging);
  visit("batch", t.batch);
  visit("epochs", t.epochs);
  visit("conductance_rates", t.conductance_rates);
  visit("bias_rates", t.bias_rates);
  visit("decay", t.decay);
  visit("plain_nudging", t.plain_nudging);
  visit("minimum", t.hardware.minimum);
  visit("maximum", t.hardware.maximum);
  visit("levels", t.hardware.levels);
  visit("variation", t.hardware.variation);
  visit("write_noise", t.hardware.write_noise);
  visit("seed", t.seed);
}

Json to_json(const DeepScore& score) {
  return {{"loss", number(score.loss)},
          {"error", number(score.error)},
          {"power", number(score.power)},
          {"seconds", number(score.seconds)}};
}

DeepScore score_of(const Json& json) {
  const auto member = [&](const char* name) {
    const Json& value = json.at(name);
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  };
  return {member("loss"), member("error"), member("power"), member("seconds")};
}

std::vector<EpochScores> curve_of(const Json& json) {
  std::vector<EpochScores> out;
  for (const Json& line : json) {
    EpochScores scores;
    JsonReader{line}("epoch", scores.epoch);
    scores.training = score_of(line.at("training"));
    scores.tested = line.contains("test");
    if (scores.tested) scores.test = score_of(line.at("test"));
    out.push_back(scores);
  }
  return out;
}

const std::string& rule_name(LearningRule rule) {
  return learning_rule_names()[static_cast<std::size_t>(rule)];
}

DeepFile from(TensorFile tensors, const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return InputError(ErrorKind::input_output, "'" + path + "' is no deep resistive network: " + why);
  };
  DeepFile out;
  try {
    if (tensors.note("format") != kFormat) throw refuse("it says '" + tensors.note("format") + "'");
    const Json network = Json::parse(tensors.note("network")),
               training = Json::parse(tensors.note("training"));
    JsonReader read_network{network}, read_training{training};
    visit_network(out.network, read_network);
    visit_training(out.training, read_training);
    out.training.rule = learning_rule(training.at("rule").get<std::string>());
    const DeepTraining& t = out.training;
    constexpr int kMost = 1000000;  // pictures of a batch take memory
    if (t.iterations < 1 || t.iterations > kMost || t.batch < 1 || t.batch > kMost)
      throw refuse("its training has no meaning");
    t.hardware.check();
    read_training("epoch", out.epoch);
    out.model = training.at("model").get<std::string>();
    out.curve = curve_of(Json::parse(tensors.note("curve")));
    DeepNetwork& n = out.network;
    if (n.layers() < 1) throw refuse("it has no layer");
    for (const int width : n.widths) {
      if (width < 1 || width > (1 << 24)) throw refuse(fmt::format("a layer of width {}", width));
    }
    for (int l = 0; l < n.layers(); ++l) {
      Tensor g = tensors.take_singles(fmt::format("g{}", l + 1), 2),
             b = tensors.take_singles(fmt::format("b{}", l + 1), 1);
      if (g.shape[0] != u(n.rows(l)) || g.shape[1] != u(n.widths[u(l + 1)]) || b.shape[0] != g.shape[1])
        throw refuse(fmt::format("the arrays of layer {} do not fit its widths", l + 1));
      n.conductances.push_back(std::move(g.singles));
      n.biases.push_back(std::move(b.singles));
    }
  } catch (const Json::exception& error) {
    throw refuse(error.what());
  } catch (const InputError& error) {
    const std::string why = error.what();
    throw why.starts_with("'" + path) ? error : refuse(why);
  }
  for (const double value :
       {out.network.input_gain, out.network.amplifier_gain, out.network.diode.emission_voltage}) {
    if (!std::isfinite(value) || value <= 0) throw refuse("a gain or voltage is not above 0");
  }
  const UnitDiode& d = out.network.diode;
  for (const double value : {d.forward_drop, d.on_resistance, d.leakage, d.saturation_current}) {
    if (!std::isfinite(value) || value < 0) throw refuse("a diode with a value that is not a number from 0");
  }
  out.network.check("'" + path + "'");
  return out;
}

}  // namespace

std::string curve_json(const std::vector<EpochScores>& curve) {
  Json out = Json::array();
  for (const EpochScores& scores : curve) {
    Json line = {{"epoch", scores.epoch}, {"training", to_json(scores.training)}};
    if (scores.tested) line["test"] = to_json(scores.test);
    out.push_back(std::move(line));
  }
  return out.dump();
}

void write_deep_file(DeepFile file, const std::string& path) {
  TensorFile out;
  JsonWriter network, training;
  visit_network(file.network, network);
  training("model", file.model);
  training("rule", rule_name(file.training.rule));
  training("epoch", file.epoch);
  visit_training(file.training, training);
  out.metadata = {{"format", kFormat},
                  {"network", network.object.dump()},
                  {"training", training.object.dump()},
                  {"curve", curve_json(file.curve)}};
  for (int l = 0; l < file.network.layers(); ++l) {
    const std::size_t columns = u(file.network.widths[u(l + 1)]);
    out.tensors[fmt::format("g{}", l + 1)] = {
        {u(file.network.rows(l)), columns}, {}, std::move(file.network.conductances[u(l)])};
    out.tensors[fmt::format("b{}", l + 1)] = {{columns}, {}, std::move(file.network.biases[u(l)])};
  }
  write_safetensors(out, path);
}

DeepFile read_deep_file(const std::string& path) { return from(read_safetensors(path), path); }

DeepFile parse_deep_file(std::string_view bytes, const std::string& path) {
  return from(parse_safetensors(bytes, path), path);
}

}  // namespace nullor
