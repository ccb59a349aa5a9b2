#include "nullor/io/npz_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "nullor/base/error.h"

namespace nullor {
namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int k = 0; k < bytes; ++k) out += static_cast<char>(value >> (8 * k) & 0xff);
}

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

void NpzWriter::add_array(const std::string& name, const std::string& type,
                          const std::vector<std::size_t>& shape, std::string_view bytes) {
  std::string lengths;
  for (const std::size_t length : shape) lengths += std::to_string(length) + ",";
  std::string head = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + lengths + "), }";
  constexpr std::size_t kAlign = 64, kFixed = 10;
  head.append((kAlign - (kFixed + head.size() + 1) % kAlign) % kAlign, ' ');
  head += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  put(out, head.size(), 2);
  members_.push_back({name + ".npy", out + head + std::string(bytes)});
}

void NpzWriter::add(const std::string& name, std::span<const double> values,
                    const std::vector<std::size_t>& shape) {
  add_array(name, "<f8", shape, bytes_of(values));
}
void NpzWriter::add(const std::string& name, std::span<const std::int64_t> values,
                    const std::vector<std::size_t>& shape) {
  add_array(name, "<i8", shape, bytes_of(values));
}
void NpzWriter::add(const std::string& name, std::span<const std::int32_t> values,
                    const std::vector<std::size_t>& shape) {
  add_array(name, "<i4", shape, bytes_of(values));
}

void NpzWriter::add(const std::string& name, const std::vector<std::string>& texts) {
  std::size_t longest = 1;
  for (const std::string& text : texts) longest = std::max(longest, text.size());
  std::string padded(texts.size() * longest, '\0');
  for (std::size_t k = 0; k < texts.size(); ++k)
    std::memcpy(padded.data() + k * longest, texts[k].data(), texts[k].size());
  add_array(name, "|S" + std::to_string(longest), {texts.size()}, padded);
}

std::string NpzWriter::bytes() const {
  constexpr std::uint64_t kVersion = 20, kMidnight = 0, kFirstDay = 0x21;  // of 1980, where zip counts from
  std::string out, directory;
  for (const Member& m : members_) {
    if (out.size() + m.bytes.size() > std::numeric_limits<std::uint32_t>::max())
      throw InputError(ErrorKind::input_output, "the arrays are too large for one .npz file", {},
                       "merge them into HDF5 instead");
    const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(m.bytes.data()), m.bytes.size());
    std::string common;  // of both headers: version, flags, method, time, date, crc, sizes, name, extra
    for (const std::uint64_t field : {kVersion, std::uint64_t{0}, std::uint64_t{0}, kMidnight, kFirstDay})
      put(common, field, 2);
    for (const std::uint64_t field :
         {std::uint64_t{crc}, std::uint64_t{m.bytes.size()}, std::uint64_t{m.bytes.size()}})
      put(common, field, 4);
    put(common, m.name.size(), 2);
    put(common, 0, 2);
    put(directory, 0x02014b50, 4);
    put(directory, kVersion, 2);
    directory += common;
    for (int k = 0; k < 3; ++k) put(directory, 0, 2);  // comment, disk, internal attributes
    put(directory, 0, 4);
    put(directory, out.size(), 4);
    directory += m.name;
    put(out, 0x04034b50, 4);
    out += common + m.name + m.bytes;
  }
  const std::size_t start = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, members_.size(), 2);
  put(out, members_.size(), 2);
  put(out, directory.size(), 4);
  put(out, start, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace nullor
