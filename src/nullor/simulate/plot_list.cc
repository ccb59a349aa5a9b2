#include "nullor/simulate/plot_list.h"

#include <algorithm>

namespace nullor {

Column column_of(std::string name, const Samples<double>& samples) {
  Column out{std::move(name), samples.quantity, {}, {}};
  if (!samples.is_complex()) {
    out.real = samples.re;
    return out;
  }
  for (std::size_t k = 0; k < samples.size(); ++k) out.complex.emplace_back(samples.re[k], samples.im[k]);
  return out;
}

Table Plot::with_vectors() const {
  Table out = table;
  for (const auto& [name, samples] : vectors) {
    if (samples.size() == table.rows()) out.columns.push_back(column_of(name, samples));
  }
  return out;
}

PlotList::PlotList() {
  plots_.push_back(std::make_unique<Plot>());
  plots_[0]->name = "const";
}

Plot& PlotList::add(Table table) {
  auto plot = std::make_unique<Plot>();
  const std::string kind = table.kind.empty() ? "unknown" : table.kind;
  plot->name = kind + std::to_string(++count_[kind]);
  plot->table = std::move(table);
  plots_.push_back(std::move(plot));
  current_ = plots_.size() - 1;
  return *plots_.back();
}

Plot& PlotList::home_of(std::string_view name) {
  Plot& here = current();
  const bool known = here.vectors.contains(name) || TableWaveforms(here.table).column(name).has_value();
  return !known && plots_[0]->vectors.contains(name) ? *plots_[0] : here;
}

bool PlotList::select(std::string_view name) {
  for (std::size_t k = 0; k < plots_.size(); ++k) {
    if (plots_[k]->name == name) {
      current_ = k;
      return true;
    }
  }
  return false;
}

bool PlotList::remove(std::string_view name) {
  for (std::size_t k = 1; k < plots_.size(); ++k) {
    if (plots_[k]->name != name) continue;
    plots_.erase(plots_.begin() + static_cast<std::ptrdiff_t>(k));
    current_ = std::min(current_ >= k ? current_ - 1 : current_, plots_.size() - 1);
    return true;
  }
  return false;
}

void PlotList::remove_all() {
  plots_.resize(1);
  current_ = 0;
}

std::vector<Table> PlotList::tables() const {
  std::vector<Table> out;
  for (const auto& plot : plots_) {
    if (plot->name != "const") out.push_back(plot->with_vectors());
  }
  return out;
}

std::optional<Samples<double>> PlotList::other(const Plot& plot, std::string_view name) const {
  if (const auto found = plot.vectors.find(name); found != plot.vectors.end()) return found->second;
  const auto dot = name.find('.');
  for (const auto& candidate : plots_) {
    if (dot == std::string_view::npos || candidate->name != name.substr(0, dot)) continue;
    const std::string_view rest = name.substr(dot + 1);
    if (auto column = TableWaveforms(candidate->table).column(rest)) return column;
    if (const auto found = candidate->vectors.find(rest); found != candidate->vectors.end())
      return found->second;
  }
  const auto& constants = plots_[0]->vectors;
  if (const auto found = constants.find(name); found != constants.end()) return found->second;
  return std::nullopt;
}

VectorScope<double> PlotList::scope(const Plot& plot, const TableWaveforms& waveforms, bool degrees) const {
  return {&waveforms, [this, &plot](std::string_view name) { return other(plot, name); }, degrees};
}

Samples<double> PlotList::evaluate_on(const Plot& plot, const Expression& expression, bool degrees) const {
  const TableWaveforms waveforms(plot.table);
  return evaluate_vector(expression, scope(plot, waveforms, degrees));
}

Samples<double> PlotList::evaluate(const Expression& expression, bool degrees) const {
  return evaluate_on(current(), expression, degrees);
}

}  // namespace nullor
