#include "nullor/cli/dataset_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "nullor/cli/version.h"
#include "nullor/report/html_page.h"

namespace nullor {
namespace {

/// The finite values of one column, and how they are drawn: spread over decades, by their logarithm.
struct Values {
  std::string name, unit;
  std::vector<double> all;  ///< (rows), NaN where missing
  bool logarithmic = false;
  double low = 0, high = 0;  ///< 1 % and 99 % of the values, of their logarithm if that is drawn

  double drawn(double v) const { return logarithmic ? std::log10(v) : v; }
  bool empty() const { return !(high > low); }
};

Values values_of(std::string name, std::string unit, const std::vector<double>& table, std::size_t columns,
                 std::size_t k) {
  Values out{std::move(name), std::move(unit), {}, false, 0, 0};
  std::vector<double> finite;
  for (std::size_t r = 0; r * columns < table.size(); ++r) {
    out.all.push_back(table[r * columns + k]);
    if (std::isfinite(out.all.back())) finite.push_back(out.all.back());
  }
  if (finite.size() < 2) return out;
  std::sort(finite.begin(), finite.end());
  const auto at = [&](double share) {
    return finite[static_cast<std::size_t>(share * static_cast<double>(finite.size() - 1))];
  };
  constexpr double kDecades = 100, kTail = 0.01;
  out.logarithmic = finite.front() > 0 && at(1 - kTail) > kDecades * at(kTail);
  out.low = out.drawn(at(kTail));
  out.high = out.drawn(at(1 - kTail));
  return out;
}

std::string label(const Values& v) {
  const std::string unit = v.unit.empty() ? "" : " [" + v.unit + "]";
  return v.logarithmic ? "log10 " + v.name + unit : v.name + unit;
}

/// Counts as a staircase.
Table histogram(const Values& v) {
  const auto bins =
      std::clamp<std::size_t>(static_cast<std::size_t>(std::sqrt(static_cast<double>(v.all.size()))), 10, 80);
  std::vector<double> counts(bins);
  const double width = (v.high - v.low) / static_cast<double>(bins);
  for (const double value : v.all) {
    if (!std::isfinite(value)) continue;
    const double place = (v.drawn(value) - v.low) / width;
    if (place >= 0 && place < static_cast<double>(bins)) ++counts[static_cast<std::size_t>(place)];
  }
  Table out{"", label(v), "dataset", {{label(v), Quantity::none, {}, {}}, {"rows", Quantity::none, {}, {}}}};
  for (std::size_t k = 0; k < bins; ++k) {
    for (const std::size_t edge : {k, k + 1}) {
      out.columns[0].real.push_back(v.low + static_cast<double>(edge) * width);
      out.columns[1].real.push_back(counts[k]);
    }
  }
  return out;
}

/// Counts of rows over two columns, the square root of them, so that thin parts show.
PageMap cloud(const Values& x, const Values& y) {
  constexpr int kSide = 48;
  PageMap out;
  out.caption = label(y) + " over " + label(x);
  out.width = out.height = kSide;
  out.values.assign(kSide * kSide, 0);
  for (std::size_t r = 0; r < x.all.size(); ++r) {
    const double a = (x.drawn(x.all[r]) - x.low) / (x.high - x.low),
                 b = (y.drawn(y.all[r]) - y.low) / (y.high - y.low);
    if (!(a >= 0 && a < 1 && b >= 0 && b < 1)) continue;
    const int column = static_cast<int>(a * kSide), row = kSide - 1 - static_cast<int>(b * kSide);
    ++out.values[static_cast<std::size_t>(row * kSide + column)];
  }
  for (float& v : out.values) v = std::sqrt(v);
  return out;
}

double correlation(const Values& x, const Values& y) {
  double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (std::size_t r = 0; r < x.all.size(); ++r) {
    const double a = x.drawn(x.all[r]), b = y.drawn(y.all[r]);
    if (!std::isfinite(a) || !std::isfinite(b)) continue;
    ++n, sx += a, sy += b, sxx += a * a, syy += b * b, sxy += a * b;
  }
  const double spread = (n * sxx - sx * sx) * (n * syy - sy * sy);
  return spread > 0 ? (n * sxy - sx * sy) / std::sqrt(spread) : 0;
}

PageSection classes_section(const SampleTable& t) {
  PageSection out;
  out.heading = "Classes";
  const double rows = static_cast<double>(std::max<std::size_t>(t.rows(), 1));
  std::vector<double> counts(t.columns.classes.size());
  std::vector<std::map<std::string, int>> reasons(counts.size());
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const auto f = static_cast<std::size_t>(t.failure[r]);
    ++counts[f];
    // What differs between rows of one kind is behind the first bracket.
    const std::string& reason = t.reason(r);
    ++reasons[f][reason.substr(0, reason.find(" ("))];
  }
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    out.readings.push_back({t.columns.classes[k] + fmt::format(" ({:.1f} %)", 100 * counts[k] / rows),
                            counts[k],
                            "rows",
                            "",
                            {}});
    const auto most = std::max_element(reasons[k].begin(), reasons[k].end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (!most->first.empty())
      out.text += fmt::format("{}: {}{}\n\n", t.columns.classes[k],
                              reasons[k].size() > 1 ? "for example " : "", most->first);
  }
  if (!t.columns.axes.empty()) {
    for (std::size_t a = 0; a < t.columns.axes.size(); ++a) {
      PageMatrix matrix;
      matrix.caption = "Classes by " + t.columns.axes[a];
      matrix.row_heading = t.columns.axes[a];
      matrix.column_heading = "class";
      matrix.rows = t.columns.axis_values[a];
      matrix.columns = t.columns.classes;
      matrix.counts.assign(matrix.rows.size() * matrix.columns.size(), 0);
      for (std::size_t r = 0; r < t.rows(); ++r) {
        const auto row = static_cast<std::size_t>(t.axis[r * t.columns.axes.size() + a]);
        ++matrix.counts[row * matrix.columns.size() + static_cast<std::size_t>(t.failure[r])];
      }
      out.matrices.push_back(std::move(matrix));
    }
  }
  return out;
}

}  // namespace

