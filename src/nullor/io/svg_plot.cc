#include "nullor/io/svg_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "nullor/io/plot_math.h"
#include "nullor/io/text_tables.h"

namespace nullor {
namespace {

// Dark enough on white, distinct for the common kinds of colour blindness (after Okabe and Ito, 2008).
constexpr std::array<const char*, 8> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc4488",
                                                 "#8a6d00", "#2b9fd6", "#6a3d9a", "#444444"};
constexpr double kLeft = 84, kRight = 28, kTop = 40, kGap = 14, kLegend = 20, kBelow = 46;

struct Trace {
  std::string name;
  std::vector<double> y;
};

struct Panel {
  std::string label, unit;
  bool log_y = false;
  std::vector<Trace> traces;
};

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) < 32)
      out += ' ';
    else
      out += c;
  }
  return out;
}

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", x);
  return text;
}

struct Axis {
  double low = 0, high = 1, from = 0, to = 1;
  bool logarithmic = false;

  double operator()(double v) const {
    if (logarithmic) return from + (to - from) * std::log(v / low) / std::log(high / low);
    return from + (to - from) * (v - low) / (high - low);
  }
  std::vector<double> ticks(int wanted) const {
    if (!logarithmic) return linear_ticks(low, high, wanted);
    auto out = decade_ticks(low, high, wanted);
    return out.size() >= 2 ? out : linear_ticks(low, high, wanted);
  }
};

