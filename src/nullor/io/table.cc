#include "nullor/io/table.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace nullor {

namespace {

struct Naming {
  Quantity quantity;
  std::string_view name, unit;
};
constexpr Naming kNamings[] = {
    {Quantity::time, "time", "s"},
    {Quantity::frequency, "frequency", "Hz"},
    {Quantity::voltage, "voltage", "V"},
    {Quantity::current, "current", "A"},
    {Quantity::temperature, "temperature", "\u00b0C"},
    {Quantity::phase, "phase", "\u00b0"},
    {Quantity::decibel, "magnitude", "dB"},
    {Quantity::noise_density, "noise density", "/\u221aHz"},
    {Quantity::temperature_rise, "temperature rise", "K"},
    {Quantity::optical_power, "optical power", "mW"},
    {Quantity::charge, "charge", "C"},
    {Quantity::polarization, "polarization", "C/m2"},
    {Quantity::none, "", ""},
};

const Naming& naming(Quantity quantity) {
  return *std::find_if(std::begin(kNamings), std::end(kNamings) - 1,
                       [&](const Naming& n) { return n.quantity == quantity; });
}

}  // namespace

std::string_view unit_of(Quantity quantity) { return naming(quantity).unit; }
std::string_view name_of(Quantity quantity) { return naming(quantity).name; }

Quantity quantity_of_unit(std::string_view unit) {
  return std::find_if(std::begin(kNamings), std::end(kNamings) - 1,
                      [&](const Naming& n) { return n.unit == unit; })
      ->quantity;
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
