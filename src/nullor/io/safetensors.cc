#include "nullor/io/safetensors.h"

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
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

[[noreturn]] void lacks(const std::string& name, std::size_t dimensions, const char* type = "") {
  throw InputError(ErrorKind::input_output, "the file has no array '" + name + "' of " +
                                                std::to_string(dimensions) + " dimensions" + type);
}

template <class Number>
std::string_view bytes_of(const std::vector<Number>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
}

std::string_view bytes_of(const Tensor& tensor) {
  return tensor.singles.empty() ? bytes_of(tensor.values) : bytes_of(tensor.singles);
}

/// Where the bytes of a file come from.
struct Source {
  std::size_t size = 0;
  /// Copies `count` bytes from `offset`, which are there.
  std::function<void(std::size_t offset, void* to, std::size_t count)> copy;
};

template <class Number>
std::vector<Number> read_values(const Source& source, std::size_t begin, std::size_t count) {
  std::vector<Number> out(count);
  if (count != 0) source.copy(begin, out.data(), count * sizeof(Number));
  return out;
}

Tensor read_tensor(const Source& source, std::size_t header_end, const std::string& name,
                   const nlohmann::json& entry, const std::string& path) {
  const auto& type = entry.at("dtype");
  if (type != "F64" && type != "F32") refuse(path, "array '" + name + "' is neither of type F64 nor F32");
  const std::size_t width = type == "F64" ? sizeof(double) : sizeof(float);
  Tensor tensor;
  tensor.shape = whole_numbers(entry.at("shape"), path);
  const auto range = whole_numbers(entry.at("data_offsets"), path);
  if (range.size() != 2) refuse(path, "array '" + name + "' has no place of two numbers");
  const std::size_t room = source.size - header_end;
  if (range[0] > range[1] || range[1] > room) refuse(path, "array '" + name + "' lies outside the file");
  std::size_t count = 1;
  for (const std::size_t extent : tensor.shape) {
    if (extent != 0 && count > room / extent) refuse(path, "array '" + name + "' is larger than the file");
    count *= extent;
  }
  if (count * width != range[1] - range[0]) refuse(path, "array '" + name + "' does not fill its place");
  if (width == sizeof(double)) {
    tensor.values = read_values<double>(source, header_end + range[0], count);
  } else {
    tensor.singles = read_values<float>(source, header_end + range[0], count);
  }
  return tensor;
}

TensorFile read_tensors(const Source& source, const std::string& path) {
  std::uint64_t length = 0;
  if (source.size < sizeof length) refuse(path, "it is shorter than 8 bytes");
  source.copy(0, &length, sizeof length);
  if (length > source.size - sizeof length) refuse(path, "its header is longer than the file");
  std::string text(static_cast<std::size_t>(length), ' ');
  source.copy(sizeof length, text.data(), text.size());
  const auto header = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) refuse(path, "its header is no JSON object");
  TensorFile out;
  std::size_t taken = 0;
  try {
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        out.metadata = entry.get<std::map<std::string, std::string>>();
        continue;
      }
      const Tensor& tensor = out.tensors[name] =
          read_tensor(source, sizeof length + text.size(), name, entry, path);
      // Else a small file could ask for much memory, all its arrays in one place.
      taken += bytes_of(tensor).size();
      if (taken > source.size) refuse(path, "its arrays overlap");
    }
  } catch (const nlohmann::json::exception&) {
    refuse(path, "its header lacks dtype, shape or data_offsets");
  }
  return out;
}

}  // namespace

const Tensor& TensorFile::at(const std::string& name, std::size_t dimensions) const {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.shape.size() != dimensions) lacks(name, dimensions);
  // All users of `values` come through here: they may rely on as many as the shape says.
  if (!found->second.singles.empty()) lacks(name, dimensions, " of type F64");
  return found->second;
}

Tensor TensorFile::take_singles(const std::string& name, std::size_t dimensions) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.shape.size() != dimensions) lacks(name, dimensions);
  if (!found->second.values.empty()) lacks(name, dimensions, " of type F32");
  Tensor out = std::move(found->second);
  tensors.erase(found);
  return out;
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
    const std::size_t end = offset + bytes_of(tensor).size();
    header[name] = {{"dtype", tensor.singles.empty() ? "F64" : "F32"},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::vector<std::string_view> pieces = {{reinterpret_cast<const char*>(&length), sizeof length}, text};
  for (const auto& [name, tensor] : file.tensors) pieces.push_back(bytes_of(tensor));
  write_file(path, pieces);
}

TensorFile read_safetensors(const std::string& path) {
  std::error_code status;
  if (!std::filesystem::is_regular_file(path, status)) return parse_safetensors(read_file(path), path);
  std::ifstream in(path, std::ios::binary);
  const auto cannot_read = [&] {
    return InputError(ErrorKind::input_output, "cannot read '" + path + "': " + std::strerror(errno));
  };
  if (!in) throw cannot_read();
  const Source source{static_cast<std::size_t>(std::filesystem::file_size(path)),
                      [&](std::size_t offset, void* to, std::size_t count) {
                        in.seekg(static_cast<std::streamoff>(offset));
                        in.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
                        if (!in) throw cannot_read();
                      }};
  return read_tensors(source, path);
}

TensorFile parse_safetensors(std::string_view bytes, const std::string& path) {
  return read_tensors(
      {bytes.size(), [&](std::size_t offset, void* to,
                         std::size_t count) { std::memcpy(to, bytes.data() + offset, count); }},
      path);
}

}  // namespace nullor
