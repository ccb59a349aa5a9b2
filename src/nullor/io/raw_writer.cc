#include <bit>
#include <charconv>
#include <complex>
#include <cstring>

#include "nullor/io/raw_file.h"
#include "nullor/io/raw_names.h"

namespace nullor {
namespace {

static_assert(std::endian::native == std::endian::little, "raw files hold little-endian doubles");

// A header value is one line.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

// ngspice stores the sweep as v(v-sweep); written so, its reader and ours give the plain name back.
std::string raw_name(const Column& column) {
  const std::string& name = column.name;
  if (name.size() > 6 && name.ends_with("-sweep") && name.find('(') == std::string::npos) {
    if (column.quantity == Quantity::voltage) return "v(" + name + ")";
    if (column.quantity == Quantity::current) return "i(" + name + ")";
  }
  std::string out = one_line(name);
  for (char& c : out) {
    if (c == ' ' || c == '\t') c = '_';
  }
  return out.empty() ? "unnamed" : out;
}

std::complex<double> value_at(const Column& column, std::size_t row) {
  return column.is_complex() ? column.complex[row] : std::complex<double>(column.real[row], 0);
}

void append_text(std::string& out, double x) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, x, std::chars_format::scientific, 16).ptr;
  out.append(text, end);
}

void append_bytes(std::string& out, double x) {
  char bytes[sizeof x];
  std::memcpy(bytes, &x, sizeof x);
  out.append(bytes, sizeof bytes);
}

void header(std::string& out, const Table& table, bool is_complex) {
  out += "Title: " + one_line(table.title) + "\n";
  out += "Plotname: " + one_line(table.plotname) + "\n";
  out += std::string("Flags: ") + (is_complex ? "complex" : "real") + "\n";
  out += "No. Variables: " + std::to_string(table.columns.size()) + "\n";
  out += "No. Points: " + std::to_string(table.rows()) + "\nVariables:\n";
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    const Column& column = table.columns[k];
    out += "\t" + std::to_string(k) + "\t" + raw_name(column) + "\t" +
           std::string(raw_type_of(column.quantity)) + "\n";
  }
}

void binary_values(std::string& out, const Table& table, bool is_complex) {
  out += "Binary:\n";
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (const Column& column : table.columns) {
      const auto z = value_at(column, row);
      append_bytes(out, z.real());
      if (is_complex) append_bytes(out, z.imag());
    }
  }
}

void ascii_values(std::string& out, const Table& table, bool is_complex) {
  out += "Values:\n";
  for (std::size_t row = 0; row < table.rows(); ++row) {
    out += " " + std::to_string(row);
    for (const Column& column : table.columns) {
      const auto z = value_at(column, row);
      out += '\t';
      append_text(out, z.real());
      if (is_complex) {
        out += ',';
        append_text(out, z.imag());
      }
      out += '\n';
    }
    out += '\n';
  }
}

}  // namespace

std::string write_raw(std::span<const Table> tables, RawFormat format) {
  std::string out;
  for (const Table& table : tables) {
    const bool is_complex = table.is_complex();
    header(out, table, is_complex);
    if (format == RawFormat::binary) {
      out.reserve(out.size() + table.rows() * table.columns.size() * (is_complex ? 16 : 8));
      binary_values(out, table, is_complex);
    } else {
      ascii_values(out, table, is_complex);
    }
  }
  return out;
}

}  // namespace nullor
