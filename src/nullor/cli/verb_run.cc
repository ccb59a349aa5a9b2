// nullor run deck.cir: simulate what the deck asks for.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/app.h"
#include "nullor/cli/run_deck.h"
#include "nullor/cli/version.h"
#include "nullor/cli/write_tables.h"
#include "nullor/io/json_tables.h"
#include "nullor/io/svg_plot.h"
#include "nullor/io/text_tables.h"
#include "nullor/report/html_page.h"
#include "nullor/simulate/engine_session.h"

namespace nullor {
namespace {

struct RunOptions {
  CommonOptions common;
  std::string deck, output, format, plot, engine = "numeric";
  std::vector<std::string> parameters;
  std::vector<std::string> tran, ac, dc;
  bool op = false;
};

std::vector<std::pair<std::string, double>> parameters_of(const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, double>> out;
  for (const std::string& word : words) {
    const auto equal = word.find('=');
    const auto value = equal == std::string::npos ? std::nullopt : parse_si(word.substr(equal + 1));
    if (!value || equal == 0) {
      throw InputError(ErrorKind::usage, "'" + word + "' is not NAME=VALUE", {},
                       "for example --param vdd=1.8");
    }
    out.emplace_back(word.substr(0, equal), *value);
  }
  return out;
}

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

void draw(const RunOptions& options, const DeckResult& result, const Circuit& circuit,
          const std::string& netlist) {
  const std::string kind = extension_of(options.plot);
  if (kind == "svg") {
    const auto& tables = result.drawn.empty() ? result.tables : result.drawn;
    return write_file(options.plot, write_svg(tables, result.readings));
  }
  if (kind != "html" && kind != "htm") {
    throw InputError(ErrorKind::usage, "--plot writes .html or .svg, not '" + options.plot + "'");
  }
  Page page{circuit.title, std::string(kVersion), {}};
  if (!result.drawn.empty()) page.sections.push_back({"Plots", "", result.drawn, {}, ""});
  page.sections.push_back(
      {result.drawn.empty() ? "" : "All results", "", result.tables, result.readings, netlist});
  write_file(options.plot, write_html(page));
}

void show(const RunOptions& options, const DeckResult& result, const Circuit& circuit,
          const std::string& text, const std::vector<std::string>& files) {
  if (options.common.json) {
    nlohmann::ordered_json out = {{"title", circuit.title}, {"measures", to_json(result.readings)}};
    // The waveforms are in the file when there is one.
    if (options.output.empty()) {
      out["tables"] = nlohmann::ordered_json::array();
      for (const Table& table : result.tables) out["tables"].push_back(to_json(table));
    }
    if (!text.empty()) out["text"] = text;
    out["files"] = files;
    const std::string json = out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    std::fwrite(json.data(), 1, json.size(), stdout);
    return;
  }
  const std::string readings = render_readings(result.readings);
  std::fwrite(readings.data(), 1, readings.size(), stdout);
  for (const std::string& file : files) log_note("wrote " + file);
  if (options.output.empty() && options.plot.empty() && text.empty() && readings.empty()) {
    for (const Table& table : result.tables) {
      log_note(table.plotname + ": " + std::to_string(table.columns.size()) + " vectors, " +
               std::to_string(table.rows()) +
               " points; keep them with -o out.raw, see them with --plot out.html");
    }
  }
}

void run(const RunOptions& options) {
  ReadOptions reading;
  reading.parameters = parameters_of(options.parameters);
  reading.seed = options.common.seed;
  const std::string netlist = read_file(options.deck);
  EngineSession session(read_circuit(options.deck, reading));
  std::string text;
  DeckOptions deck;
  deck.output_folder = options.common.out;
  deck.analyses = analyses_of(options);
  const bool to_stdout = !options.common.json && options.output != "-";
  deck.print = [&](std::string_view piece) {
    text += piece;
    if (to_stdout) std::fwrite(piece.data(), 1, piece.size(), stdout);
  };
  DeckResult result;
  {
    Progress progress("simulating");
    session.progress = [&](double fraction) { progress.update(fraction); };
    result = run_deck(session, deck);
  }
  for (const std::string& note : session.take_notes()) log_note("note: " + note);
  std::vector<std::string> files = result.files;
  if (!options.output.empty()) {
    const auto written = write_tables(result.tables, options.output, options.format);
    if (options.output != "-") files.insert(files.end(), written.begin(), written.end());
  }
  if (!options.plot.empty()) {
    draw(options, result, session.circuit(), netlist);
    files.push_back(options.plot);
  }
  if (options.output != "-") show(options, result, session.circuit(), text, files);
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* verb = app.add_subcommand("run", "simulate what a deck asks for");
  verb->add_option("deck", options->deck, "SPICE netlist")->required()->type_name("FILE");
  verb->add_option("-o,--output", options->output, "waveforms: .raw, .csv, .npy, .json; - is standard output")
      ->type_name("FILE");
  verb->add_option("--format", options->format, "format of -o, instead of its extension")
      ->check(CLI::IsMember(table_formats()));
  verb->add_option("--plot", options->plot, "result page (.html) or picture (.svg)")->type_name("FILE");
  verb->add_option("--param", options->parameters, "override a .param")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--engine", options->engine, "which engine solves the circuit")
      ->check(CLI::IsMember({"numeric"}))
      ->capture_default_str();
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
