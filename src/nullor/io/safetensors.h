#pragma once
/// Named float64 or float32 arrays in one file: 8 bytes little-endian length, a JSON header {"name":
/// {"dtype": "F64" or "F32", "shape": [...], "data_offsets": [begin, end]}, "__metadata__": {...}}, then the
/// arrays. The layout of the safetensors format, which Python reads with safetensors.numpy.load_file.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nullor {

struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<double> values;  ///< row-major; of an F64 array
  std::vector<float> singles;  ///< row-major; of an F32 array, which has no `values`
};

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;

  /// The F64 tensor of this name and number of dimensions. Throws InputError.
  const Tensor& at(const std::string& name, std::size_t dimensions) const;
  /// Takes the F32 tensor of this name and number of dimensions out of the file. Throws InputError.
  Tensor take_singles(const std::string& name, std::size_t dimensions);
  const std::string& note(const std::string& name) const;
  /// Metadata that is a list: one entry a line. At least one, which may be empty.
  std::vector<std::string> list(const std::string& name) const;
  static std::string lines(const std::vector<std::string>& entries);
};

/// Complete or not at all, under a temporary name first. Throws InputError(input_output).
void write_safetensors(const TensorFile& file, const std::string& path);
/// Array by array, so that a file takes no more memory than its arrays. Throws InputError: not such a file,
/// other types, arrays outside the file or shapes that do not fit.
TensorFile read_safetensors(const std::string& path);
/// The same of the bytes of a file; `path` names it in messages.
TensorFile parse_safetensors(std::string_view bytes, const std::string& path);

}  // namespace nullor
