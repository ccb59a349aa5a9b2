#include "nullor/cli/surrogate_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nullor/base/si.h"
#include "nullor/cli/version.h"
#include "nullor/report/html_page.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

std::vector<double> even_times(const Surrogate& surrogate, int points) {
  std::vector<double> out;
  for (int k = 0; k < points; ++k) out.push_back(surrogate.parts().stop * k / std::max(points - 1, 1));
  return out;
}

Table new_table(const Surrogate& surrogate, const std::vector<double>& times) {
  Table t;
  t.title = surrogate.parts().title;
  t.plotname = "Transient Analysis";
  t.kind = "tran";
  t.columns.push_back({"time", Quantity::time, times, {}});
  return t;
}

std::string place(const Surrogate& surrogate, const std::vector<double>& at) {
  std::string out;
  for (std::size_t j = 0; j < at.size(); ++j) {
    const SurrogateAxis& axis = surrogate.parts().axes[j];
    out += fmt::format("{}{}={}{}", j ? " " : "", axis.name, format_si(axis.value(at[j])), axis.unit);
  }
  return out;
}

/// One plot a saved signal, one trace a corner.
Table corner_table(const Surrogate& surrogate, int signal) {
  constexpr int kPoints = 1000;
  constexpr std::size_t kMostAxes = 3;
  const std::size_t axes = surrogate.parts().axes.size();
  Table t = new_table(surrogate, even_times(surrogate, kPoints));
  for (std::size_t k = 0; k < (std::size_t{1} << std::min(axes, kMostAxes)); ++k) {
    std::vector<double> at;
    for (std::size_t j = 0; j < axes; ++j) at.push_back((k >> (j % kMostAxes)) & 1 ? 1 : -1);
    Column column = surrogate_column(surrogate, signal);
    column.name += " " + place(surrogate, at);
    column.real.resize(kPoints);
    surrogate.evaluate(at, signal, t.columns[0].real, column.real.data());
    t.columns.push_back(std::move(column));
  }
  return t;
}

Table certificate_table(const Surrogate& surrogate, const SurrogateCheck* check) {
  const std::vector<double>& certificate = surrogate.parts().certificate.at_held_out;
  std::vector<std::size_t> order(certificate.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return certificate[a] < certificate[b]; });
  Table t{surrogate.parts().title, "Error at points held out, base-10 logarithm", "dc", {}};
  t.columns.push_back({"point, by certificate", Quantity::none, {}, {}});
  t.columns.push_back({"log10 certificate", Quantity::none, {}, {}});
  if (check) t.columns.push_back({"log10 error", Quantity::none, {}, {}});
  for (std::size_t k = 0; k < order.size(); ++k) {
    t.columns[0].real.push_back(static_cast<double>(k + 1));
    t.columns[1].real.push_back(std::log10(certificate[order[k]]));
    if (check) t.columns[2].real.push_back(std::log10(check->error[order[k]]));
  }
  return t;
}

}  // namespace

Column surrogate_column(const Surrogate& surrogate, int signal) {
  const Waveform::Signal& s = surrogate.parts().signals[u(signal)];
  const auto branch = s.name.rfind("#branch");
  if (branch != std::string::npos) return {"i(" + s.name.substr(0, branch) + ")", Quantity::current, {}, {}};
  return {"v(" + s.name + ")", quantity_of_unit(s.unit), {}, {}};
}

Table surrogate_table(const Surrogate& surrogate, const std::vector<double>& at, int points,
                      bool sensitivity) {
  const auto& parts = surrogate.parts();
  const std::vector<double> times = even_times(surrogate, points);
  Table t = new_table(surrogate, times);
  for (const int signal : parts.saved) {
    Column column = surrogate_column(surrogate, signal);
    column.real.resize(times.size());
    surrogate.evaluate(at, signal, times, column.real.data());
    t.columns.push_back(std::move(column));
  }
  if (!sensitivity) return t;
  const std::size_t n = parts.signals.size(), first = t.columns.size();
  for (const int signal : parts.saved) {
    for (const SurrogateAxis& axis : parts.axes)
      t.columns.push_back({"d(" + surrogate_column(surrogate, signal).name + ")/d(" + axis.name + ")",
                           Quantity::none,
                           {},
                           {}});
  }
  std::vector<double> x_p(parts.axes.size() * n);
  for (const double time : times) {
    surrogate.evaluate(at, time, nullptr, nullptr, x_p.data());
    std::size_t column = first;
    for (const int signal : parts.saved) {
      for (std::size_t j = 0; j < parts.axes.size(); ++j)
        t.columns[column++].real.push_back(x_p[j * n + u(signal)]);
    }
  }
  return t;
}

std::string surrogate_page(const Surrogate& surrogate, const SurrogateCheck* check) {
  const auto& parts = surrogate.parts();
  Page page{parts.title, std::string(kVersion), {}};
  PageSection waves{"Waveforms at the corners of the box", "", {}, {}, ""};
  for (const int signal : parts.saved) waves.tables.push_back(corner_table(surrogate, signal));
  page.sections.push_back(std::move(waves));
  PageSection error{"Certificate", "", {certificate_table(surrogate, check)}, {}, ""};
  error.text = fmt::format(
      "One step of Newton's method on the circuit's equation from the network's own values: its size "
      "relative to each "
      "signal, at {} points that were not trained at.",
      parts.certificate.at_held_out.size());
  if (check) error.text += " The error is the distance to waveforms trained anew at those points.";
  error.readings.push_back({"certificate", parts.certificate.worst, "", "", {}});
  if (check) {
    error.readings.push_back({"largest error", check->worst, "", "", {}});
    error.readings.push_back({"median error", check->median, "", "", {}});
    error.readings.push_back({"rank correlation", check->rank_correlation, "", "", {}});
  }
  error.readings.push_back({"runs", static_cast<double>(parts.runs), "", "", {}});
  page.sections.push_back(std::move(error));
  return write_html(page);
}

}  // namespace nullor
