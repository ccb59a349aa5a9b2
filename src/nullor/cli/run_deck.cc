#include "nullor/cli/run_deck.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

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
      circuit.steps.empty() ? run_all(analyses, "") : run_steps(analyses);
    } else if (!out_.tables.empty()) {
      evaluate(out_.tables, "");
    } else if (circuit.control.empty()) {
      throw InputError(ErrorKind::netlist, "the netlist asks for no analysis", {},
                       "add .op, .dc, .ac or .tran to it, or give one here: --tran \"1n 1u\"");
    }
    add(out_.notes, session_.take_notes());
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

  /// One combination of the `.step` values, and what it gave.
  struct Step {
    std::vector<std::pair<std::string, double>> targets;
    std::string label, text;
    DeckResult result;
    std::exception_ptr error;
    bool done = false;
  };

  // `left` cards are still to be fixed; the first card is the innermost loop.
  void combine(std::size_t left, const Step& so_far, std::vector<Step>& out) const {
    if (left == 0) return out.push_back(so_far);
    const SweepAxis& axis = session_.circuit().steps[left - 1].axis;
    for (const double value : sweep_values(axis)) {
      Step next = so_far;
      next.targets.emplace_back(axis.target, value);
      next.label += (next.label.empty() ? "" : ", ") + axis.target + "=" + format_si(value);
      combine(left - 1, next, out);
    }
  }

  void run_step(const std::vector<AnalysisCard>& analyses, Step& step) const {
    const std::unique_ptr<Session> session = session_.fresh();
    for (const auto& [target, value] : step.targets) session->set_target(target, value);
    DeckOptions options = options_;
    options.print = [&](std::string_view text) { step.text += text; };
    DeckRun part(*session, options);
    part.run_all(analyses, step.label);
    part.out_.notes = session->take_notes();
    step.result = std::move(part.out_);
  }

  // Threads take the next step; whatever is complete from the first step on is shown at once.
  void run_steps(const std::vector<AnalysisCard>& analyses) {
    std::vector<Step> steps;
    combine(session_.circuit().steps.size(), {}, steps);
    std::mutex mutex;
    std::size_t next = 0, shown = 0;
    const auto work = [&] {
      std::unique_lock lock(mutex);
      while (next < steps.size()) {
        Step& step = steps[next++];
        lock.unlock();
        try {
          run_step(analyses, step);
        } catch (...) {
          step.error = std::current_exception();
        }
        lock.lock();
        step.done = true;
        if (step.error) next = steps.size();
        while (shown < steps.size() && steps[shown].done && !steps[shown].error) show(steps[shown++]);
        if (options_.progress)
          options_.progress(static_cast<double>(shown) / static_cast<double>(steps.size()));
      }
    };
    std::vector<std::jthread> others;
    for (std::size_t k = 1;
         k < std::min<std::size_t>(static_cast<std::size_t>(std::max(options_.jobs, 1)), steps.size()); ++k) {
      others.emplace_back(work);
    }
    work();
    others.clear();
    if (shown < steps.size()) std::rethrow_exception(steps[shown].error);
  }

  void show(Step& step) {
    say(step.text);
    add(out_.tables, std::move(step.result.tables));
    add(out_.readings, std::move(step.result.readings));
    add(out_.drawn, std::move(step.result.drawn));
    add(out_.notes, std::move(step.result.notes));
    step.result = {};
  }

  template <class T>
  static void add(std::vector<T>& to, std::vector<T> from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
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
    add(out_.tables, std::move(tables));
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
    add(out_.readings, std::move(readings));
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
