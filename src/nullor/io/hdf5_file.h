#pragma once
/// HDF5 files of plain arrays at the root, as bytes in memory: whoever writes them decides how they reach the
/// disk. Equal contents give equal bytes; no time is recorded. Behind the end of the HDF5 data, where its
/// readers do not look, stands a digest of it: the library must not be given a damaged file, which can crash
/// it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nullor {

/// An array and its lengths; `rows` x `columns` values, row by row. A vector has one column.
template <class T>
struct Hdf5Array {
  std::size_t rows = 0, columns = 1;
  std::vector<T> values;
};

class Hdf5Writer {
 public:
  Hdf5Writer();
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Names are used once. A `vector` has one dimension, all others two.
  void add(const std::string& name, const Hdf5Array<double>& array);
  void add(const std::string& name, const std::vector<std::int64_t>& vector);
  void add(const std::string& name, const Hdf5Array<std::int32_t>& array);
  /// UTF-8 texts of one length, the longest one's, padded with zeros and compressed.
  void add(const std::string& name, const std::vector<std::string>& texts);

  /// The file; nothing can be added afterwards. Throws InputError(input_output) when memory is short.
  std::string bytes();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

class Hdf5Reader {
 public:
  /// Throws InputError(input_output), with `path` in the message, for what is not a whole file of Hdf5Writer.
  Hdf5Reader(std::string_view bytes, std::string path);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  /// Throws InputError(input_output) where the array is missing, is of another kind, or claims to be larger
  /// than the file can hold.
  Hdf5Array<double> doubles(const std::string& name) const;
  Hdf5Array<std::int32_t> integers(const std::string& name) const;
  std::vector<std::int64_t> long_integers(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace nullor
