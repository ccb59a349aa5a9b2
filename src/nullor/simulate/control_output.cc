#include "nullor/simulate/control_output.h"

#include <algorithm>
#include <cstdio>

namespace nullor {
namespace {

std::string number(double x, int digits, bool sign_column) {
  char text[64];
  std::snprintf(text, sizeof text, sign_column ? "% .*e" : "%.*e", digits, x);
  return text;
}

std::string value_text(const Samples<double>& x, std::size_t k, int digits) {
  std::string out = number(x.re[k], digits, false);
  if (x.is_complex()) out += "," + number(x.im[k], digits, false);
  return out;
}

}  // namespace

std::string print_text(const std::vector<NamedSamples>& vectors, const NamedSamples& scale, int digits) {
  std::string out;
  std::size_t rows = 0;
  for (const NamedSamples& v : vectors) rows = std::max(rows, v.samples.size());
  if (rows <= 1) {
    for (const NamedSamples& v : vectors) {
      if (v.samples.size() == 1) out += v.name + " = " + value_text(v.samples, 0, digits) + "\n";
    }
    return out;
  }
  std::vector<const NamedSamples*> columns;
  if (scale.samples.size() == rows) columns.push_back(&scale);
  for (const NamedSamples& v : vectors) {
    if (v.name != scale.name || columns.empty()) columns.push_back(&v);
  }
  out = "Index";
  for (const NamedSamples* v : columns) out += "\t" + v->name;
  out += "\n";
  for (std::size_t k = 0; k < rows; ++k) {
    out += std::to_string(k);
    for (const NamedSamples* v : columns)
      out += "\t" + (k < v->samples.size() ? value_text(v->samples, k, digits) : "");
    out += "\n";
  }
  return out;
}

std::string wrdata_text(const std::vector<NamedSamples>& vectors, const NamedSamples& scale,
                        const WrdataOptions& options) {
  std::size_t rows = 0;
  for (const NamedSamples& v : vectors) rows = std::max(rows, v.samples.size());
  std::string out;
  const auto name = [&](const std::string& text) {
    out += " " + text +
           std::string(
               std::max<std::size_t>(
                   1, static_cast<std::size_t>(options.digits) + 8 -
                          std::min<std::size_t>(text.size(), static_cast<std::size_t>(options.digits) + 7)),
               ' ');
  };
  const auto write = [&](double x) { out += number(x, options.digits, true) + " "; };
  if (options.names) {
    for (std::size_t j = 0; j < vectors.size(); ++j) {
      if (!options.single_scale || j == 0) name(scale.name);
      name(vectors[j].name);
      if (vectors[j].samples.is_complex()) name(vectors[j].name);
    }
    out += "\n";
  }
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t j = 0; j < vectors.size(); ++j) {
      const Samples<double>& y = vectors[j].samples;
      if (!options.single_scale || j == 0)
        write(k < scale.samples.size() ? scale.samples.re[k] : static_cast<double>(k));
      write(k < y.size() ? y.re[k] : 0);
      if (y.is_complex()) write(k < y.size() ? y.im[k] : 0);
    }
    out += "\n";
  }
  return out;
}

}  // namespace nullor
