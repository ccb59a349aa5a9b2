#include "nullor/simulate/samples.h"

namespace nullor {
namespace {

const std::vector<double> kNoScale;

// "v1#branch" is the older name of "i(v1)".
std::string current_name(std::string_view name) {
  constexpr std::string_view kBranch = "#branch";
  if (!name.ends_with(kBranch)) return std::string(name);
  return "i(" + std::string(name.substr(0, name.size() - kBranch.size())) + ")";
}

}  // namespace

TableWaveforms::TableWaveforms(const Table& table)
    : table_(table),
      scale_(table.has_scale() && !table.columns.front().is_complex() ? &table.columns.front().real
                                                                      : &kNoScale) {}

std::optional<Samples<double>> TableWaveforms::column(std::string_view name) const {
  const Column* found = table_.find(current_name(name));
  if (!found) return std::nullopt;
  Samples<double> out;
  out.quantity = found->quantity;
  if (!found->is_complex()) {
    out.re = found->real;
    return out;
  }
  for (const auto& z : found->complex) {
    out.re.push_back(z.real());
    out.im.push_back(z.imag());
  }
  return out;
}

std::vector<std::string> TableWaveforms::names() const {
  std::vector<std::string> out;
  for (const Column& column : table_.columns) out.push_back(column.name);
  return out;
}

TapedWaveforms::TapedWaveforms(const Table& table, Tape& tape) : table_(table), plain_(table), tape_(tape) {}

std::optional<Samples<Var>> TapedWaveforms::column(std::string_view name) const {
  const Column* found = table_.find(current_name(name));
  if (!found) return std::nullopt;
  const int index = static_cast<int>(found - table_.columns.data());
  for (std::size_t k = 0; k < inputs_.size(); ++k) {
    if (inputs_[k].column == index) return read_[k];
  }
  const Samples<double> values = *plain_.column(name);
  Samples<Var> out;
  out.quantity = values.quantity;
  const bool is_scale = index == 0 && table_.has_scale();  // the independent variable does not move
  if (!is_scale) inputs_.push_back({index, static_cast<int>(tape_.size()), values.is_complex()});
  for (const double x : values.re) out.re.push_back(is_scale ? Var(x) : Var::input(tape_, x));
  for (const double x : values.im) out.im.push_back(Var::input(tape_, x));
  if (!is_scale) read_.push_back(out);
  return out;
}

}  // namespace nullor
