#include "nullor/io/hdf5_file.h"

#include <hdf5.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "nullor/base/error.h"
#include "nullor/base/sha256.h"

namespace nullor {
namespace {

// The packaged library keeps global tables and is not built for several threads.
std::mutex& library() {
  static std::mutex mutex;
  return mutex;
}

/// One handle of the library, closed by its own function.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { reset(); }
  void reset() {
    if (id_ >= 0) close_(id_);
    id_ = -1;
  }
  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// Files in memory only.
Handle memory_access() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t kGrow = 1 << 20;
  H5Pset_fapl_core(access.get(), kGrow, false);
  return access;
}

/// The library takes two files of one name for the same file, also in memory. Call it locked.
std::string new_name() {
  static std::uint64_t count = 0;
  return "memory-" + std::to_string(count++);
}

constexpr std::size_t kDigest = 64;  ///< digits, the last bytes of a file

constexpr std::size_t kMostInflation = 1100;  // deflate makes at most 1032 bytes of one

}  // namespace

struct Hdf5Writer::File {
  Handle file;

  void write(const std::string& name, hid_t type, const std::vector<hsize_t>& shape, const void* data,
             bool compress) {
    const std::scoped_lock lock(library());
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
    const Handle how(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_obj_track_times(how.get(), false);
    const bool empty = std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end();
    if (compress && !empty) {
      constexpr unsigned kLevel = 4;
      H5Pset_chunk(how.get(), static_cast<int>(shape.size()), shape.data());
      H5Pset_deflate(how.get(), kLevel);
    }
    const Handle set(
        H5Dcreate2(file.get(), name.c_str(), type, space.get(), H5P_DEFAULT, how.get(), H5P_DEFAULT),
        H5Dclose);
    if (!set || (!empty && H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0))
      throw InputError(ErrorKind::input_output, "cannot make the HDF5 array '" + name + "'");
  }
};

Hdf5Writer::Hdf5Writer() : file_(std::make_unique<File>()) {
  const std::scoped_lock lock(library());
  const Handle access = memory_access();
  const Handle how(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(how.get(), false);
  file_->file = Handle(H5Fcreate(new_name().c_str(), H5F_ACC_TRUNC, how.get(), access.get()), H5Fclose);
  if (!file_->file) throw InputError(ErrorKind::input_output, "cannot make an HDF5 file in memory");
}

Hdf5Writer::~Hdf5Writer() {
  const std::scoped_lock lock(library());
  file_.reset();
}

void Hdf5Writer::add(const std::string& name, const Hdf5Array<double>& array) {
  file_->write(name, H5T_IEEE_F64LE, {array.rows, array.columns}, array.values.data(), false);
}

void Hdf5Writer::add(const std::string& name, const std::vector<std::int64_t>& vector) {
  file_->write(name, H5T_STD_I64LE, {vector.size()}, vector.data(), false);
}

void Hdf5Writer::add(const std::string& name, const Hdf5Array<std::int32_t>& array) {
  file_->write(name, H5T_STD_I32LE, {array.rows, array.columns}, array.values.data(), true);
}

void Hdf5Writer::add(const std::string& name, const std::vector<std::string>& texts) {
  std::size_t longest = 1;
  for (const std::string& text : texts) longest = std::max(longest, text.size());
  std::string padded(texts.size() * longest, '\0');
  for (std::size_t k = 0; k < texts.size(); ++k)
    std::memcpy(padded.data() + k * longest, texts[k].data(), texts[k].size());
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), longest);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  file_->write(name, type.get(), {texts.size()}, padded.data(), true);
}

std::string Hdf5Writer::bytes() {
  const std::scoped_lock lock(library());
  H5Fflush(file_->file.get(), H5F_SCOPE_GLOBAL);
  const ssize_t size = H5Fget_file_image(file_->file.get(), nullptr, 0);
  if (size < 0) throw InputError(ErrorKind::input_output, "cannot read the HDF5 file in memory");
  std::string out(static_cast<std::size_t>(size), '\0');
  H5Fget_file_image(file_->file.get(), out.data(), out.size());
  return out + sha256(out);
}

struct Hdf5Reader::File {
  std::string path;
  std::size_t size = 0;
  Handle file;

  [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
    throw InputError(ErrorKind::input_output, "'" + path + "' cannot be used: array '" + name + "' " + why);
  }

