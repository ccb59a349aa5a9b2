/// Elements with a model card, and transmission lines. Which parameters a device has is not known here: they
/// are passed on by name.

#include <algorithm>
#include <array>

#include "nullor/netlist/elements.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

struct NodeCount {
  char letter;
  std::size_t least, most;
};
// One more than the electrical nodes where a thermal node may follow.
constexpr std::array<NodeCount, 4> kNodeCounts = {{{'d', 2, 3}, {'q', 3, 5}, {'m', 4, 7}, {'j', 3, 3}}};

/// `.option scale` is the unit of a MOSFET's lengths: SKY130's cells state micrometres.
void apply_scale(Elaborator& elaborator, Instance& instance) {
  const double scale = elaborator.scale();
  if (instance.letter != 'm' || scale == 1) return;
  constexpr std::string_view lengths[] = {"w", "l", "pd", "ps", "sa", "sb", "sd", "sc"};
  constexpr std::string_view areas[] = {"ad", "as"};
  const auto contains = [](const auto& names, const std::string& name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  };
  for (NamedValue& p : instance.parameters) {
    const int power = contains(lengths, p.name) ? 1 : contains(areas, p.name) ? 2 : 0;
    if (power == 0) continue;
    p.value = elaborator.product(p.value, {power == 1 ? scale : scale * scale}, p.where);
  }
}

}  // namespace

void read_semiconductor(Elaborator& elaborator, ElementLine& element) {
  Instance& instance = element.instance;
  const std::vector<std::string_view> words = read_words(element);
  const Location where = element.cursor.where();
  std::size_t model = 0;
  if (instance.letter == 'n') {  // as many nodes as there are words before the model
    if (words.size() < 2) fail_element(element, "expects nodes and a model", where);
    model = words.size() - 1;
  } else {
    NodeCount count{};
    for (const NodeCount& entry : kNodeCounts) {
      if (entry.letter == instance.letter) count = entry;
    }
    for (std::size_t k = count.least; k <= count.most && k < words.size() && model == 0; ++k) {
      if (elaborator.has_model(element.scope, words[k])) model = k;
    }
    for (std::size_t k = 1; k < count.least && k < words.size() && model == 0; ++k) {
      if (!elaborator.has_model(element.scope, words[k])) continue;
      fail_element(
          element,
          "expects " + std::to_string(count.least) + " nodes before the model, got " + std::to_string(k),
          element.cursor.where(words[k]));
    }
    if (words.size() <= count.least) {
      fail_element(element,
                   "expects " + std::to_string(count.least) + " nodes and a model, got " +
                       std::to_string(words.size()) + (words.size() == 1 ? " word" : " words"),
                   where);
    }
    if (model == 0) model = count.least;  // use_model reports it
  }
  instance.nodes.reserve(model);
  for (std::size_t k = 0; k < model; ++k)
    instance.nodes.push_back(elaborator.node(element.scope, lower(words[k])));
  // What follows the model is read again: an area, flags and name=value may come in any order.
  element.cursor.seek(static_cast<std::size_t>(words[model].data() + words[model].size() -
                                               element.cursor.source().text.data()));
  read_tail(elaborator, element, instance.letter != 'm' && instance.letter != 'n');
  instance.model =
      elaborator.use_model(element.scope, words[model], instance, element.cursor.where(words[model]));
  apply_scale(elaborator, instance);
  elaborator.add(element);
}

void read_switch(Elaborator& elaborator, ElementLine& element) {
  const bool by_current = element.instance.letter == 'w';
  Cursor& cursor = element.cursor;
  read_nodes(elaborator, element, by_current ? 2 : 4);
  std::string_view sensed;
  if (by_current) {
    sensed = cursor.word();
    if (sensed.empty())
      fail_element(element, "expects the voltage source whose current switches it", cursor.where());
    element.instance.references = {-1};
  }
  cursor.skip_separators();
  const std::string_view model = cursor.word();
  if (model.empty())
    fail_element(element, "expects a model of type " + std::string(by_current ? "csw" : "sw"),
                 cursor.where());
  element.instance.model = elaborator.use_model(element.scope, model, element.instance, cursor.where(model));
  read_tail(elaborator, element, false, {"m", "ic"});
  const int index = elaborator.add(element);
  if (by_current) elaborator.refer(index, 0, element.scope, sensed, "vlehb", cursor.where(sensed));
}

void read_line(Elaborator& elaborator, ElementLine& element) {
  read_nodes(elaborator, element, 4);
  read_tail(elaborator, element, false,
            {"z0", "zo", "td", "f", "nl", "ic", "ic1", "ic2", "ic3", "ic4", "rel", "abs"});
  for (NamedValue& parameter : element.instance.parameters) {
    if (parameter.name == "zo") parameter.name = "z0";
  }
  const auto given = [&](std::string_view name) { return find_named(element.instance, name) != nullptr; };
  if (!given("z0")) fail_element(element, "has no z0=", element.cursor.where());
  if (!given("td") && !given("f")) fail_element(element, "needs td= or f=", element.cursor.where());
  elaborator.add(element);
}

}  // namespace nullor::netlist
