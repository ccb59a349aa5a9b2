#pragma once
/// What every plot needs: ticks, magnitude and phase, and thinning of long traces.

#include <complex>
#include <span>
#include <string>
#include <vector>

namespace nullor {

/// Round tick values inside [low, high], about `wanted` of them, steps 1, 2 or 5 times a power of ten.
std::vector<double> linear_ticks(double low, double high, int wanted);

/// Powers of ten inside [low, high], both > 0; every second, third, ... power when there are more than
/// `wanted`.
std::vector<double> decade_ticks(double low, double high, int wanted);

/// A tick value with an SI prefix and a unit: "20 µs", "1.5 kHz", "0 V".
std::string tick_label(double value, const std::string& unit);

/// 20 log10 |z|; -400 dB stands for zero.
std::vector<double> decibels(std::span<const std::complex<double>> z);

/// arg z in degrees, made continuous by multiples of 360.
std::vector<double> unwrapped_phase_deg(std::span<const std::complex<double>> z);

/// Indices of the points that draw the same pixels as all points do: of each run of points within one of
/// `columns` pixel columns the first, lowest, highest and last. `pixel` holds horizontal positions in [0,
/// columns). Source: U. Jugel et al., M4: a visualization-oriented time series data aggregation, VLDB 7
/// (2014).
std::vector<std::size_t> m4_indices(std::span<const double> pixel, std::span<const double> y);

/// Those of `indices` whose polyline passes within `distance` of all of them: what lies on a straight run is
/// left out. x ascends. Source: U. Ramer, Computer Graphics and Image Processing 1, 244 (1972).
std::vector<std::size_t> straight_runs(std::span<const double> x, std::span<const double> y,
                                       std::span<const std::size_t> indices, double distance);

}  // namespace nullor
