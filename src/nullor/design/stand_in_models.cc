#include "nullor/design/stand_in_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "nullor/graph/spice_topology.h"
#include "nullor/netlist/cursor.h"
#include "nullor/netlist/deck_tree.h"
#include "nullor/netlist/text.h"

namespace nullor {
namespace {

using graph::DeviceKind;
using netlist::Block;

/// An element line up to its last NAME=VALUE.
struct Line {
  std::vector<std::string> words, keys;  ///< lower case
  Location where;
};

/// What the lines that call a missing subcircuit have in common.
struct Missing {
  std::size_t nodes = 0;
  std::set<std::string> keys;
  Location where;
};

Line read_line(const netlist::SourceLines& source, const netlist::LogicalLine& logical) {
  netlist::Cursor cursor{netlist::SourceText(source, logical)};
  Line out;
  out.where = cursor.where();
  while (!cursor.at_end()) {
    if (cursor.accept(',') || cursor.accept('(') || cursor.accept(')')) continue;
    if (!cursor.at_assignment()) {
      const std::string_view word = cursor.word();
      // A number in braces or quotes may stand behind a model.
      out.words.push_back(netlist::lower(word.empty() ? cursor.value("a node or a name") : word));
      continue;
    }
    out.keys.push_back(netlist::lower(cursor.word()));
    cursor.accept('=');
    cursor.value("a value");
  }
  return out;
}

/// The farad of SKY130's plate capacitor at w and l [um], from its typical area and side-wall densities.
constexpr const char* kMim = "'2f*(w-0.025)*(l-0.025)+0.38f*(w+l-0.05)'";

class StandIns {
 public:
  explicit StandIns(const std::string& deck) : source_("testbench", &deck, options_) {
    tree_ = netlist::build_tree(source_);
  }

  std::string run() {
    walk(*tree_);
    std::string out;
    for (const auto& [name, card] : cards_) out += fmt::format(".model {} {}\n", name, card);
    for (const auto& [name, missing] : subcircuits_) out += subcircuit(name, missing);
    return out;
  }

 private:
  void walk(const Block& block) {
    for (const auto& [name, inner] : block.subcircuits) walk(*inner);
    for (const netlist::Statement& statement : block.statements) {
      if (statement.conditional) {
        for (const auto& branch : statement.conditional->branches) walk(*branch.body);
      } else {
        element(block, *statement.line);
      }
    }
  }

  template <class Has>
  static bool is_known(const Block& block, const Has& has) {
    for (const Block* b = &block; b; b = b->parent) {
      if (has(*b)) return true;
    }
    return false;
  }
  static bool knows_subcircuit(const Block& block, const std::string& name) {
    return is_known(block, [&](const Block& b) { return b.subcircuits.contains(name); });
  }
  static bool knows_model(const Block& block, const std::string& name) {
    return is_known(block,
                    [&](const Block& b) { return b.model_index.contains(name) || b.bins.contains(name); });
  }

  void element(const Block& block, const netlist::LogicalLine& logical) {
    const char letter = netlist::to_lower(logical.text[0]);
    if (std::string_view("xmqd").find(letter) == std::string_view::npos) return;
    const Line line = read_line(source_, logical);
    if (letter == 'x') return call(block, line);
    const std::size_t least = letter == 'm' ? 5 : letter == 'q' ? 4 : 3;
    for (std::size_t k = least; k < line.words.size(); ++k) {
      if (knows_model(block, line.words[k])) return;
    }
    if (line.words.size() <= least) return;  // the reader says what is missing
    // "q1 c b e s model" has a node where "q1 c b e model 2" has its model.
    const bool substrate = letter == 'q' && line.words.size() > 5 && netlist::is_letter(line.words[5][0]);
    const std::string& model = line.words[substrate ? 5 : least];
    if (model == "ideal") return;
    cards_[model] = card(letter, model, line.where);
  }

