#include "nullor/cli/run_deck.h"

#include <iterator>

#include "nullor/base/si.h"
#include "nullor/io/text_tables.h"
#include "nullor/simulate/control.h"
#include "nullor/simulate/control_output.h"
#include "nullor/simulate/engine.h"
#include "nullor/simulate/fourier.h"
#include "nullor/simulate/measure.h"

namespace nullor {
namespace {

class DeckRun {
 public:
  DeckRun(Session& session, const DeckOptions& options) : session_(session), options_(options) {}

  DeckResult run() {
    const Circuit& circuit = session_.circuit();
    const bool own = options_.analyses.empty();
    if (own && !circuit.control.empty()) control();
    const auto& analyses = own ? circuit.analyses : options_.analyses;
    if (out_.tables.empty() && !analyses.empty()) {
      steps(analyses, circuit.steps.size(), "");
    } else if (!out_.tables.empty()) {
      evaluate(out_.tables, "");
    } else if (circuit.control.empty()) {
      throw InputError(ErrorKind::netlist, "the netlist asks for no analysis", {},
                       "add .op, .dc, .ac or .tran to it, or give one here: --tran \"1n 1u\"");
    }
    return std::move(out_);
  }

 private:
  void control() {
    ControlOptions options;
    options.output_folder = options_.output_folder;
    options.print = options_.print;
    ControlSummary summary = run_control(session_.circuit().control, session_, options);
    out_.tables = summary.plots.tables();
    out_.readings = std::move(summary.readings);
    out_.drawn = std::move(summary.drawn);
    out_.files = std::move(summary.files);
  }

  // `left` steps are still to be fixed; the first card is the innermost loop.
  void steps(const std::vector<AnalysisCard>& analyses, std::size_t left, const std::string& label) {
    if (left == 0) return run_all(analyses, label);
    const SweepAxis& axis = session_.circuit().steps[left - 1].axis;
    for (const double value : sweep_values(axis)) {
      session_.set_target(axis.target, value);
      steps(analyses, left - 1, label + (label.empty() ? "" : ", ") + axis.target + "=" + format_si(value));
    }
  }

  void run_all(const std::vector<AnalysisCard>& analyses, const std::string& label) {
    std::vector<Table> tables;
    for (const AnalysisCard& card : analyses) {
      if (std::holds_alternative<FourierCard>(card.what)) continue;
      std::vector<Table> made = session_.run(card);
      for (Table& table : made) {
        if (!label.empty()) table.plotname += " (" + label + ")";
      }
      std::move(made.begin(), made.end(), std::back_inserter(tables));
    }
    evaluate(tables, label);
    std::move(tables.begin(), tables.end(), std::back_inserter(out_.tables));
  }

  void evaluate(const std::vector<Table>& tables, const std::string& label) {
    const Circuit& circuit = session_.circuit();
    for (const Table& table : tables) {
      if (table.kind == "op") say(heading(table) + render_operating_point(table) + "\n");
      if (table.kind == "tf") say(heading(table) + render_operating_point(table) + "\n");
    }
    for (const PrintCard& card : circuit.prints) print(card, tables);
    for (const AnalysisCard& card : circuit.analyses) {
      if (const auto* four = std::get_if<FourierCard>(&card.what)) fourier_of(*four, tables);
    }
    auto readings = measure_all(circuit.measures, tables,
                                [this](std::string_view name) { return session_.parameter(name); });
    for (Reading& reading : readings) {
      if (!label.empty()) reading.name += "[" + label + "]";
    }
    std::move(readings.begin(), readings.end(), std::back_inserter(out_.readings));
  }

  static std::string heading(const Table& table) { return table.plotname + "\n"; }

  void print(const PrintCard& card, const std::vector<Table>& tables) {
    for (const Table& table : tables) {
      if (!card.analysis.empty() && card.analysis != table.kind) continue;
      const TableWaveforms waveforms(table);
      std::vector<NamedSamples> vectors;
      for (const Expression& what : card.what) {
        vectors.push_back({what.text, evaluate_vector<double>(what, {&waveforms, {}, false})});
      }
      if (vectors.empty()) continue;
      const Column& first = table.columns.front();
      const NamedSamples scale{first.name, *waveforms.column(first.name)};
      if (!card.plot) {
        say(heading(table) + print_text(vectors, scale, 6) + "\n");
        continue;
      }
      Table drawn{table.title, table.plotname, table.kind, {first}};
      for (const NamedSamples& v : vectors) {
        if (v.samples.size() == table.rows()) drawn.columns.push_back(column_of(v.name, v.samples));
      }
      out_.drawn.push_back(std::move(drawn));
    }
  }

  void fourier_of(const FourierCard& card, const std::vector<Table>& tables) {
    for (const Table& table : tables) {
      if (table.kind != "tran") continue;
      const TableWaveforms waveforms(table);
      for (const Expression& what : card.outputs) {
        const auto samples = evaluate_vector<double>(what, {&waveforms, {}, false});
        const FourierSummary summary = fourier(waveforms.scale(), samples.re, card.frequency);
        say(render_fourier(summary, what.text) + "\n");
        out_.readings.push_back(
            {"thd(" + what.text + ")", summary.distortion_percent, "%", summary.failure, {}});
      }
    }
  }

  void say(const std::string& text) const {
    if (options_.print) options_.print(text);
  }

  Session& session_;
  const DeckOptions& options_;
  DeckResult out_;
};

}  // namespace

DeckResult run_deck(Session& session, const DeckOptions& options) { return DeckRun(session, options).run(); }

}  // namespace nullor
