#include "nullor/simulate/fourier.h"

#include <cmath>
#include <cstdio>
#include <numbers>

#include "nullor/simulate/polyline.h"

namespace nullor {

FourierSummary fourier(std::span<const double> time, std::span<const double> y, double frequency,
                       const FourierOptions& options) {
  FourierSummary out;
  if (!(frequency > 0) || options.harmonics < 2 || options.grid < 2 * options.harmonics) {
    out.failure = "the frequency must be positive and the grid at least twice the number of harmonics";
    return out;
  }
  if (time.size() < 2 || time.size() != y.size() || time.back() - time.front() < (1 - 1e-9) / frequency) {
    out.failure = "the result is shorter than one period";
    return out;
  }
  const Polyline<double> line{{time.begin(), time.end()}, {y.begin(), y.end()}};
  const double start = std::max(time.front(), time.back() - 1 / frequency);
  const auto n = static_cast<std::size_t>(options.harmonics);
  std::vector<double> sine(n), cosine(n);
  for (int i = 0; i < options.grid; ++i) {
    const double u = static_cast<double>(i) / options.grid;
    const double v = line.at(start + u / frequency).value_or(y.back());
    for (std::size_t k = 0; k < n; ++k) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(k) * u;
      sine[k] += v * std::sin(angle) * 2 / options.grid;
      cosine[k] += v * std::cos(angle) * 2 / options.grid;
    }
  }
  const double fundamental = std::hypot(sine[1], cosine[1]);
  const double reference = std::atan2(cosine[1], sine[1]) * 180 / std::numbers::pi;
  double sum = 0;
  out.harmonics.push_back({0, cosine[0] / 2, 0, 0, 0});
  for (std::size_t k = 1; k < n; ++k) {
    const double magnitude = std::hypot(sine[k], cosine[k]);
    const double phase = std::atan2(cosine[k], sine[k]) * 180 / std::numbers::pi;
    const double relative = fundamental > 0 ? magnitude / fundamental : 0;
    out.harmonics.push_back(
        {static_cast<double>(k) * frequency, magnitude, phase, relative, phase - reference});
    if (k > 1) sum += relative * relative;
  }
  out.distortion_percent = 100 * std::sqrt(sum);
  return out;
}

std::string render_fourier(const FourierSummary& summary, const std::string& name,
                           const FourierOptions& options) {
  if (!summary.ok()) return "Fourier analysis for " + name + ": failed, " + summary.failure + "\n";
  char line[200];
  std::snprintf(line, sizeof line,
                "Fourier analysis for %s:\n  No. Harmonics: %d, THD: %g %%, Gridsize: %d\n\n", name.c_str(),
                options.harmonics, summary.distortion_percent, options.grid);
  std::string out = line;
  std::snprintf(line, sizeof line, "%-8s %-11s %-11s %-11s %-11s %-11s\n", "Harmonic", "Frequency",
                "Magnitude", "Phase", "Norm. Mag", "Norm. Phase");
  out += line;
  for (std::size_t k = 0; k < summary.harmonics.size(); ++k) {
    const auto& h = summary.harmonics[k];
    std::snprintf(line, sizeof line, " %-7zu %-11.6g %-11.6g %-11.6g %-11.6g %-.6g\n", k, h.frequency,
                  h.magnitude, h.phase_deg, h.relative, h.relative_phase_deg);
    out += line;
  }
  return out;
}

Table fourier_table(const FourierSummary& summary, const std::string& title, const std::string& name) {
  Table out{title,
            "Fourier Analysis",
            "four",
            {{"frequency", Quantity::frequency, {}, {}},
             {"mag(" + name + ")", Quantity::none, {}, {}},
             {"phase(" + name + ")", Quantity::phase, {}, {}}}};
  for (const auto& h : summary.harmonics) {
    out.columns[0].real.push_back(h.frequency);
    out.columns[1].real.push_back(h.magnitude);
    out.columns[2].real.push_back(h.phase_deg);
  }
  return out;
}

}  // namespace nullor
