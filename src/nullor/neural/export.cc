#include "nullor/neural/export.h"

#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/io/npy_file.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPerWindow = 16;

Json operation(const char* op, std::vector<std::string> inputs, const std::string& output) {
  return {{"op", op}, {"inputs", std::move(inputs)}, {"output", output}};
}

/// One column: a Gemm takes the one number s.
Json column(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double v : values) out.push_back(Json::array({v}));
  return out;
}

// psi_0 = skip s, psi_k = scale_k (tanh(slope_k s + offset_k) - tanh(offset_k)), x = W psi + start.
Json features_graph() {
  return Json::array(
      {operation("Gemm", {"s", "slope", "offset"}, "u"), operation("Tanh", {"u"}, "tanh_u"),
       operation("Sub", {"tanh_u", "tanh_offset"}, "moved"), operation("Mul", {"moved", "scale"}, "scaled"),
       operation("Mul", {"s", "skip"}, "straight"), operation("Concat", {"straight", "scaled"}, "features"),
       operation("Gemm", {"features", "weight", "bias"}, "x")});
}

// a_l = tanh(W_l a_(l-1) + b_l), the last layer without tanh.
Json perceptron_graph(int layers) {
  Json out = Json::array();
  std::string last = "s";
  for (int l = 0; l < layers; ++l) {
    const std::string k = std::to_string(l), sum = l + 1 < layers ? "u" + k : "x";
    out.push_back(operation("Gemm", {last, "weight" + k, "bias" + k}, sum));
    last = "a" + k;
    if (l + 1 < layers) out.push_back(operation("Tanh", {sum}, last));
  }
  return out;
}

Json initializers_of(const Perceptron& network) {
  Json out;
  for (int l = 0; l < network.layers(); ++l) {
    const Perceptron::Layer layer = network.layer(l);
    Json weight = Json::array();
    for (int i = 0; i < layer.outputs; ++i) {
      weight.push_back(
          layer.weight.subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(layer.inputs),
                               static_cast<std::size_t>(layer.inputs)));
    }
    out["weight" + std::to_string(l)] = std::move(weight);
    out["bias" + std::to_string(l)] = layer.bias;
  }
  return out;
}

}  // namespace

void check_network_name(const std::string& path) {
  const std::string kind = extension_of(path);
  if (kind == "safetensors" || kind == "json" || kind == "npy") return;
  throw InputError(ErrorKind::usage, "--network writes .safetensors, .json or .npy, not '" + path + "'");
}

void export_network(const Waveform& waveform, const std::string& path) {
  check_network_name(path);
  const std::string kind = extension_of(path);
  if (kind == "safetensors") return waveform.save(path);
  write_file(path, kind == "json" ? network_json(waveform) : write_npy(sampled(waveform)));
}

std::string network_json(const Waveform& waveform) {
  const Features& f = waveform.features();
  Json out = {{"format", "nullor network 1"}, {"input", "s"}, {"output", "x"}};
  out["signals"] = Json::array();
  for (const auto& signal : waveform.signals())
    out["signals"].push_back({{"name", signal.name}, {"unit", signal.unit}});
  out["initializers"] = Json::object();
  out["graphs"] = Json::object();
  out["windows"] = Json::array();
  for (std::size_t w = 0; w < waveform.windows(); ++w) {
    Json window = {{"start", waveform.window_start(w)}, {"length", waveform.window_length(w)}};
    if (const Perceptron* network = waveform.network(w)) {
      const std::string graph = "perceptron" + std::to_string(network->layers());
      if (!out["graphs"].contains(graph)) out["graphs"][graph] = perceptron_graph(network->layers());
      window["graph"] = graph;
      window["initializers"] = initializers_of(*network);
    } else {
      if (!out["graphs"].contains("features")) {
        out["graphs"]["features"] = features_graph();
        out["initializers"] = {{"slope", column(f.slope)},
                               {"offset", f.offset},
                               {"tanh_offset", f.tanh_offset},
                               {"scale", f.scale},
                               {"skip", Json::array({f.skip})}};
      }
      Json weight = Json::array();
      for (int i = 0; i < waveform.size(); ++i) weight.push_back(waveform.weights(w, i));
      window["graph"] = "features";
      window["initializers"] = {{"weight", std::move(weight)}, {"bias", waveform.start_values(w)}};
    }
    out["windows"].push_back(std::move(window));
  }
  return out.dump() + "\n";
}

Table sampled(const Waveform& waveform) {
  Table out;
  out.kind = "tran";
  out.plotname = "Transient Analysis";
  out.columns.push_back({"time", Quantity::time, {}, {}});
  for (const auto& signal : waveform.signals())
    out.columns.push_back({signal.name, quantity_of_unit(signal.unit), {}, {}});
  std::vector<double> x(static_cast<std::size_t>(waveform.size()));
  const auto add = [&](double time) {
    waveform.evaluate(time, x.data());
    out.columns[0].real.push_back(time);
    for (std::size_t i = 0; i < x.size(); ++i) out.columns[i + 1].real.push_back(x[i]);
  };
  for (std::size_t w = 0; w < waveform.windows(); ++w) {
    for (int k = 0; k < kPerWindow; ++k)
      add(waveform.window_start(w) + waveform.window_length(w) * k / kPerWindow);
  }
  add(waveform.end());
  return out;
}

}  // namespace nullor
