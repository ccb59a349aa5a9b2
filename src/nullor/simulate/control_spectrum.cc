// Commands that put waveforms on even grids and take their spectra.

#include <algorithm>
#include <bit>
#include <cmath>

#include "nullor/simulate/control_machine.h"
#include "nullor/simulate/control_text.h"
#include "nullor/simulate/fourier.h"
#include "nullor/simulate/polyline.h"
#include "nullor/simulate/spectrum.h"

namespace nullor {

const Plot& ControlMachine::transient_plot(const char* command) const {
  const Plot& plot = out_.plots.current();
  if (plot.table.kind != "tran" || plot.table.rows() < 2)
    fail(std::string(command) + " works on a transient plot", "run tran first, or setplot tran1");
  return plot;
}

// A copy of a transient plot on an even grid.
void ControlMachine::linearize(const std::string& rest) {
  const Plot& source = transient_plot("linearize");
  const std::vector<double>& time = source.table.columns[0].real;
  const double step = transient_step_ > 0
                          ? transient_step_
                          : (time.back() - time.front()) / static_cast<double>(time.size() - 1);
  Table table{source.table.title, source.table.plotname, source.table.kind, {source.table.columns.front()}};
  std::vector<double>& grid = table.columns[0].real;
  grid.clear();
  const double count = std::floor((time.back() - time.front()) / step * (1 + 1e-9));
  if (count > 1e8) fail("linearize would make more than 1e8 points");
  for (double k = 0; k <= count; ++k) grid.push_back(std::min(time.front() + k * step, time.back()));
  const Words wanted = split_expressions(rest);
  for (std::size_t c = 1; c < source.table.columns.size(); ++c) {
    const Column& column = source.table.columns[c];
    if (column.is_complex() ||
        (!wanted.empty() && std::find(wanted.begin(), wanted.end(), column.name) == wanted.end()))
      continue;
    const Polyline<double> line{time, column.real};
    Column out{column.name, column.quantity, {}, {}};
    for (const double t : grid) out.real.push_back(*line.at(t));
    table.columns.push_back(std::move(out));
  }
  out_.plots.add(std::move(table));
}

void ControlMachine::fourier_command(const std::string& rest) {
  const Words words = split_expressions(rest);
  if (words.size() < 2) fail("fourier needs a frequency and vectors");
  FourierOptions options;
  if (const auto found = variables_.find("nfreqs"); found != variables_.end() && !found->second.empty()) {
    options.harmonics = static_cast<int>(number(found->second[0]));
  }
  if (const auto found = variables_.find("fourgridsize");
      found != variables_.end() && !found->second.empty()) {
    options.grid = static_cast<int>(number(found->second[0]));
  }
  const std::vector<double> time = scale().samples.re;
  for (std::size_t k = 1; k < words.size(); ++k) {
    const FourierSummary summary = fourier(time, evaluate(words[k]).re, number(words[0]), options);
    say(render_fourier(summary, words[k], options) + "\n");
  }
}

// The window that `set specwindow` and `set specwindoworder` choose.
std::vector<double> ControlMachine::chosen_window(const std::vector<double>& time, double span) const {
  const auto setting = [&](const char* name, const char* otherwise) {
    const auto found = variables_.find(name);
    return found == variables_.end() || found->second.empty() ? std::string(otherwise) : found->second[0];
  };
  const double order = std::max(2.0, number(setting("specwindoworder", "2")));
  return window(lowered(setting("specwindow", "hanning")), time, span,
                static_cast<int>(std::min(order, 1e6)));
}

// Adds a plot of spectra over `frequencies`: spectrum_of(samples) of every listed vector of the current plot.
template <class F>
void ControlMachine::add_spectra(const std::string& list, const std::vector<double>& frequencies,
                                 F&& spectrum_of) {
  const Plot& source = out_.plots.current();
  Table table{source.table.title, "Spectrum", "sp", {{"frequency", Quantity::frequency, frequencies, {}}}};
  for (const NamedSamples& vector : vectors(list)) {
    if (vector.samples.is_complex() || vector.samples.size() != source.table.rows())
      fail("'" + vector.name + "' is no waveform of this plot");
    table.columns.push_back({vector.name, vector.samples.quantity, {}, spectrum_of(vector.samples.re)});
  }
  out_.plots.add(std::move(table));
}

// fft v(a) v(b)
void ControlMachine::fft_command(const std::string& rest) {
  const std::vector<double> time = transient_plot("fft").table.columns[0].real;
  const double span = time.back() - time.front(), step = span / static_cast<double>(time.size() - 1);
  for (std::size_t k = 1; k < time.size(); ++k) {
    if (std::fabs(time[k] - time[k - 1] - step) > 1e-3 * step)
      fail("fft needs evenly spaced points", "linearize first");
  }
  const std::vector<double> shape = chosen_window(time, span);
  const std::size_t lines = std::bit_ceil(time.size()) / 2;
  std::vector<double> frequencies;
  for (std::size_t k = 0; k <= lines; ++k)
    frequencies.push_back(static_cast<double>(k) / (2 * static_cast<double>(lines) * step));
  add_spectra(rest, frequencies, [&](std::vector<double> y) {
    for (std::size_t k = 0; k < y.size(); ++k) y[k] *= shape[k];
    return fft(y);
  });
}

// spec start stop step v(a) v(b)
void ControlMachine::spec_command(const std::string& rest) {
  const std::vector<double> time = transient_plot("spec").table.columns[0].real;
  const Words words = split_expressions(rest);
  if (words.size() < 4) fail("spec needs start, stop and step of the frequency, and vectors");
  const double whole = time.back() - time.front();
  double start = number(words[0]);
  const double stop = number(words[1]), step = number(words[2]);
  if (!(start >= 0 && stop > start && step > 0 && step <= stop - start))
    fail("spec needs 0 <= start < stop and a step in between");
  if (stop > 0.5 * static_cast<double>(time.size()) / whole)
    fail("spec cannot see above half the sampling rate", "lower the stop frequency");
  // As many whole periods of the step as the waveform has.
  const double periods = std::floor(whole * step * (1 + 1e-12));
  if (periods < 1)
    fail("spec resolves no less than one period in the time span", "raise the step or run longer");
  start = std::floor(start / step * (1 + 1e-12)) * step;
  const double count = std::ceil((stop - start) / step * (1 - 1e-12));
  if (count * static_cast<double>(time.size()) > 1e9)
    fail("spec would take more than 1e9 steps", "raise the step of the frequency");
  std::vector<double> frequencies;
  for (double k = 0; k <= count; ++k) frequencies.push_back(start + k * step);
  const std::vector<double> shape = chosen_window(time, periods / step);
  std::string list;
  for (std::size_t k = 3; k < words.size(); ++k) list += words[k] + " ";
  add_spectra(list, frequencies,
              [&](const std::vector<double>& y) { return dft(time, y, shape, frequencies); });
}

}  // namespace nullor