  std::string card(char letter, const std::string& model, const Location& where) const {
    if (letter == 'd') return "d";
    const auto kind = letter == 'm' ? graph::transistor_of(model, DeviceKind::nmos, DeviceKind::pmos)
                                    : graph::transistor_of(model, DeviceKind::npn, DeviceKind::pnp);
    if (!kind) unknown("model", model, where);
    return std::string(graph::info(*kind).word);
  }

  [[noreturn]] static void unknown(const char* what, const std::string& name, const Location& where) {
    throw InputError(ErrorKind::netlist,
                     fmt::format("there is no {} '{}', and its name does not tell what it is", what, name),
                     where, "give the file that defines it as a model file or an include");
  }

  void call(const Block& block, const Line& line) {
    if (line.words.size() < 2 || knows_subcircuit(block, line.words.back())) return;
    const auto [at, is_new] = subcircuits_.try_emplace(line.words.back());
    Missing& missing = at->second;
    if (is_new) missing.nodes = line.words.size() - 2, missing.where = line.where;
    missing.keys.insert(line.keys.begin(), line.keys.end());
  }

  static std::string value_of(DeviceKind kind, const std::string& name, const Missing& missing) {
    const char* own = kind == DeviceKind::resistor ? "r" : kind == DeviceKind::capacitor ? "c" : "l";
    if (kind != DeviceKind::inductor && missing.keys.contains(own)) return fmt::format("{{{}}}", own);
    if (kind == DeviceKind::capacitor && name.starts_with("sky130_fd_pr__cap_mim")) return kMim;
    throw InputError(ErrorKind::netlist,
                     fmt::format("only the models tell the {} of '{}'", graph::info(kind).word, name),
                     missing.where, "give the model files");
  }

  static std::string subcircuit(const std::string& name, const Missing& missing) {
    const auto kind = graph::kind_of_model(name);
    if (!kind) unknown("subcircuit", name, missing.where);
    const graph::KindInfo& of = graph::info(*kind);
    const std::size_t pins = std::min(missing.nodes, of.pins.size());
    if (pins < static_cast<std::size_t>(of.required_pins)) unknown("subcircuit", name, missing.where);
    std::string out = ".subckt " + name, on;
    for (std::size_t k = 0; k < missing.nodes; ++k) out += fmt::format(" n{}", k);
    for (std::size_t k = 0; k < pins; ++k) on += fmt::format(" n{}", k);
    std::set<std::string> keys = missing.keys;
    const bool mosfet = *kind == DeviceKind::nmos || *kind == DeviceKind::pmos;
    if (mosfet || *kind == DeviceKind::capacitor) keys.insert({"w", "l"});
    keys.erase("m");  // of the call, whatever it calls
    for (const std::string& key : keys) out += " " + key + "=1";
    const std::string count = keys.contains("mult") && !name.starts_with("sky130_fd_pr__") ? " m={mult}" : "";
    switch (*kind) {
      case DeviceKind::nmos:
      case DeviceKind::pmos:
        out += fmt::format("\nm0{} {} w={{w}} l={{l}}{}\n.model {} {}\n", on, name, count, name, of.word);
        break;
      case DeviceKind::npn:
      case DeviceKind::pnp:
      case DeviceKind::diode:
        out += fmt::format("\n{}0{} {}{}{}\n.model {} {}\n", *kind == DeviceKind::diode ? 'd' : 'q', on, name,
                           keys.contains("area") ? " area={area}" : "", count, name,
                           *kind == DeviceKind::diode ? "d" : of.word);
        break;
      case DeviceKind::resistor:
      case DeviceKind::capacitor:
      case DeviceKind::inductor:
        out += fmt::format("\n{}0{} {}{}\n", of.word[0], on, value_of(*kind, name, missing), count);
        break;
      default:
        unknown("subcircuit", name, missing.where);
    }
    return out + ".ends\n";
  }

  ReadOptions options_;
  netlist::SourceLines source_;
  std::unique_ptr<Block> tree_;
  std::map<std::string, std::string> cards_;  ///< type by name
  std::map<std::string, Missing> subcircuits_;
};

}  // namespace

std::string stand_in_models(const std::string& deck) { return StandIns(deck).run(); }

}  // namespace nullor
