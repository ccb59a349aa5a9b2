#include "nullor/netlist/cards.h"

#include <algorithm>

#include "nullor/netlist/analysis_parser.h"
#include "nullor/netlist/expression_parser.h"
#include "nullor/netlist/option_names.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

/// The directive without its dot; the cursor stands behind it.
std::string directive(Cursor& cursor) {
  cursor.seek(1);
  return lower(cursor.word());
}

void read_options(Elaborator& elaborator, Scope& scope, Cursor& cursor) {
  auto& options = elaborator.circuit().options;
  while (!cursor.at_end()) {
    if (cursor.accept(',') || cursor.accept('(') || cursor.accept(')')) continue;
    const bool has_value = cursor.at_assignment();
    const std::string_view written = cursor.word();
    if (written.empty()) cursor.fail("expected the name of an option");
    const std::string name = lower(written);
    check_option_name(name, cursor.where(written));
    if (!has_value) {
      check_option(name, std::nullopt, cursor.where(written));
      options[name] = 1.0;
    } else {
      cursor.accept('=');
      const std::string_view piece = cursor.value("a value after '='");
      OptionValue value;
      if (is_text_option(name))
        value = lower(without_delimiters(piece));
      else
        value = elaborator.number_of(scope, cursor.source(), piece);
      check_option(name, value, cursor.where(piece));
      options[name] = std::move(value);
    }
    if (name == "savecurrents") elaborator.circuit().save_device_currents = true;
  }
}

}  // namespace

void early_card(Elaborator& elaborator, Scope& scope, const LogicalLine& line) {
  Cursor cursor(SourceText(elaborator.source(), line));
  const std::string word = directive(cursor);
  if (word == "option" || word == "options" || word == "opt") {
    read_options(elaborator, scope, cursor);
  } else if (word == "global") {
    elaborator.global_nodes(line);
  } else if (word == "temp") {
    const std::string_view piece = cursor.value("a temperature");
    const double celsius = elaborator.number_of(scope, cursor.source(), piece);
    check_option("temp", celsius, cursor.where(piece));
    elaborator.circuit().options["temp"] = celsius;
    if (!cursor.at_end()) cursor.fail(".temp takes one temperature", "sweep it with .step temp list ...");
  }
}

void CardReader::read(Scope& scope, const LogicalLine& line) {
  Cursor cursor(SourceText(elaborator_.source(), line));
  const Location where = cursor.where();
  const std::string word = directive(cursor);
  Circuit& circuit = elaborator_.circuit();
  if (word == "ic" || word == "nodeset") return node_values(scope, cursor, word == "ic");
  if (word == "nature") return nature(scope, cursor);
  const bool early =
      word == "option" || word == "options" || word == "opt" || word == "global" || word == "temp";
  if (early && scope.is_top()) return;
  if (!scope.is_top()) {
    const auto& known = directive_names();
    const bool exists = std::find(known.begin(), known.end(), "." + word) != known.end();
    if (exists) fail("." + word + " does not belong inside a subcircuit", where, "move it to the top level");
  }
  const Evaluate evaluate = [&](const SourceText& source, std::string_view piece) {
    return elaborator_.number_of(scope, source, piece);
  };
  if (is_analysis(word)) {
    cursor.seek(1);
    circuit.analyses.push_back(read_analysis(cursor, evaluate));
  } else if (word == "step") {
    circuit.steps.push_back(read_step(cursor, evaluate));
  } else if (word == "meas" || word == "measure") {
    circuit.measures.push_back(read_measure(cursor));
  } else if (word == "save" || word == "probe" || word == "print" || word == "plot") {
    outputs(cursor, word, where);
  } else if (word == "title") {
    circuit.title = std::string(cursor.rest());
  } else if (word == "width") {
    // Columns of a line printer.
  } else {
    fail("there is no directive '." + word + "'", where, did_you_mean("." + word, directive_names()));
  }
}

// v(node)
int CardReader::node_of(Scope& scope, Cursor& cursor, const char* what) {
  if (!same_name(cursor.peek_word(), "v")) cursor.fail(what);
  cursor.word();
  if (!cursor.accept('(')) cursor.fail(what);
  const std::string_view name = cursor.word();
  const Location where = cursor.where(name);
  if (name.empty() || !cursor.accept(')')) cursor.fail(what);
  const int node = elaborator_.node(scope, lower(name));
  elaborator_.check_connected(node, where);
  return node;
}

void CardReader::nature(Scope& scope, Cursor& cursor) {
  const char* what =
      ".nature expects nodes, then units= and abstol=, as in .nature v(p) units=C/m2 abstol=1e-6";
  std::vector<int> nodes;
  NodeNature nature{0, "", Value{1e-6}};
  while (!cursor.at_end()) {
    if (cursor.accept(',')) continue;
    if (!cursor.at_assignment()) {
      nodes.push_back(node_of(scope, cursor, what));
      continue;
    }
    const std::string_view written = cursor.word();
    const std::string name = lower(written);
    cursor.accept('=');
    if (name == "units") {
      nature.unit = std::string(without_delimiters(cursor.value("a unit")));
    } else if (name == "abstol") {
      const std::string_view piece = cursor.value("a tolerance");
      nature.tolerance = elaborator_.value_of(scope, cursor.source(), piece);
      if (!(elaborator_.number(nature.tolerance) > 0)) fail("abstol must be above 0", cursor.where(piece));
    } else {
      fail(".nature has no " + in_quotes(written), cursor.where(written), "it takes units= and abstol=");
    }
  }
  if (nodes.empty()) cursor.fail(what);
  for (const int node : nodes) {
    nature.node = node;
    if (node != 0) elaborator_.circuit().natures.push_back(nature);
  }
}

void CardReader::node_values(Scope& scope, Cursor& cursor, bool initial) {
  const char* what = initial ? ".ic expects v(node)=value" : ".nodeset expects v(node)=value";
  if (cursor.at_end()) cursor.fail(what);
  while (!cursor.at_end()) {
    if (cursor.accept(',')) continue;
    const int node = node_of(scope, cursor, what);
    if (!cursor.accept('=')) cursor.fail(what);
    const Value value = elaborator_.value_of(scope, cursor.source(), cursor.value("a voltage"));
    Circuit& circuit = elaborator_.circuit();
    (initial ? circuit.initial_conditions : circuit.node_sets).emplace_back(node, value);
  }
}

void CardReader::outputs(Cursor& cursor, const std::string& word, const Location& where) {
  Circuit& circuit = elaborator_.circuit();
  const bool prints = word == "print" || word == "plot";
  PrintCard print{{}, {}, word == "plot", where};
  if (prints && (is_analysis(cursor.peek_word()) || same_name(cursor.peek_word(), "sp")))
    print.analysis = lower(cursor.word());
  while (!cursor.at_end()) {
    if (cursor.accept(',')) continue;
    const std::string_view piece = cursor.value("an output, such as v(out)");
    if (prints && piece.front() == '(' && piece.find(',') != std::string_view::npos)
      continue;  // limits of an axis
    if (!prints && same_name(piece, "alli")) {
      circuit.save_device_currents = true;
      continue;
    }
    (prints ? print.what : circuit.saves).push_back(parse_piece(cursor.source(), piece));
  }
  if (!prints) return;
  if (print.what.empty()) cursor.fail("." + word + " expects outputs, such as v(out)");
  circuit.prints.push_back(std::move(print));
}

}  // namespace nullor::netlist
