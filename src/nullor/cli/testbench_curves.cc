#include "nullor/cli/testbench_curves.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/io/svg_plot.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

/// Supplies and the like show nothing.
bool moves(const Column& column) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  const auto count = [&](double x) {
    low = std::min(low, x);
    high = std::max(high, x);
  };
  for (const double x : column.real) count(x);
  for (const auto& z : column.complex) count(std::abs(z));
  return high - low > 1e-3 * std::max(std::fabs(high), std::fabs(low));
}

/// The voltages of the testbench's own nodes, not those inside the circuit, over time, frequency or a sweep.
Table curves_of(Table table) {
  Table out = std::move(table);
  for (std::size_t k = out.columns.size(); k-- > 1;) {
    const Column& column = out.columns[k];
    const bool helper = column.name == "v(port_power)";
    if (helper || !column.name.starts_with("v(") || column.name.find('.') != std::string::npos ||
        !moves(column))
      out.columns.erase(out.columns.begin() + static_cast<std::ptrdiff_t>(k));
  }
  return out;
}

}  // namespace

std::vector<std::string> testbench_curves(const std::vector<std::pair<std::string, std::string>>& decks) {
  std::vector<std::string> out;
  for (const auto& [setup, text] : decks) {
    try {
      Engine engine(read_circuit_text(text, setup));
      for (const AnalysisCard& card : engine.circuit().analyses) {
        for (Table& table : engine.run(card)) {
          const Table shown = curves_of(std::move(table));
          if (!shown.has_scale() || shown.columns.size() < 2) continue;
          out.push_back(write_svg({&shown, 1}, {}, {.width = 640, .panel_height = 170, .heading = setup}));
        }
      }
    } catch (const InputError&) {
      // What is wrong with it is among the reasons.
    }
  }
  return out;
}

}  // namespace nullor
