#pragma once
/// The result of one analysis: named columns of equal length over one independent variable.

#include <complex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nullor {

/// What a column measures; decides its unit and the axis it is drawn on.
enum class Quantity {
  time,
  frequency,
  voltage,
  current,
  temperature,
  phase,
  decibel,
  noise_density,  ///< [V/sqrt(Hz)] or [A/sqrt(Hz)]
  temperature_rise,
  optical_power,
  charge,
  polarization,
  none,
};

/// "V", "A", "s", ...; empty for Quantity::none.
std::string_view unit_of(Quantity quantity);

/// "voltage", "noise density", ...: what an axis is called; empty for Quantity::none.
std::string_view name_of(Quantity quantity);

/// The quantity measured in that unit, or Quantity::none.
Quantity quantity_of_unit(std::string_view unit);

/// A real column fills `real`; a complex one fills `complex`; the other stays empty.
struct Column {
  std::string
      name;  ///< lower case, as ngspice names vectors: "v(out)", "i(v1)", "time", "frequency", "v-sweep"
  Quantity quantity = Quantity::none;
  std::vector<double> real;
  std::vector<std::complex<double>> complex;

  bool is_complex() const { return !complex.empty(); }
  std::size_t size() const { return is_complex() ? complex.size() : real.size(); }
};

/// Column 0 is the independent variable (time, frequency, sweep) except for an operating point, which is one
/// row with no independent variable.
struct Table {
  std::string title;     ///< first line of the netlist
  std::string plotname;  ///< as ngspice writes it: "Transient Analysis", "AC Analysis", "DC transfer
                         ///< characteristic", ...
  std::string kind;      ///< short name: "op", "dc", "ac", "tran", "noise", "tf", "sens", "four", "training"
  std::vector<Column> columns;

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
  bool has_scale() const { return kind != "op" && !columns.empty(); }

  /// Whether any column is complex (ac results).
  bool is_complex() const;

  /// The column of that name (case ignored; "out" also finds "v(out)"), or null.
  const Column* find(std::string_view name) const;
};

/// One number found by a measurement, or the reason why there is none.
struct Reading {
  std::string name;
  double value = 0;
  std::string unit;          ///< empty when it is not known
  std::string failure;       ///< why it has no value; empty when it has one
  std::optional<double> at;  ///< where on the independent variable the value was found

  bool ok() const { return failure.empty(); }
};

}  // namespace nullor
