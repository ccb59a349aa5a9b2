#include "nullor/learn/predictor_config.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"

namespace nullor::learn {
namespace {

using Json = nlohmann::ordered_json;

PredictorConfig paper() {
  PredictorConfig c;
  c.tokens.form = TokenForm::pins;
  c.tokens.currents = false;
  c.layers = 12, c.width = 128, c.heads = 8, c.feed_forward = 512;
  c.relation_bias = false;
  c.alternate_near = true;
  c.cross_layers = 8;
  c.decoder_layers = 2;
  c.decoder_self = true;
  c.loss = PredictorConfig::Loss::squared;
  c.validity_weight = 1, c.class_weight = 0;
  return c;
}

/// "64x4"; false: not such a text.
bool sized(std::string_view text, PredictorConfig& c) {
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, c.width);
  if (width.ec != std::errc() || width.ptr == end || *width.ptr != 'x') return false;
  const auto layers = std::from_chars(width.ptr + 1, end, c.layers);
  c.feed_forward = 4 * c.width;
  return layers.ec == std::errc() && layers.ptr == end;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw InputError(ErrorKind::input_output, fmt::format("'{}' holds no usable predictor: {}", path, why));
}

}  // namespace

void check(const PredictorConfig& c) {
  const auto refuse = [](const std::string& what) {
    throw InputError(ErrorKind::usage, "predictor: " + what);
  };
  if (c.width < 8 || c.width > 1024) refuse(fmt::format("width {} is not within 8 .. 1024", c.width));
  if (c.heads < 1 || c.width % c.heads != 0)
    refuse(fmt::format("{} heads do not divide the width {}", c.heads, c.width));
  if (c.layers < 0 || c.layers > 64) refuse(fmt::format("{} layers are not within 0 .. 64", c.layers));
  if (c.decoder_layers < 1 || c.decoder_layers > 16)
    refuse(fmt::format("{} decoder layers are not within 1 .. 16", c.decoder_layers));
  if (c.cross_layers < 0 || c.cross_layers > c.layers)
    refuse(fmt::format("{} of {} layers cannot attend to parameters", c.cross_layers, c.layers));
  if (c.feed_forward < 8 || c.feed_forward > 8192)
    refuse(fmt::format("feed-forward {} is not within 8 .. 8192", c.feed_forward));
  if (!(c.dropout >= 0 && c.dropout < 1)) refuse("dropout is not within 0 .. 1");
}

PredictorConfig predictor_config(std::string_view text) {
  PredictorConfig out;
  if (text == "paper") {
    out = paper();
  } else if (text == "pooled") {
    out.mixing = PredictorConfig::Mixing::none;
  } else if (text == "gnn" || sized(text, out)) {
    out.mixing = PredictorConfig::Mixing::messages;
    out.tokens.global = false;
  } else if (text != "attention") {
    throw InputError(ErrorKind::usage, fmt::format("unknown predictor '{}'", text), {},
                     "gnn, attention, paper, pooled, or width and layers: 64x4");
  }
  check(out);
  return out;
}

std::string to_json(const PredictorConfig& c) {
  return Json{{"tokens", c.tokens.form == TokenForm::pins ? "pins" : "devices"},
              {"virtual_edges", c.tokens.virtual_edges},
              {"global", c.tokens.global},
              {"graph", c.tokens.graph},
              {"currents", c.tokens.currents},
              {"mixing", static_cast<int>(c.mixing)},
              {"layers", c.layers},
              {"width", c.width},
              {"heads", c.heads},
              {"feed_forward", c.feed_forward},
              {"relation_bias", c.relation_bias},
              {"alternate_near", c.alternate_near},
              {"cross_layers", c.cross_layers},
              {"decoder_layers", c.decoder_layers},
              {"decoder_self", c.decoder_self},
              {"validity", c.validity},
              {"loss", static_cast<int>(c.loss)},
              {"failed_rows", c.failed_rows},
              {"validity_weight", c.validity_weight},
              {"class_weight", c.class_weight},
              {"dropout", c.dropout}}
      .dump();
}

PredictorConfig predictor_config_of_json(const std::string& text, const std::string& path) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) refuse(path, "its configuration is no JSON object");
  const auto entry = [&](const char* name) -> const Json& {
    const auto found = json.find(name);
    if (found == json.end()) refuse(path, fmt::format("its configuration has no '{}'", name));
    return *found;
  };
  const auto whole = [&](const char* name) {
    const Json& value = entry(name);
    // Larger ones mean nothing, and may not fit.
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 8192)
      refuse(path, fmt::format("'{}' is no whole number up to 8192", name));
    return static_cast<int>(value.get<std::uint64_t>());
  };
  const auto flag = [&](const char* name) {
    if (!entry(name).is_boolean()) refuse(path, fmt::format("'{}' is neither true nor false", name));
    return entry(name).get<bool>();
  };
  const auto number = [&](const char* name) {
    if (!entry(name).is_number()) refuse(path, fmt::format("'{}' is no number", name));
    return entry(name).get<double>();
  };
  PredictorConfig c;
  c.tokens.form = entry("tokens") == "pins" ? TokenForm::pins : TokenForm::devices;
  c.tokens.virtual_edges = flag("virtual_edges");
  c.tokens.global = flag("global");
  c.tokens.graph = flag("graph");
  c.tokens.currents = flag("currents");
  const int mixing = whole("mixing"), loss = whole("loss");
  if (mixing > 2 || loss > 1) refuse(path, "its way of mixing or its loss is unknown");
  c.mixing = static_cast<PredictorConfig::Mixing>(mixing);
  c.loss = static_cast<PredictorConfig::Loss>(loss);
  c.layers = whole("layers"), c.width = whole("width"), c.heads = whole("heads");
  c.feed_forward = whole("feed_forward"), c.cross_layers = whole("cross_layers");
  c.decoder_layers = whole("decoder_layers");
  c.relation_bias = flag("relation_bias"), c.alternate_near = flag("alternate_near");
  c.decoder_self = flag("decoder_self"), c.validity = flag("validity"), c.failed_rows = flag("failed_rows");
  c.validity_weight = number("validity_weight"), c.class_weight = number("class_weight");
  c.dropout = number("dropout");
  try {
    check(c);
  } catch (const InputError& error) {
    refuse(path, error.what());
  }
  return c;
}

}  // namespace nullor::learn
