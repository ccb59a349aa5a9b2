// Rows to predict, from a netlist and values of its parameters.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nullor/base/file.h"
#include "nullor/base/si.h"
#include "nullor/design/prediction_rows.h"
#include "nullor/design/sized_dut.h"
#include "nullor/netlist/text.h"

namespace nullor {
namespace {

/// Which columns of a query are parameters of the netlist, and which are conditions.
struct Columns {
  std::vector<std::size_t> parameters;
  std::vector<std::pair<std::size_t, std::size_t>> conditions;  ///< (column, condition)
};

class QueryReader {
 public:
  explicit QueryReader(const PredictionQuery& query)
      : query_(query), bench_(read_testbench(query.testbench)) {
    bench_.set(query.set);
    check_shape();
    for (std::size_t k = 0; k < width(); ++k) {
      const Condition* condition = bench_.condition(query_.parameters[k]);
      if (condition) {
        columns_.conditions.emplace_back(k, static_cast<std::size_t>(condition - bench_.conditions.data()));
      } else {
        columns_.parameters.push_back(k);
      }
    }
  }

  PredictionRows run() {
    SizedDut dut = read_sized_dut(bench_, setting());
    check_names(dut);
    PredictionRows out;
    out.name = dut.contents.subcircuit;
    out.circuit = std::move(dut.circuit);
    for (const Condition& c : bench_.conditions) out.conditions.push_back(c.name);
    for (const std::size_t k : bench_.kept()) {
      out.metrics.push_back(bench_.metrics[k].name);
      out.units.push_back(bench_.metrics[k].unit);
    }
    out.classes = bench_.classes();
    out.corners = {query_.corner};
    for (const std::size_t k : columns_.parameters) out.parameters.push_back(query_.parameters[k]);
    const std::size_t rows = width() == 0 ? 1 : query_.values.size() / width();
    out.corner.assign(rows, 0);
    out.sample.resize(rows);
    std::iota(out.sample.begin(), out.sample.end(), 0);
    for (std::size_t row = 0; row < rows; ++row) add(row, out);
    out.evaluate_numbers();
    return out;
  }

 private:
  std::size_t width() const { return query_.parameters.size(); }
  Location where(std::size_t column) const {
    return column < query_.where.size() ? query_.where[column] : Location{};
  }

  void check_shape() const {
    if (query_.files.has_corners() && query_.corner.empty())
      throw InputError(ErrorKind::usage, "the model files depend on a corner, and none is given");
    if (width() == 0 ? !query_.values.empty() : query_.values.empty() || query_.values.size() % width() != 0)
      throw InputError(ErrorKind::usage, fmt::format("{} values do not make rows of {} parameters",
                                                     query_.values.size(), width()));
    for (std::size_t k = 0; k < query_.values.size(); ++k) {
      if (!std::isfinite(query_.values[k]))
        throw InputError(ErrorKind::usage, fmt::format("row {} has no finite value of '{}'", k / width() + 1,
                                                       query_.parameters[k % width()]));
    }
    for (std::size_t k = 0; k < width(); ++k) {
      const auto first = query_.parameters.begin(), here = first + static_cast<std::ptrdiff_t>(k);
      if (std::find(first, here, *here) != here)
        throw InputError(ErrorKind::usage, "'" + *here + "' is given twice", where(k));
    }
  }

  CircuitSetting setting() const {
    CircuitSetting out;
    out.files = query_.files.at_corner(query_.corner);
    for (const std::size_t k : columns_.parameters) {
      out.parameters.push_back(query_.parameters[k]);
      out.start.push_back(query_.values[k]);
    }
    return out;
  }

