#include "nullor/io/npy_file.h"

#include <cstring>
#include <set>

namespace nullor {
namespace {

// A Python string literal. Control characters become '?'; they have no place in a name.
std::string python_string(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 32 ? '?' : c;
  }
  return out + "'";
}

void append_bytes(std::string& out, double x) {
  char bytes[sizeof x];
  std::memcpy(bytes, &x, sizeof x);
  out.append(bytes, sizeof bytes);
}

std::string header_text(const Table& table) {
  std::string out = "{'descr': [";
  std::set<std::string> used;
  for (const Column& column : table.columns) {
    std::string name = column.name;
    while (!used.insert(name).second) name += "_";  // field names must differ
    out += "(" + python_string(name) + ", '" + (column.is_complex() ? "<c16" : "<f8") + "'), ";
  }
  return out + "], 'fortran_order': False, 'shape': (" + std::to_string(table.rows()) + ",), }";
}

}  // namespace

std::string write_npy(const Table& table) {
  std::string text = header_text(table);
  constexpr std::size_t kAlign = 64;
  const std::size_t fixed = text.size() + 12 + 1 > 0xffff ? 12 : 10;  // magic, version, length
  text.append((kAlign - (fixed + text.size() + 1) % kAlign) % kAlign, ' ');
  text += '\n';

  std::string out("\x93NUMPY", 6);
  out += fixed == 12 ? '\x02' : '\x01';
  out += '\0';
  for (std::size_t k = 0; k < fixed - 8; ++k) out += static_cast<char>((text.size() >> (8 * k)) & 0xff);
  out += text;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (const Column& column : table.columns) {
      append_bytes(out, column.is_complex() ? column.complex[row].real() : column.real[row]);
      if (column.is_complex()) append_bytes(out, column.complex[row].imag());
    }
  }
  return out;
}

}  // namespace nullor
