// nullor run deck.cir ...: simulate what each deck asks for.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/app.h"
#include "nullor/cli/named_values.h"
#include "nullor/cli/read_deck.h"
#include "nullor/cli/run_deck.h"
#include "nullor/cli/training_flags.h"
#include "nullor/cli/version.h"
#include "nullor/cli/write_tables.h"
#include "nullor/io/json_tables.h"
#include "nullor/io/svg_plot.h"
#include "nullor/io/text_tables.h"
#include "nullor/neural/export.h"
#include "nullor/neural/neural_session.h"
#include "nullor/report/html_page.h"
#include "nullor/simulate/engine_session.h"

namespace nullor {
namespace {

struct RunOptions {
  CommonOptions common;
  std::vector<std::string> decks;
  std::string output, format, plot, engine = "numeric", network;
  TrainingFlags training;
  std::vector<std::string> parameters;
  std::vector<std::string> tran, ac, dc;
  bool op = false;
};

std::vector<AnalysisCard> analyses_of(const RunOptions& options) {
  std::vector<AnalysisCard> out;
  const auto add = [&](const std::string& verb, const std::string& text) {
    auto source = std::make_shared<SourceFile>(SourceFile{"--" + verb, verb + " " + text});
    out.push_back(parse_analysis(source->text, {source, 1, 1}));
  };
  if (options.op) add("op", "");
  for (const std::string& text : options.dc) add("dc", text);
  for (const std::string& text : options.ac) add("ac", text);
  for (const std::string& text : options.tran) add("tran", text);
  return out;
}

/// One deck and what it gave.
struct Finished {
  std::string title, netlist;
  std::string text;  ///< printed by the deck
  DeckResult result;
  std::vector<Table> training;  ///< learning curves
};

std::unique_ptr<EngineSession> session_for(Circuit circuit, const RunOptions& options) {
  if (options.engine == "numeric") return std::make_unique<EngineSession>(std::move(circuit));
  return std::make_unique<NeuralSession>(std::move(circuit), options.training.options(options.common.seed));
}

void save_network(const EngineSession& session, const std::string& path) {
  const auto* neural = dynamic_cast<const NeuralSession*>(&session);
  if (!neural || !neural->waveform()) {
    throw InputError(ErrorKind::usage, "--network keeps the network of a transient, and there is none", {},
                     "use --engine neural with a deck that has .tran, without .step");
  }
  export_network(*neural->waveform(), path);
}

Finished simulate(const std::string& path, const RunOptions& options, bool to_stdout) {
  ReadOptions reading;
  reading.parameters = named_values(options.parameters, "--param vdd=1.8");
  reading.seed = options.common.seed;
  Finished out;
  out.netlist = read_file(path);
  const std::unique_ptr<EngineSession> made = session_for(read_deck(path, reading), options);
  EngineSession& session = *made;
  out.title = session.circuit().title;
  DeckOptions deck;
  deck.output_folder = options.common.out;
  deck.analyses = analyses_of(options);
  deck.print = [&](std::string_view piece) {
    out.text += piece;
    if (to_stdout) std::fwrite(piece.data(), 1, piece.size(), stdout);
  };
  {
    Progress progress(options.engine == "neural" ? "training" : "simulating");
    if (auto* neural = dynamic_cast<NeuralSession*>(&session))
      neural->status = [&](const std::string& text) { progress.detail(text); };
    session.progress = deck.progress = [&](double fraction) { progress.update(fraction); };
    deck.jobs =
        options.common.jobs > 0 ? options.common.jobs : static_cast<int>(std::thread::hardware_concurrency());
    out.result = run_deck(session, deck);
  }
  if (const auto* neural = dynamic_cast<const NeuralSession*>(&session)) out.training = neural->curves();
  for (const std::string& note : out.result.notes) log_note("note: " + note);
  if (!options.network.empty()) {
    save_network(session, options.network);
    out.result.files.push_back(options.network);
  }
  return out;
}

std::vector<Table> all_tables(const std::vector<Finished>& decks, bool drawn) {
  std::vector<Table> out;
  for (const Finished& deck : decks) {
    const auto& tables = drawn && !deck.result.drawn.empty() ? deck.result.drawn : deck.result.tables;
    out.insert(out.end(), tables.begin(), tables.end());
  }
  return out;
}

void draw(const RunOptions& options, const std::vector<Finished>& decks) {
  const std::string kind = extension_of(options.plot);
  if (kind == "svg") {
    std::vector<Reading> readings;
    for (const Finished& deck : decks) {
      readings.insert(readings.end(), deck.result.readings.begin(), deck.result.readings.end());
    }
    return write_file(options.plot, write_svg(all_tables(decks, true), readings));
  }
  if (kind != "html" && kind != "htm") {
    throw InputError(ErrorKind::usage, "--plot writes .html or .svg, not '" + options.plot + "'");
  }
  const bool several = decks.size() > 1;
  Page page{several ? std::to_string(decks.size()) + " circuits" : decks[0].title, std::string(kVersion), {}};
  for (const Finished& deck : decks) {
    const DeckResult& result = deck.result;
    const std::string prefix = several ? deck.title + ": " : "";
    if (!result.drawn.empty()) page.sections.push_back({prefix + "Plots", "", result.drawn, {}, ""});
    page.sections.push_back({!result.drawn.empty() ? prefix + "All results"
                             : several             ? deck.title
                                                   : "",
                             "", result.tables, result.readings, deck.netlist});
    if (!deck.training.empty()) page.sections.push_back({prefix + "Training", "", deck.training, {}, ""});
  }
  write_file(options.plot, write_html(page));
}

nlohmann::ordered_json json_of(const Finished& deck, bool with_tables) {
  nlohmann::ordered_json out = {{"title", deck.title}, {"measures", to_json(deck.result.readings)}};
  if (with_tables) {
    out["tables"] = nlohmann::ordered_json::array();
    for (const Table& table : deck.result.tables) out["tables"].push_back(to_json(table));
  }
  if (!deck.text.empty()) out["text"] = deck.text;
  return out;
}

/// One deck is one object; several are {"decks": [...], "files": [...]}.
void show_json(const RunOptions& options, const std::vector<Finished>& decks,
               const std::vector<std::string>& files) {
  const bool with_tables = options.output.empty();  // else the waveforms are in the file
  nlohmann::ordered_json out;
  if (decks.size() == 1) {
    out = json_of(decks[0], with_tables);
  } else {
    out["decks"] = nlohmann::ordered_json::array();
    for (const Finished& deck : decks) out["decks"].push_back(json_of(deck, with_tables));
  }
  out["files"] = files;
  const std::string json = out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  std::fwrite(json.data(), 1, json.size(), stdout);
}

void show_text(const RunOptions& options, const Finished& deck) {
  const std::string readings = render_readings(deck.result.readings);
  std::fwrite(readings.data(), 1, readings.size(), stdout);
  if (options.output.empty() && options.plot.empty() && deck.text.empty() && readings.empty()) {
    for (const Table& table : deck.result.tables) {
      log_note(table.plotname + ": " + std::to_string(table.columns.size()) + " vectors, " +
               std::to_string(table.rows()) +
               " points; keep them with -o out.raw, see them with --plot out.html");
    }
  }
}

void run(const RunOptions& options) {
  options.training.check(options.engine == "neural");
  const bool data_on_stdout = options.output == "-";
  const bool talk = !options.common.json && !data_on_stdout;
  const bool several = options.decks.size() > 1;
  if (!options.network.empty()) check_network_name(options.network);
  std::vector<Finished> decks;
  for (const std::string& path : options.decks) {
    if (several && talk) std::printf("%s%s\n", decks.empty() ? "" : "\n", path.c_str());
    decks.push_back(simulate(path, options, talk));
    if (talk) show_text(options, decks.back());
  }
  std::vector<std::string> files;
  for (const Finished& deck : decks) {
    files.insert(files.end(), deck.result.files.begin(), deck.result.files.end());
  }
  if (!options.output.empty()) {
    const auto written = write_tables(all_tables(decks, false), options.output, options.format);
    if (!data_on_stdout) files.insert(files.end(), written.begin(), written.end());
  }
  if (!options.plot.empty()) {
    draw(options, decks);
    files.push_back(options.plot);
  }
  if (data_on_stdout) return;
  if (options.common.json) return show_json(options, decks, files);
  for (const std::string& file : files) log_note("wrote " + file);
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* verb = app.add_subcommand("run", "simulate what a deck asks for");
  verb->add_option("deck", options->decks, "SPICE netlists, one result of all of them")
      ->required()
      ->type_name("FILE");
  verb->add_option("-o,--output", options->output, "waveforms: .raw, .csv, .npy, .json; - is standard output")
      ->type_name("FILE");
  verb->add_option("--format", options->format, "format of -o, instead of its extension")
      ->check(CLI::IsMember(table_formats()));
  verb->add_option("--plot", options->plot, "result page (.html) or picture (.svg)")->type_name("FILE");
  verb->add_option("--param", options->parameters, "override a .param")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--engine", options->engine, "which engine solves the circuit")
      ->check(CLI::IsMember({"numeric", "neural"}))
      ->capture_default_str();
  options->training.add(*verb);
  verb->add_option("--network", options->network,
                   "neural: keep the trained network: .safetensors, .json (layers), .npy (samples)")
      ->type_name("FILE");
  verb->add_flag("--op", options->op, "operating point, instead of the deck's analyses");
  verb->add_option("--dc", options->dc, "dc sweep: \"v1 0 1 0.1\"")
      ->type_name("SPEC")
      ->allow_extra_args(false);
  verb->add_option("--ac", options->ac, "ac sweep: \"dec 10 1 1meg\"")
      ->type_name("SPEC")
      ->allow_extra_args(false);
  verb->add_option("--tran", options->tran, "transient: \"1n 1u\"")
      ->type_name("SPEC")
      ->allow_extra_args(false);
  add_common_options(*verb, options->common);
  verb->callback([options] { run(*options); });
}

}  // namespace nullor