std::pair<double, double> range_of(std::span<const double> values, bool positive) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double v : values) {
    if (!std::isfinite(v) || (positive && v <= 0)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  return {low, high};
}

Panel& panel_for(std::vector<Panel>& panels, const std::string& label, const std::string& unit, bool log_y) {
  for (Panel& panel : panels) {
    if (panel.label == label) return panel;
  }
  panels.push_back({label, unit, log_y, {}});
  return panels.back();
}

std::vector<Panel> panels_of(const Table& table) {
  std::vector<Panel> panels;
  for (std::size_t k = 1; k < table.columns.size(); ++k) {
    const Column& column = table.columns[k];
    if (column.size() != table.rows()) continue;
    if (column.is_complex()) {
      panel_for(panels, "magnitude", "dB", false).traces.push_back({column.name, decibels(column.complex)});
      panel_for(panels, "phase", "\u00b0", false)
          .traces.push_back({column.name, unwrapped_phase_deg(column.complex)});
    } else {
      const bool log_y = column.quantity == Quantity::noise_density;
      panel_for(panels, std::string(name_of(column.quantity)), std::string(unit_of(column.quantity)), log_y)
          .traces.push_back({column.name, column.real});
    }
  }
  return panels;
}

class Picture {
 public:
  explicit Picture(const SvgOptions& options) : options_(options) {}

  void heading(const std::string& text) {
    out_ += "<text x=\"" + number(kLeft) + "\" y=\"26\" font-size=\"16\" font-weight=\"600\">" +
            escape(text) + "</text>\n";
  }

  void table(const Table& table) {
    if (!table.has_scale() || table.rows() < 2 || table.columns.front().is_complex()) return;
    const Column& scale = table.columns.front();
    Axis x;
    const auto [low, high] = range_of(scale.real, false);
    if (!(high > low)) return;
    x = {low, high, kLeft, options_.width - kRight,
         scale.quantity == Quantity::frequency && low > 0 && high >= 10 * low};
    const auto panels = panels_of(table);
    if (panels.empty()) return;
    y_ += 18;
    text(kLeft, y_, table.plotname, "font-size=\"13\" fill=\"#555\"");
    y_ += 6;
    for (const Panel& one : panels) panel(one, scale, x);
    x_labels(x, scale);
  }

  void readings(std::span<const Reading> readings) {
    if (readings.empty()) return;
    y_ += 8;
    const std::string lines = render_readings(readings);
    for (std::size_t begin = 0; begin < lines.size();) {
      const std::size_t end = lines.find('\n', begin);
      y_ += 17;
      text(kLeft, y_, lines.substr(begin, end - begin), "font-family=\"monospace\" xml:space=\"preserve\"");
      begin = end + 1;
    }
  }

  std::string finish() const {
    const std::string w = std::to_string(options_.width), h = std::to_string(static_cast<int>(y_ + 20));
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h +
           "\" viewBox=\"0 0 " + w + " " + h +
           "\" font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\" font-size=\"12\" "
           "fill=\"#222\">\n"
           "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" +
           out_ + "</svg>\n";
  }

 private:
  void text(double x, double y, const std::string& content, const std::string& attributes) {
    out_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + attributes + ">" + escape(content) +
            "</text>\n";
  }

  void line(double x1, double y1, double x2, double y2, const char* colour) {
    out_ += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" +
            number(y2) + "\" stroke=\"" + colour + "\"/>\n";
  }

  void panel(const Panel& panel, const Column& scale, const Axis& x) {
    const double top = y_ + kLegend, bottom = y_ + options_.panel_height;
    Axis y{0, 1, bottom, top, panel.log_y};
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Trace& trace : panel.traces) {
      const auto [l, h] = range_of(trace.y, panel.log_y);
      low = std::min(low, l);
      high = std::max(high, h);
    }
    if (!(low <= high)) low = panel.log_y ? 1 : 0, high = low + 1;
    if (panel.log_y) {
      y.low = low / 1.2, y.high = high * 1.2;
    } else {
      const double margin = high > low ? 0.06 * (high - low) : std::max(std::fabs(high), 1e-3) * 0.5;
      y.low = low - margin, y.high = high + margin;
    }
    for (const double v : y.ticks(5)) {
      line(kLeft, y(v), options_.width - kRight, y(v), "#e4e4e4");
      text(kLeft - 8, y(v) + 4, tick_label(v, panel.unit), "text-anchor=\"end\" fill=\"#555\"");
    }
    for (const double v : x.ticks(8)) line(x(v), top, x(v), bottom, "#e4e4e4");
    out_ += "<rect x=\"" + number(kLeft) + "\" y=\"" + number(top) + "\" width=\"" + number(x.to - x.from) +
            "\" height=\"" + number(bottom - top) + "\" fill=\"none\" stroke=\"#999\"/>\n";
    double legend = kLeft;
    for (std::size_t k = 0; k < panel.traces.size(); ++k) {
      const char* colour = kColours[k % kColours.size()];
      trace(panel.traces[k], scale, x, y, colour);
      if (legend > options_.width - 120) continue;
      out_ += "<rect x=\"" + number(legend) + "\" y=\"" + number(top - 12) +
              "\" width=\"14\" height=\"3\" fill=\"" + colour + "\"/>\n";
      text(legend + 19, top - 7, panel.traces[k].name, "");
      legend += 34 + 7.0 * static_cast<double>(panel.traces[k].name.size());
    }
    y_ = bottom + kGap;
  }

  void trace(const Trace& trace, const Column& scale, const Axis& x, const Axis& y, const char* colour) {
    std::vector<double> pixel, height;
    for (std::size_t k = 0; k < trace.y.size(); ++k) {
      const double px = x(scale.real[k]), py = y(trace.y[k]);
      if (!std::isfinite(px) || !std::isfinite(py)) continue;
      pixel.push_back(px * 2);  // half pixels: pictures are often shown enlarged
      height.push_back(py);
    }
    std::string points;
    constexpr double kVisible = 0.1;  // pixels
    for (const std::size_t k : straight_runs(pixel, height, m4_indices(pixel, height), kVisible)) {
      points += number(pixel[k] / 2) + "," + number(height[k]) + " ";
    }
    out_ += "<polyline fill=\"none\" stroke=\"" + std::string(colour) +
            "\" stroke-width=\"1.5\" stroke-linejoin=\"round\" points=\"" + points + "\"/>\n";
  }

  void x_labels(const Axis& x, const Column& scale) {
    y_ -= kGap;
    for (const double v : x.ticks(8)) {
      text(x(v), y_ + 16, tick_label(v, std::string(unit_of(scale.quantity))),
           "text-anchor=\"middle\" fill=\"#555\"");
    }
    text((x.from + x.to) / 2, y_ + 34, scale.name, "text-anchor=\"middle\"");
    y_ += kBelow;
  }

  const SvgOptions& options_;
  std::string out_;
  double y_ = kTop - 8;
};

}  // namespace

std::string write_svg(std::span<const Table> tables, std::span<const Reading> readings,
                      const SvgOptions& options) {
  Picture picture(options);
  picture.heading(!options.heading.empty() ? options.heading : tables.empty() ? "" : tables.front().title);
  for (const Table& table : tables) picture.table(table);
  picture.readings(readings);
  return picture.finish();
}

}  // namespace nullor