  /// An open array of `dimensions` lengths whose elements are of `type_class`, and its shape.
  Handle open(const std::string& name, H5T_class_t type_class, int dimensions, std::vector<hsize_t>& shape,
              std::size_t element) const {
    Handle set(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!set) refuse(name, "is missing");
    const Handle type(H5Dget_type(set.get()), H5Tclose), space(H5Dget_space(set.get()), H5Sclose);
    if (H5Tget_class(type.get()) != type_class || H5Sget_simple_extent_ndims(space.get()) != dimensions)
      refuse(name, "is of another kind");
    if (type_class == H5T_STRING && H5Tis_variable_str(type.get()) > 0) refuse(name, "is of another kind");
    shape.resize(static_cast<std::size_t>(dimensions));
    H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr);
    if (element == 0) element = H5Tget_size(type.get());
    std::size_t room = size * kMostInflation / std::max<std::size_t>(element, 1);
    for (const hsize_t length : shape) {
      if (length > room) refuse(name, "claims to be larger than the file");
      if (length > 0) room /= length;
    }
    return set;
  }

  template <class T>
  std::vector<T> read(const std::string& name, hid_t type, H5T_class_t type_class, int dimensions,
                      std::vector<hsize_t>& shape) const {
    const std::scoped_lock lock(library());
    const Handle set = open(name, type_class, dimensions, shape, sizeof(T));
    std::size_t count = 1;
    for (const hsize_t length : shape) count *= length;
    std::vector<T> out(count);
    if (count > 0 && H5Dread(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) < 0)
      refuse(name, "is damaged");
    return out;
  }
};

Hdf5Reader::Hdf5Reader(std::string_view bytes, std::string path) : file_(std::make_unique<File>()) {
  file_->path = std::move(path);
  const std::string_view data = bytes.substr(0, bytes.size() - std::min(kDigest, bytes.size()));
  if (data.empty() || sha256(data) != bytes.substr(data.size()))
    throw InputError(ErrorKind::input_output, "'" + file_->path + "' is no such HDF5 file, or is damaged");
  bytes = data;
  const std::scoped_lock lock(library());
  file_->size = bytes.size();
  const Handle access = memory_access();
  H5Pset_file_image(access.get(), const_cast<char*>(bytes.data()), bytes.size());
  file_->file = Handle(H5Fopen(new_name().c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!file_->file) throw InputError(ErrorKind::input_output, "'" + file_->path + "' is no HDF5 file");
}

Hdf5Reader::~Hdf5Reader() {
  const std::scoped_lock lock(library());
  file_.reset();
}

Hdf5Array<double> Hdf5Reader::doubles(const std::string& name) const {
  std::vector<hsize_t> shape;
  Hdf5Array<double> out;
  out.values = file_->read<double>(name, H5T_NATIVE_DOUBLE, H5T_FLOAT, 2, shape);
  out.rows = shape[0], out.columns = shape[1];
  return out;
}

Hdf5Array<std::int32_t> Hdf5Reader::integers(const std::string& name) const {
  std::vector<hsize_t> shape;
  Hdf5Array<std::int32_t> out;
  out.values = file_->read<std::int32_t>(name, H5T_NATIVE_INT32, H5T_INTEGER, 2, shape);
  out.rows = shape[0], out.columns = shape[1];
  return out;
}

std::vector<std::int64_t> Hdf5Reader::long_integers(const std::string& name) const {
  std::vector<hsize_t> shape;
  return file_->read<std::int64_t>(name, H5T_NATIVE_INT64, H5T_INTEGER, 1, shape);
}

std::vector<std::string> Hdf5Reader::texts(const std::string& name) const {
  const std::scoped_lock lock(library());
  std::vector<hsize_t> shape;
  const Handle set = file_->open(name, H5T_STRING, 1, shape, 0);
  const Handle type(H5Dget_type(set.get()), H5Tclose);
  const std::size_t length = H5Tget_size(type.get());
  std::string padded(shape[0] * length, '\0');
  if (!padded.empty() && H5Dread(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.data()) < 0)
    file_->refuse(name, "is damaged");
  std::vector<std::string> out;
  for (std::size_t k = 0; k < shape[0]; ++k) {
    const std::string text = padded.substr(k * length, length);
    out.push_back(text.substr(0, text.find('\0')));
  }
  return out;
}

}  // namespace nullor
