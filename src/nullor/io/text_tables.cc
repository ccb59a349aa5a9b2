#include "nullor/io/text_tables.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <vector>

namespace nullor {
namespace {

void append_shortest(std::string& out, double x) {
  char text[40];
  out.append(text, std::to_chars(text, text + sizeof text, x).ptr);
}

std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string digits_of(double x, int digits) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*g", digits, x);
  return text;
}

// Pads every cell of a column to the width of its widest; the first `left` columns are flush left, the rest
// right.
std::string aligned(const std::vector<std::vector<std::string>>& lines, std::size_t left) {
  std::vector<std::size_t> width;
  for (const auto& cells : lines) {
    width.resize(std::max(width.size(), cells.size()));
    for (std::size_t k = 0; k < cells.size(); ++k) width[k] = std::max(width[k], cells[k].size());
  }
  std::string out;
  for (const auto& cells : lines) {
    std::string line;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const std::string pad(width[k] - cells[k].size(), ' ');
      if (k > 0) line += "  ";
      line += k < left ? cells[k] + pad : pad + cells[k];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string cell(const Column& column, std::size_t row, int digits) {
  if (!column.is_complex()) return digits_of(column.real[row], digits);
  return digits_of(column.complex[row].real(), digits) + "," + digits_of(column.complex[row].imag(), digits);
}

}  // namespace

std::string write_csv(const Table& table) {
  std::string out;
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    const Column& column = table.columns[k];
    if (k > 0) out += ',';
    out += column.is_complex() ? quoted("re(" + column.name + ")") + "," + quoted("im(" + column.name + ")")
                               : quoted(column.name);
  }
  out += "\n";
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      const Column& column = table.columns[k];
      if (k > 0) out += ',';
      append_shortest(out, column.is_complex() ? column.complex[row].real() : column.real[row]);
      if (column.is_complex()) {
        out += ',';
        append_shortest(out, column.complex[row].imag());
      }
    }
    out += "\n";
  }
  return out;
}

std::string render_operating_point(const Table& table) {
  std::vector<std::vector<std::string>> lines;
  for (const Column& column : table.columns) {
    if (column.size() == 0) continue;
    lines.push_back({column.name, cell(column, 0, 7), std::string(unit_of(column.quantity))});
  }
  return aligned(lines, 1);
}

std::string render_table(const Table& table, int digits) {
  std::vector<std::vector<std::string>> lines(table.rows() + 1);
  for (const Column& column : table.columns) {
    lines[0].push_back(column.name);
    for (std::size_t row = 0; row < table.rows(); ++row) lines[row + 1].push_back(cell(column, row, digits));
  }
  return aligned(lines, 0);
}

std::string render_readings(std::span<const Reading> readings) {
  std::vector<std::vector<std::string>> lines;
  for (const Reading& reading : readings) {
    if (!reading.ok()) {
      lines.push_back({reading.name, "failed: " + reading.failure});
      continue;
    }
    std::string text = digits_of(reading.value, 7);
    if (!reading.unit.empty()) text += " " + reading.unit;
    lines.push_back({reading.name, std::move(text)});
    if (reading.at) lines.back().push_back("at " + digits_of(*reading.at, 7));
  }
  return aligned(lines, 3);
}

}  // namespace nullor
