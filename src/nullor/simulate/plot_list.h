#pragma once
/// The results of a run as ngspice keeps them: plots "tran1", "ac2", ... with added vectors, one of them
/// current.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/simulate/vector_expression.h"

namespace nullor {

struct Plot {
  std::string name;                                             ///< "tran1"
  Table table;                                                  ///< empty for "const"
  std::map<std::string, Samples<double>, std::less<>> vectors;  ///< made by `let`

  /// The table with the made vectors that have as many samples added as columns.
  Table with_vectors() const;
};

class PlotList {
 public:
  PlotList();

  /// Adds a result under the next free name of its kind and makes it current.
  Plot& add(Table table);
  Plot& current() { return *plots_[current_]; }
  const Plot& current() const { return *plots_[current_]; }
  /// Where `let` puts the vector `name`: into "const" where that alone has it, so that a counter made before
  /// the first analysis counts on through all of them; else into the current plot.
  Plot& home_of(std::string_view name);
  /// Makes the plot of that name current ("const" always exists); false when there is none.
  bool select(std::string_view name);
  /// Removes one plot, or all but "const".
  bool remove(std::string_view name);
  void remove_all();

  const std::vector<std::unique_ptr<Plot>>& plots() const { return plots_; }
  std::vector<Table> tables() const;  ///< of all plots but "const"

  /// Evaluates over the current plot; "tran1.v(out)" reaches another one.
  Samples<double> evaluate(const Expression& expression, bool degrees) const;
  /// As `evaluate`, over a given plot.
  Samples<double> evaluate_on(const Plot& plot, const Expression& expression, bool degrees) const;

  /// The scope behind `evaluate`, for measurements; valid while `waveforms` and the list live.
  VectorScope<double> scope(const Plot& plot, const TableWaveforms& waveforms, bool degrees) const;

 private:
  std::optional<Samples<double>> other(const Plot& plot, std::string_view name) const;

  std::vector<std::unique_ptr<Plot>> plots_;
  std::size_t current_ = 0;
  std::map<std::string, int> count_;
};

/// One column of samples; the inverse of reading a column.
Column column_of(std::string name, const Samples<double>& samples);

}  // namespace nullor