std::string dataset_page(const std::string& name, const SampleTable& t) {
  constexpr std::size_t kPairs = 24;
  const SampleColumns& c = t.columns;
  std::vector<Values> metrics, parameters;
  for (std::size_t k = 0; k < c.metrics.size(); ++k)
    metrics.push_back(values_of(c.metrics[k], c.metric_units[k], t.metrics, c.metrics.size(), k));
  for (std::size_t k = 0; k < c.parameters.size(); ++k)
    parameters.push_back(values_of(c.parameters[k], "", t.parameters, c.parameters.size(), k));
  std::erase_if(metrics, [](const Values& v) { return v.empty(); });
  std::erase_if(parameters, [](const Values& v) { return v.empty(); });

  Page page;
  page.title = fmt::format("{}: {} rows", name, t.rows());
  page.version = kVersion;
  page.sections.push_back(classes_section(t));
  PageSection histograms;
  histograms.heading = "Metrics";
  histograms.text = "Rows over the value, from its 1 % to its 99 % quantile.";
  for (const Values& v : metrics) histograms.tables.push_back(histogram(v));
  page.sections.push_back(std::move(histograms));

  struct Pair {
    const Values *x, *y;
    double strength;
  };
  const auto pairs = [&](const char* heading, const char* text, const std::vector<Values>& from, bool upper) {
    std::vector<Pair> list;
    for (std::size_t i = 0; i < from.size(); ++i) {
      for (std::size_t j = upper ? i + 1 : 0; j < metrics.size(); ++j)
        list.push_back({&from[i], &metrics[j], std::fabs(correlation(from[i], metrics[j]))});
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Pair& a, const Pair& b) { return a.strength > b.strength; });
    PageSection section;
    section.heading = heading;
    section.text = text;
    for (std::size_t k = 0; k < std::min(kPairs, list.size()); ++k)
      section.maps.push_back(cloud(*list[k].x, *list[k].y));
    page.sections.push_back(std::move(section));
  };
  pairs("Metrics over parameters", "The pairs that go together most, darker where more rows are.", parameters,
        false);
  pairs("Metrics over each other", "The same among metrics.", metrics, true);
  return write_html(page);
}

}  // namespace nullor
