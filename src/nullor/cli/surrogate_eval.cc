#include "nullor/cli/surrogate_eval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/si.h"
#include "nullor/cli/named_values.h"
#include "nullor/cli/surrogate_pages.h"
#include "nullor/cli/version.h"
#include "nullor/cli/write_tables.h"
#include "nullor/io/json_tables.h"
#include "nullor/report/html_page.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

void print(const Json& json) { std::puts(json.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }

/// What a surrogate is of, when no point is asked for.
void describe(const Surrogate& surrogate, bool json) {
  const auto& p = surrogate.parts();
  if (json) {
    Json out = {{"title", p.title}, {"stop", p.stop}, {"runs", p.runs}, {"certificate", p.certificate.worst}};
    for (const SurrogateAxis& a : p.axes)
      out["parameters"].push_back({{"name", a.name}, {"unit", a.unit}, {"low", a.low}, {"high", a.high}});
    for (const auto& s : p.signals) out["signals"].push_back(s.name);
    return print(out);
  }
  std::printf("%s\n", p.title.c_str());
  for (const SurrogateAxis& a : p.axes)
    std::printf("%-12s %s to %s%s\n", a.name.c_str(), format_si(a.low).c_str(), format_si(a.high).c_str(),
                a.unit.c_str());
  std::printf("certificate  %.1e of a signal, at %zu points held out\nruns         %ld\n",
              p.certificate.worst, p.certificate.at_held_out.size(), p.runs);
}

/// The waveforms after one step of Newton's method, and how long that step was: the error before. A second
/// step says what is left.
struct Polished {
  Waveform waveform;
  double before = 0, after = 0;
};

Polished polish(const Surrogate& surrogate, const std::string& deck, const std::vector<double>& u) {
  const auto& parts = surrogate.parts();
  Circuit circuit = read_circuit(deck, {});
  TranCard card;
  for (const AnalysisCard& analysis : circuit.analyses) {
    if (const auto* tran = std::get_if<TranCard>(&analysis.what)) card = *tran;
  }
  TrainingOptions how;
  how.tolerance = parts.window_tolerance;
  how.seed = parts.seed;
  BoxSimulator box(std::move(circuit), card, {}, parts.axes, how);
  bool same = box.unknowns().size() == parts.signals.size() && box.basis().weights.a == parts.weights.a;
  for (std::size_t i = 0; same && i < parts.signals.size(); ++i)
    same = box.unknowns()[i].name == parts.signals[i].name;
  if (!same) {
    throw InputError(ErrorKind::usage, "'" + deck + "' is not the netlist of this surrogate", {},
                     "give the one it was trained on");
  }
  box.adopt_windows(parts.windows, parts.reference_knots);
  Polished out;
  std::vector<double> state = surrogate.state(u);
  const TimeMap map = surrogate.time_map(u);
  for (double* error : {&out.before, &out.after}) {
    std::vector<double> next = state, difference(state.size());
    if (!box.correct(u, map.time, next))
      throw InputError(ErrorKind::singular, "the equations have no unique solution at this point");
    for (std::size_t k = 0; k < next.size(); ++k) difference[k] = next[k] - state[k];
    const std::vector<double> errors = box.relative_error(difference, next);
    *error = *std::max_element(errors.begin(), errors.end());
    if (error == &out.before) state = next;
  }
  out.waveform = surrogate.waveform(state, map);
  return out;
}

}  // namespace

void add_surrogate_eval_options(CLI::App& verb, SurrogateEvalOptions& options) {
  verb.add_option("--at", options.at, "the point: every parameter of the box")
      ->delimiter(',')
      ->type_name("PARAM=VALUE")
      ->allow_extra_args(false);
  verb.add_option("--points", options.points, "with --at: even points in time")
      ->check(CLI::Range(2, 100000000))
      ->capture_default_str();
  verb.add_flag("--sensitivity", options.sensitivity, "with --at: also the derivatives by the parameters");
  verb.add_option("--polish", options.polish, "with --at: one Newton step on the equations of this netlist")
      ->type_name("DECK");
  verb.add_option("--format", options.format, "with --at: format of -o, instead of its extension")
      ->check(CLI::IsMember(table_formats()));
}

void evaluate_surrogate(const SurrogateEvalOptions& options) {
  const Surrogate surrogate = Surrogate::load(options.network);
  if (options.at.empty()) return describe(surrogate, options.json);
  const auto values = named_values(options.at, "--at W=2u,CL=20f");
  const std::vector<double> u = surrogate.coordinates(values);
  Table table = surrogate_table(surrogate, u, options.points, options.sensitivity);
  const auto& parts = surrogate.parts();
  const SurrogateCertificate& c = parts.certificate;
  std::optional<Polished> polished;
  if (!options.polish.empty()) {
    polished = polish(surrogate, options.polish, u);
    for (std::size_t k = 0; k < parts.saved.size(); ++k)
      polished->waveform.evaluate(parts.saved[k], table.columns[0].real, table.columns[k + 1].real.data());
    log_note(fmt::format("polished: error {:.1e} of a signal before, {:.1e} after", polished->before,
                         polished->after));
  }
  std::vector<std::string> files;
  if (!options.output.empty()) {
    const std::string kind = extension_of(options.output);
    if (options.format.empty() && (kind == "html" || kind == "htm")) {
      Page page{table.title, std::string(kVersion), {{"", "", {table}, {}, ""}}};
      page.sections[0].text =
          fmt::format("{}. Certified error {:.1e} of a signal.", fmt::join(options.at, ", "), c.worst);
      write_file(options.output, write_html(page));
      files = {options.output};
    } else {
      files = write_tables(std::vector<Table>{table}, options.output, options.format);
    }
    if (options.output == "-") return;
  }
  if (options.json) {
    Json out = {{"title", table.title}, {"certificate", c.worst}};
    for (const auto& [name, value] : values) out["at"][name] = value;
    for (const int signal : parts.saved)
      out["error_bars"][surrogate_column(surrogate, signal).name] =
          c.of_signal[static_cast<std::size_t>(signal)];
    if (polished) out["polished"] = {{"error_before", polished->before}, {"error_after", polished->after}};
    if (options.output.empty()) out["tables"] = Json::array({to_json(table)});
    out["files"] = files;
    return print(out);
  }
  std::printf("%-16s %12s %12s %12s\n", "signal", "least", "largest", "error");
  for (std::size_t k = 0; k < parts.saved.size(); ++k) {
    const Column& column = table.columns[k + 1];
    const auto [low, high] = std::minmax_element(column.real.begin(), column.real.end());
    const double error = c.of_signal[static_cast<std::size_t>(parts.saved[k])];
    const bool certified = column.quantity != Quantity::current;
    const double bar = polished ? polished->after : error;
    std::printf("%-16s %12.6g %12.6g %12s\n", column.name.c_str(), *low, *high,
                certified ? fmt::format("{:.1e}", bar).c_str() : "-");
  }
  for (const std::string& file : files) log_note("wrote " + file);
}

}  // namespace nullor
