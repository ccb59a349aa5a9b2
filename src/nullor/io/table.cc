#include "nullor/io/table.h"

#include <algorithm>
#include <cctype>

namespace nullor {

std::string_view unit_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::time:
      return "s";
    case Quantity::frequency:
      return "Hz";
    case Quantity::voltage:
      return "V";
    case Quantity::current:
      return "A";
    case Quantity::temperature:
      return "\u00b0C";
    case Quantity::phase:
      return "\u00b0";
    case Quantity::decibel:
      return "dB";
    case Quantity::noise_density:
      return "/\u221aHz";
    case Quantity::none:
      return "";
  }
  return "";
}

bool Table::is_complex() const {
  return std::any_of(columns.begin(), columns.end(), [](const Column& c) { return c.is_complex(); });
}

const Column* Table::find(std::string_view name) const {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
  };
  const std::string as_voltage = "v(" + std::string(name) + ")";
  for (const Column& column : columns) {
    if (same(column.name, name)) return &column;
  }
  for (const Column& column : columns) {
    if (same(column.name, as_voltage)) return &column;
  }
  return nullptr;
}

}  // namespace nullor
