#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"
#include "nullor/learn/decoder_config.h"

namespace nullor::learn {
namespace {

constexpr const char* kFormat = "nullor decoder 1";

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw InputError(ErrorKind::input_output, fmt::format("'{}' holds no usable transformer: {}", path, why));
}

nlohmann::ordered_json json_of(const DecoderConfig& c) {
  return {{"vocabulary", c.vocabulary}, {"context", c.context}, {"layers", c.layers},
          {"heads", c.heads},           {"width", c.width},     {"feed_forward", c.feed_forward},
          {"slots", c.slots},           {"rotary", c.rotary},   {"tied", c.tied}};
}

DecoderConfig config_of(const std::string& text, const std::string& path) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) refuse(path, "its configuration is no JSON object");
  const auto number = [&](const char* name) {
    const auto found = json.find(name);
    // A conversion of 1e300 to an int has no meaning.
    if (found == json.end() || !found->is_number_unsigned() || found->get<std::size_t>() > (1u << 30))
      refuse(path, fmt::format("its configuration has no whole number '{}'", name));
    return static_cast<int>(found->get<std::size_t>());
  };
  const auto flag = [&](const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_boolean())
      refuse(path, fmt::format("its configuration does not say whether it is '{}'", name));
    return found->get<bool>();
  };
  const DecoderConfig out{number("vocabulary"), number("context"), number("layers"),
                          number("heads"),      number("width"),   number("feed_forward"),
                          number("slots"),      flag("rotary"),    flag("tied")};
  try {
    check(out);
  } catch (const InputError& error) {
    refuse(path, error.what());
  }
  return out;
}

/// All shapes are compared with the file's before anything of their size is allocated.
std::vector<float> weights_of(TensorFile& file, const WeightPlaces& places, const std::string& path) {
  for (const WeightShape& array : places.arrays) {
    const auto found = file.tensors.find(array.name);
    if (found == file.tensors.end()) refuse(path, fmt::format("array '{}' is missing", array.name));
    std::vector<std::size_t> shape = {array.rows};
    if (array.is_matrix()) shape.push_back(array.columns);
    if (found->second.shape != shape || found->second.singles.size() != array.size())
      refuse(path,
             fmt::format("array '{}' is not of shape ({}) and type F32", array.name, fmt::join(shape, ", ")));
  }
  if (file.tensors.size() != places.arrays.size()) refuse(path, "it has arrays that belong to nothing");
  std::vector<float> out;
  out.reserve(places.size);
  for (const WeightShape& array : places.arrays) {
    const std::vector<float> values = std::move(file.tensors.at(array.name).singles);
    for (const float value : values) {
      if (!std::isfinite(value))
        refuse(path, fmt::format("array '{}' has numbers that are none", array.name));
    }
    out.insert(out.end(), values.begin(), values.end());
  }
  return out;
}

DecoderModel model_of(TensorFile file, const std::string& path) {
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || format->second != kFormat)
    refuse(path, fmt::format("its metadata does not say '{}'", kFormat));
  DecoderModel out;
  out.config = config_of(file.note("config"), path);
  out.language = file.note("language");
  out.vocabulary_hash = file.note("vocabulary_hash");
  out.weights = weights_of(file, WeightPlaces(out.config), path);
  for (const char* taken : {"format", "config", "language", "vocabulary_hash"}) file.metadata.erase(taken);
  out.notes = std::move(file.metadata);
  return out;
}

}  // namespace

void write_decoder(const DecoderModel& model, const std::string& path) {
  TensorFile file;
  file.metadata = model.notes;
  file.metadata["format"] = kFormat;
  file.metadata["config"] = json_of(model.config).dump();
  file.metadata["language"] = model.language;
  file.metadata["vocabulary_hash"] = model.vocabulary_hash;
  for (const WeightShape& array : WeightPlaces(model.config).arrays) {
    Tensor& tensor = file.tensors[array.name];
    tensor.shape = {array.rows};
    if (array.is_matrix()) tensor.shape.push_back(array.columns);
    const float* first = model.weights.data() + array.place;
    tensor.singles.assign(first, first + array.size());
  }
  write_safetensors(file, path);
}

DecoderModel read_decoder(const std::string& path) { return model_of(read_safetensors(path), path); }

DecoderModel parse_decoder(std::string_view bytes, const std::string& path) {
  return model_of(parse_safetensors(bytes, path), path);
}

}  // namespace nullor::learn
