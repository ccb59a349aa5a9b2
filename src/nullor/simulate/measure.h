#pragma once
/// `.meas`: a number read off a waveform. The waveform is the polyline through its samples.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/netlist/analysis_card.h"
#include "nullor/simulate/vector_expression.h"

namespace nullor {

/// The outcome of one measurement. With T = Var the value carries its derivative by every sample it read,
/// including through the places of crossings.
template <class T>
struct Measured {
  T value{};
  std::string failure;       ///< why there is no value; empty when there is one
  std::optional<double> at;  ///< where it was found on the independent variable
  std::string unit;

  bool ok() const { return failure.empty(); }
};

/// Carries out one request:
///
///   when, trig, targ   x* = x_k + (level - y_k) (x_k+1 - x_k) / (y_k+1 - y_k)                     (1)
///   find               the expression at x*; deriv: the slope of its segment at x*
///   integ              trapezoid from `from` to `to`, both ends interpolated                      (2)
///   avg                (2) / (to - from)
///   rms                sqrt of the avg of the squares at the samples and ends
///   max, min, pp       over the samples and the two interpolated ends
///
/// A rise is a step from below the level to it or above it; a fall mirrors it; a waveform that starts at the
/// level and then rises counts as a rise. `td` and `from` drop the samples before them. Of complex quantities
/// the real part counts. Interpolation is linear in the independent variable, also in frequency. ngspice
/// differs where its results depend on the step: its avg ends at the last sample before `to`, its max and
/// min leave out the interpolated ends, its ac avg is the mean of the samples, and it fails on a level that
/// the waveform touches and keeps.
///
/// Throws InputError for names and functions that do not exist; a place that does not exist is a failure.
template <class T>
Measured<T> measure(const MeasureCard& card, const VectorScope<T>& scope);

/// Every request on the last table of its analysis, in order; later ones may use earlier results by name.
/// Problems of any kind become failures. `parameter` gives the values of `.param` names.
std::vector<Reading> measure_all(
    std::span<const MeasureCard> cards, std::span<const Table> tables,
    const std::function<std::optional<double>(std::string_view)>& parameter = {});

}  // namespace nullor
