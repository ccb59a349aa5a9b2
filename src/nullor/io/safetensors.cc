#include "nullor/io/safetensors.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"

namespace nullor {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw InputError(ErrorKind::input_output, "'" + path + "' is no safetensors file: " + why);
}

/// The whole numbers of a list. get<std::size_t>() alone would convert 1e300 and -1.5, which has no meaning.
std::vector<std::size_t> whole_numbers(const nlohmann::json& list, const std::string& path) {
  if (!list.is_array()) refuse(path, "a shape or place is no list");
  std::vector<std::size_t> out;
  for (const auto& number : list) {
    if (!number.is_number_unsigned()) refuse(path, "a shape or place is no whole number");
    out.push_back(number.get<std::size_t>());
  }
  return out;
}

}  // namespace

const Tensor& TensorFile::at(const std::string& name, std::size_t dimensions) const {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.shape.size() != dimensions) {
    throw InputError(ErrorKind::input_output,
                     "the file has no array '" + name + "' of " + std::to_string(dimensions) + " dimensions");
  }
  return found->second;
}

const std::string& TensorFile::note(const std::string& name) const {
  const auto found = metadata.find(name);
  if (found == metadata.end()) {
    throw InputError(ErrorKind::input_output, "the file has no metadata '" + name + "'");
  }
  return found->second;
}

std::vector<std::string> TensorFile::list(const std::string& name) const {
  std::vector<std::string> out(1);
  for (const char c : note(name)) {
    if (c == '\n') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string TensorFile::lines(const std::vector<std::string>& entries) {
  std::string out;
  for (std::size_t k = 0; k < entries.size(); ++k) out += (k == 0 ? "" : "\n") + entries[k];
  return out;
}

void write_safetensors(const TensorFile& file, const std::string& path) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const std::size_t end = offset + tensor.values.size() * sizeof(double);
    header[name] = {{"dtype", "F64"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += text;
  for (const auto& [name, tensor] : file.tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(double));
  }
  write_file(path, bytes);
}

TensorFile read_safetensors(const std::string& path) { return parse_safetensors(read_file(path), path); }

TensorFile parse_safetensors(std::string_view bytes, const std::string& path) {
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length) refuse(path, "it is shorter than 8 bytes");
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > bytes.size() - sizeof length) refuse(path, "its header is longer than the file");
  const std::size_t begin = sizeof length + static_cast<std::size_t>(length);
  const auto header =
      nlohmann::json::parse(bytes.begin() + sizeof length, bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                            nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) refuse(path, "its header is no JSON object");
  TensorFile out;
  try {
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        out.metadata = entry.get<std::map<std::string, std::string>>();
        continue;
      }
      if (entry.at("dtype") != "F64") refuse(path, "array '" + name + "' is not of type F64");
      Tensor tensor;
      tensor.shape = whole_numbers(entry.at("shape"), path);
      const auto range = whole_numbers(entry.at("data_offsets"), path);
      if (range.size() != 2) refuse(path, "array '" + name + "' has no place of two numbers");
      const std::size_t room = bytes.size() - begin;
      if (range[0] > range[1] || range[1] > room) refuse(path, "array '" + name + "' lies outside the file");
      std::size_t count = 1;
      for (const std::size_t extent : tensor.shape) {
        if (extent != 0 && count > room / extent)
          refuse(path, "array '" + name + "' is larger than the file");
        count *= extent;
      }
      if (count * sizeof(double) != range[1] - range[0])
        refuse(path, "array '" + name + "' does not fill its place");
      tensor.values.resize(count);
      if (count != 0)
        std::memcpy(tensor.values.data(), bytes.data() + begin + range[0], count * sizeof(double));
      out.tensors[name] = std::move(tensor);
    }
  } catch (const nlohmann::json::exception&) {
    refuse(path, "its header lacks dtype, shape or data_offsets");
  }
  return out;
}

}  // namespace nullor