  /// A `.param` that no device reads is known all the same: files of variables have those of testbenches too.
  void check_names(const SizedDut& dut) const {
    for (const std::size_t k : columns_.parameters) {
      const std::string& name = query_.parameters[k];
      std::vector<std::string> known = dut.contents.parameters;
      if (dut.circuit->depends_on(name) || std::find(known.begin(), known.end(), name) != known.end())
        continue;
      for (const std::string& other : dut.circuit->parameters()) {
        if (other != name) known.push_back(other);
      }
      for (const Condition& c : bench_.conditions) known.push_back(c.name);
      throw InputError(ErrorKind::usage,
                       fmt::format("'{}' has no parameter '{}'", dut.contents.subcircuit, name), where(k),
                       did_you_mean(name, known,
                                    "a name is that of a .param, of a condition of the testbench, "
                                    "or element:parameter"));
    }
  }

  void add(std::size_t row, PredictionRows& out) const {
    const double* values = query_.values.data() + row * width();
    for (const std::size_t k : columns_.parameters) out.parameter_values.push_back(values[k]);
    const std::size_t begin = out.condition_values.size();
    for (const Condition& c : bench_.conditions) out.condition_values.push_back(c.value);
    for (const auto& [column, condition] : columns_.conditions)
      out.condition_values[begin + condition] = values[column];
  }

  const PredictionQuery& query_;
  Testbench bench_;
  Columns columns_;
};

}  // namespace

PredictionRows query_rows(const PredictionQuery& query) { return QueryReader(query).run(); }

namespace {

/// The cells of one CSV line, trimmed, with the column where each begins.
std::vector<std::pair<std::string, int>> cells_of(std::string_view line, const Location& where) {
  std::vector<std::pair<std::string, int>> out;
  for (std::size_t at = 0;; ++at) {
    while (at < line.size() && netlist::is_blank(line[at])) ++at;
    const int column = static_cast<int>(at) + 1;
    std::string cell;
    if (at < line.size() && line[at] == '"') {
      for (++at; at < line.size(); ++at) {
        if (line[at] != '"') {
          cell += line[at];
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          cell += line[at++];
        } else {
          break;
        }
      }
      if (at == line.size())
        throw InputError(ErrorKind::usage, "this quote has no end", {where.file, where.line, column});
      ++at;
    }
    const std::size_t end = std::min(line.find(',', at), line.size());
    cell += netlist::trim(line.substr(at, end - at));
    out.emplace_back(std::move(cell), column);
    at = end;
    if (at == line.size()) return out;
  }
}

}  // namespace

ParameterColumns read_parameter_table(const std::string& path) {
  const auto file = std::make_shared<const SourceFile>(SourceFile{path, read_file(path)});
  ParameterColumns out;
  std::string_view rest = file->text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = netlist::trim(rest.substr(0, end)).empty() ? "" : rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    const auto cells = cells_of(line, {file, number, 0});
    const auto at = [&](int column) { return Location{file, number, column}; };
    const auto refuse = [&](int column, const std::string& what) {
      throw InputError(ErrorKind::usage, what, at(column));
    };
    if (out.names.empty()) {
      for (const auto& [cell, column] : cells) {
        const std::string name = netlist::lower(cell);
        if (name.empty()) refuse(column, "this column has no name");
        if (std::find(out.names.begin(), out.names.end(), name) != out.names.end())
          refuse(column, "there are two columns " + netlist::in_quotes(name));
        out.names.push_back(name);
        out.where.push_back(at(column));
      }
      continue;
    }
    if (cells.size() != out.names.size())
      refuse(cells.back().second,
             fmt::format("this row has {} cells, and the header {} names", cells.size(), out.names.size()));
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const auto& [cell, column] = cells[k];
      const auto value = parse_si(cell);
      if (cell.empty()) refuse(column, "'" + out.names[k] + "' has no value here");
      if (!value || !std::isfinite(*value))
        refuse(column, netlist::in_quotes(cell) + " of '" + out.names[k] + "' is not a number");
      out.values.push_back(*value);
    }
  }
  if (out.values.empty())
    throw InputError(ErrorKind::usage, "'" + path + "' has no rows", {},
                     "a header with the names of parameters, and a row of numbers for each prediction");
  return out;
}

}  // namespace nullor
