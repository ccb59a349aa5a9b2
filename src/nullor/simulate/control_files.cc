// Commands that print, draw, and write files.

#include <algorithm>
#include <array>

#include "nullor/base/file.h"
#include "nullor/io/raw_file.h"
#include "nullor/simulate/control_machine.h"
#include "nullor/simulate/control_text.h"

namespace nullor {

bool ControlMachine::output_command(const std::string& verb, const std::string& rest) {
  constexpr std::array<std::string_view, 4> kPlots = {"plot", "asciiplot", "gnuplot", "hardcopy"};
  if (verb == "print") return print(rest), true;
  if (verb == "wrdata") return wrdata(rest), true;
  if (verb == "write") return write(rest), true;
  if (std::find(kPlots.begin(), kPlots.end(), verb) != kPlots.end()) {
    // gnuplot and hardcopy name a file first; no file is made, the page shows the plot.
    const auto blank = rest.find_first_of(" \t");
    const bool has_file = verb == "gnuplot" || verb == "hardcopy";
    return plot(!has_file ? rest : blank == std::string::npos ? "" : rest.substr(blank)), true;
  }
  if (verb == "echo") {
    std::string text;
    Words words = control_words(rest);
    const bool no_newline = !words.empty() && words[0] == "-n";
    if (no_newline) words.erase(words.begin());
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return say(no_newline ? text : text + "\n"), true;
  }
  return false;
}

// The expressions of a line; "all", "allv" and "alli" are the columns, "allv" only the voltages.
std::vector<NamedSamples> ControlMachine::vectors(const std::string& text) const {
  std::vector<NamedSamples> out;
  const auto add_all = [&](const Plot& plot, const std::string& which) {
    const Table table = plot.with_vectors();
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      const Column& column = table.columns[k];
      if (k == 0 && table.has_scale() && which != "all") continue;
      if (which == "allv" && column.quantity != Quantity::voltage) continue;
      if (which == "alli" && column.quantity != Quantity::current) continue;
      out.push_back({column.name, *TableWaveforms(table).column(column.name)});
    }
  };
  for (const std::string& part : split_expressions(text)) {
    const std::string word = lowered(part);
    const auto dot = word.rfind('.');
    const std::string last = dot == std::string::npos ? word : word.substr(dot + 1);
    if (last != "all" && last != "allv" && last != "alli") {
      out.push_back({word, evaluate(part)});
      continue;
    }
    const Plot* plot = &out_.plots.current();
    for (const auto& candidate : out_.plots.plots()) {
      if (dot != std::string::npos && candidate->name == word.substr(0, dot)) plot = candidate.get();
    }
    add_all(*plot, last);
  }
  return out;
}

NamedSamples ControlMachine::scale() const {
  const Table& table = out_.plots.current().table;
  if (table.columns.empty()) return {"index", {}};
  const Column& column = table.columns.front();
  return {column.name, *TableWaveforms(table).column(column.name)};
}

void ControlMachine::print(const std::string& rest) {
  std::string text(trimmed(rest));
  for (const std::string_view word : {"line ", "col "}) {
    if (text.starts_with(word)) text.erase(0, word.size());
  }
  if (text.empty()) fail("print needs vectors", "print v(out), or print all");
  say(print_text(vectors(text), scale(), digits(6)));
}

void ControlMachine::save_file(const std::string& name, std::string_view bytes) {
  const std::string path = path_below(options_.output_folder, name);
  write_file(path, bytes);
  out_.files.push_back(path);
}

void ControlMachine::wrdata(const std::string& rest) {
  const Words words = control_words(rest);
  if (words.size() < 2) fail("wrdata needs a file name and vectors", "wrdata out.txt v(out)");
  const std::string list(trimmed(std::string_view(rest).substr(rest.find(words[0]) + words[0].size())));
  const WrdataOptions options{digits(8), flag("wr_singlescale"), flag("wr_vecnames")};
  save_file(words[0], wrdata_text(vectors(list), scale(), options));
}

// write file [vectors]: a raw file of the current plot, or of those expressions over its scale.
void ControlMachine::write(const std::string& rest) {
  const Words words = control_words(rest);
  const std::string name = words.empty() ? "rawspice.raw" : words[0];
  const Plot& plot = out_.plots.current();
  Table table = plot.with_vectors();
  if (words.size() > 1 && !(words.size() == 2 && words[1] == "all")) {
    const std::string list(trimmed(std::string_view(rest).substr(rest.find(words[0]) + words[0].size())));
    Table chosen{table.title, table.plotname, table.kind, {}};
    if (table.has_scale()) chosen.columns.push_back(table.columns.front());
    for (const NamedSamples& v : vectors(list)) {
      if (!chosen.columns.empty() && v.name == chosen.columns.front().name) continue;
      if (!chosen.columns.empty() && v.samples.size() != chosen.rows()) {
        fail("'" + v.name + "' has " + std::to_string(v.samples.size()) + " samples, the plot has " +
             std::to_string(chosen.rows()));
      }
      chosen.columns.push_back(column_of(v.name, v.samples));
    }
    table = std::move(chosen);
  }
  if (table.columns.empty()) fail("there is nothing to write", "run an analysis first");
  const auto type = variables_.find("filetype");
  const bool ascii = type != variables_.end() && type->second == Words{"ascii"};
  save_file(name, write_raw(std::span(&table, 1), ascii ? RawFormat::ascii : RawFormat::binary));
}

// Collected for the result page; there is no window. Options of the drawing are dropped.
void ControlMachine::plot(const std::string& rest) {
  constexpr std::array<std::string_view, 8> kFlags = {"loglog", "xlog",  "ylog",  "linear",
                                                      "polar",  "smith", "samep", "pointplot"};
  constexpr std::array<std::string_view, 5> kOneWord = {"title", "xlabel", "ylabel", "xdelta", "ydelta"};
  Table table = out_.plots.current().table;
  Table out{table.title, "plot", table.kind, {}};
  const NamedSamples axis = scale();
  std::string text;
  const Words words = control_words(rest);
  std::string horizontal;
  for (std::size_t k = 0; k < words.size(); ++k) {
    if (std::find(kFlags.begin(), kFlags.end(), words[k]) != kFlags.end()) continue;
    if (std::find(kOneWord.begin(), kOneWord.end(), words[k]) != kOneWord.end()) {
      if (words[k] == "title" && k + 1 < words.size()) out.plotname = words[k + 1];
      ++k;
    } else if (words[k] == "xlimit" || words[k] == "ylimit" || words[k] == "xl" || words[k] == "yl") {
      k += 2;
    } else if (words[k] == "vs" && k + 1 < words.size()) {
      horizontal = words[++k];
    } else {
      text += words[k] + " ";
    }
  }
  const NamedSamples x = horizontal.empty() ? axis : NamedSamples{horizontal, evaluate(horizontal)};
  Column first = column_of(x.name, x.samples);
  if (first.is_complex()) {
    for (const auto& z : first.complex) first.real.push_back(z.real());
    first.complex.clear();
  }
  out.columns.push_back(std::move(first));
  for (const NamedSamples& v : vectors(text)) {
    if (v.samples.size() == out.rows()) out.columns.push_back(column_of(v.name, v.samples));
  }
  if (out.columns.size() > 1) out_.drawn.push_back(std::move(out));
}

}  // namespace nullor
