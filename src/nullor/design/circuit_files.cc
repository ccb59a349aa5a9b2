#include "nullor/design/circuit_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "nullor/base/sha256.h"
#include "nullor/netlist/deck_tree.h"
#include "nullor/netlist/text.h"

namespace nullor {
namespace {

using netlist::Block;

std::string include_line(const std::string& written, bool may_have_section) {
  std::string path = written, section;
  if (const auto comma = written.rfind(','); may_have_section && comma != std::string::npos) {
    path = written.substr(0, comma);
    section = written.substr(comma + 1);
  }
  const std::string full = std::filesystem::absolute(path).lexically_normal().string();
  if (!std::filesystem::exists(full))
    throw InputError(ErrorKind::input_output, "cannot read '" + path + "': there is no such file");
  return section.empty() ? ".include \"" + full + "\"\n" : ".lib \"" + full + "\" " + section + "\n";
}

/// The subcircuit that is asked for, or the only one that the netlist file itself defines.
const Block& choose(const Block& root, const netlist::SourceLines& source, const CircuitFiles& files) {
  std::vector<std::string> all, own;
  for (const auto& [name, block] : root.subcircuits) {
    all.push_back(name);
    const Location where = source.locate(*block->line, 0);
    std::error_code ignored;
    if (where.file && std::filesystem::equivalent(where.file->path, files.netlist, ignored))
      own.push_back(name);
  }
  std::sort(own.begin(), own.end());
  if (!files.subcircuit.empty()) {
    const auto found = root.subcircuits.find(netlist::lower(files.subcircuit));
    if (found != root.subcircuits.end()) return *found->second;
    throw InputError(ErrorKind::usage, "there is no subcircuit '" + files.subcircuit + "'", {},
                     did_you_mean(files.subcircuit, all));
  }
  if (own.size() == 1) return *root.subcircuits.at(own.front());
  throw InputError(ErrorKind::usage,
                   own.empty() ? "'" + files.netlist + "' defines no subcircuit to test"
                               : "'" + files.netlist + "' defines several subcircuits",
                   {},
                   own.empty() ? "put the circuit under test into .subckt ... .ends"
                               : fmt::format("say which with --subcircuit: {}", fmt::join(own, ", ")));
}

}  // namespace

CircuitFiles CircuitFiles::at_corner(const std::string& corner) const {
  CircuitFiles out = *this;
  for (std::string& model : out.models) {
    for (auto at = model.find("{corner}"); at != std::string::npos; at = model.find("{corner}"))
      model.replace(at, 8, corner);
  }
  return out;
}

bool CircuitFiles::has_corners() const {
  return std::any_of(models.begin(), models.end(),
                     [](const std::string& m) { return m.find("{corner}") != std::string::npos; });
}

std::string include_lines(const CircuitFiles& files) {
  std::string out;
  for (const std::string& path : files.includes) out += include_line(path, false);
  if (!files.netlist.empty()) out += include_line(files.netlist, false);
  for (const std::string& path : files.models) out += include_line(path, true);
  return out;
}

CircuitContents read_contents(const CircuitFiles& files) {
  const std::string deck = "contents\n" + include_lines(files) + ".end\n";
  const ReadOptions options;
  const netlist::SourceLines source("testbench", &deck, options);
  const auto root = netlist::build_tree(source);
  const Block& block = choose(*root, source, files);
  CircuitContents out;
  out.subcircuit = block.name;
  out.ports = block.ports;
  out.where = source.locate(*block.line, 0);
  for (const netlist::ParameterText& parameter : root->parameters) out.parameters.push_back(parameter.name);
  const SourceFile* last = nullptr;
  for (const netlist::LogicalLine& line : source.lines()) {
    const auto file = source.locate(line, 0).file;
    if (!file || file.get() == last || file->path == "testbench") continue;
    last = file.get();
    const bool known = std::any_of(out.files.begin(), out.files.end(),
                                   [&](const FileDigest& f) { return f.path == file->path; });
    if (!known) out.files.push_back({file->path, sha256(file->text)});
  }
  return out;
}

}  // namespace nullor
