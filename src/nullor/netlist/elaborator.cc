#include "nullor/netlist/elaborator.h"

#include <algorithm>

#include "nullor/netlist/cards.h"
#include "nullor/netlist/control_blocks.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

constexpr int kMaxDepth = 100;  // of subcircuits inside each other

bool declares(const Block& block, const std::string& name) {
  if (block.parameter_index.contains(name)) return true;
  for (const Statement& statement : block.statements) {
    if (!statement.conditional) continue;
    for (const auto& branch : statement.conditional->branches) {
      if (declares(*branch.body, name)) return true;
    }
  }
  return false;
}

}  // namespace

Elaborator::Elaborator(const SourceLines& source, const ReadOptions& options)
    : source_(source), options_(options), rng_(options.seed) {
  values_ = circuit_.parameters.evaluate();
  local_.assign(values_.size(), false);
  touched_.assign(1, 1);
}

Circuit Elaborator::run() {
  tree_ = build_tree(source_);
  circuit_.title = source_.title();
  top_ = std::make_unique<Scope>();
  top_->blocks = {tree_.get()};
  for (const auto& [given, value] : options_.parameters) {
    const std::string name = lower(given);
    if (!declares(*tree_, name)) {
      throw InputError(ErrorKind::usage, "the deck has no parameter " + in_quotes(given), {},
                       did_you_mean(given, parameter_names(*top_)));
    }
    top_->overrides.push_back({name, {value}, {}, {}});
  }
  take_branches(*top_, *tree_);
  for (const Block* block : top_->blocks) {
    for (const ParameterText& parameter : block->parameters) find_parameter(*top_, parameter.name);
    for (const Statement& statement : block->statements) {
      if (statement.line && !statement.conditional && statement.line->text[0] == '.')
        early_card(*this, *top_, *statement.line);
    }
  }
  circuit_.instances.reserve(tree_->statements.size());
  statements(*top_, *tree_);
  resolve_references();
  CardReader reader(*this);
  for (const auto& [scope, line] : cards_) reader.read(*scope, *line);
  circuit_.control = read_control_blocks(source_);
  return std::move(circuit_);
}

void Elaborator::take_branches(Scope& scope, const Block& block) {
  for (const Statement& statement : block.statements) {
    if (!statement.conditional) continue;
    const Block* taken = nullptr;
    for (const auto& branch : statement.conditional->branches) {
      if (!branch.condition.empty() &&
          number_of(scope, SourceText(source_, *branch.line), branch.condition) == 0) {
        continue;
      }
      taken = branch.body.get();
      break;
    }
    scope.taken[statement.conditional.get()] = taken;
    if (!taken) continue;
    scope.blocks.push_back(taken);
    take_branches(scope, *taken);
  }
}

void Elaborator::statements(Scope& scope, const Block& block) {
  for (const Statement& statement : block.statements) {
    if (statement.conditional) {
      if (const Block* taken = scope.taken[statement.conditional.get()]) statements(scope, *taken);
    } else if (statement.line->text[0] == '.') {
      cards_.emplace_back(&scope, statement.line);
    } else {
      element(scope, *statement.line);
    }
  }
}

void Elaborator::element(Scope& scope, const LogicalLine& line) {
  if (circuit_.instances.size() >= options_.max_instances) {
    fail("the flat circuit has more than " + std::to_string(options_.max_instances) + " elements",
         source_.locate(line, 0));
  }
  if (to_lower(line.text[0]) == 'x') return subcircuit_call(scope, line);
  read_element(*this, scope, SourceText(source_, line), line);
}

const Block* Elaborator::find_subcircuit(Scope& scope, const std::string& name, Scope** where) {
  for (Scope* s = &scope; s; s = s->lexical) {
    for (auto block = s->blocks.rbegin(); block != s->blocks.rend(); ++block) {
      const auto found = (*block)->subcircuits.find(name);
      if (found == (*block)->subcircuits.end()) continue;
      *where = s;
      return found->second.get();
    }
  }
  return nullptr;
}

void Elaborator::subcircuit_call(Scope& scope, const LogicalLine& line) {
  const SourceText text(source_, line);
  Cursor cursor(text);
  const std::string name = lower(cursor.word());
  if (++calls_made_ > options_.max_instances) {
    fail("the flat circuit has more than " + std::to_string(options_.max_instances) + " subcircuit instances",
         text.at(text.text.data()));
  }
  auto inner = std::make_unique<Scope>();
  inner->path = scope.inside(name);
  const auto [first, is_new] = calls_.emplace(inner->path, text.at(text.text.data()));
  if (!is_new) {
    fail("there are two instances called " + in_quotes(name), text.at(text.text.data()),
         "the first is at " + first->second.str());
  }
  std::vector<std::string_view> words;
  while (!cursor.at_end() && !cursor.at_assignment()) {
    const std::string_view word = cursor.word();
    if (word.empty()) {
      if (cursor.accept('(') || cursor.accept(')') || cursor.accept(',')) continue;
      cursor.fail("expected a node or the name of a subcircuit");
    }
    if (same_name(word, "params:") || same_name(word, "params")) {
      cursor.accept(':');
      break;
    }
    words.push_back(word);
  }
  if (words.empty()) cursor.fail("instance " + in_quotes(name) + " names no subcircuit");
  const std::string_view called = words.back();
  words.pop_back();
  Scope* defined_in = nullptr;
  const Block* block = find_subcircuit(scope, lower(called), &defined_in);
  if (!block) {
    std::vector<std::string> known;
    for (const Scope* s = &scope; s; s = s->lexical) {
      for (const Block* b : s->blocks) {
        for (const auto& [key, value] : b->subcircuits) known.push_back(key);
      }
    }
    std::sort(known.begin(), known.end());
    fail("there is no subcircuit " + in_quotes(called), text.at(called.data()),
         did_you_mean(called, known, "is a .include or .lib missing?"));
  }
  for (const Scope* s = &scope; s->caller; s = s->caller) {
    if (s->blocks.front() == block) {
      fail("subcircuit " + in_quotes(called) + " contains itself", text.at(called.data()));
    }
  }
  if (scope.depth >= kMaxDepth)
    fail("subcircuits are nested deeper than " + std::to_string(kMaxDepth), text.at(called.data()));
  if (words.size() != block->ports.size()) {
    fail("instance " + in_quotes(name) + " has " + std::to_string(words.size()) + " nodes, but subcircuit " +
             in_quotes(block->name_text) + " has " + std::to_string(block->ports.size()),
         text.at(called.data()), "it is defined at " + source_.locate(*block->line, 0).str());
  }
  inner->caller = &scope;
  inner->lexical = defined_in;
  inner->line = &line;
  inner->depth = scope.depth + 1;
  inner->blocks = {block};
  inner->multiplier = scope.multiplier;
  for (std::size_t k = 0; k < words.size(); ++k)
    inner->ports.emplace(block->ports[k], node(scope, lower(words[k])));
  while (!cursor.at_end()) {
    if (cursor.accept(',') || cursor.accept('(') || cursor.accept(')')) continue;
    if (!cursor.at_assignment()) cursor.fail("expected name=value");
    const std::string_view key = cursor.word();
    cursor.accept('=');
    const Value value = value_of(scope, text, cursor.value("a value"));
    std::string key_name = lower(key);
    if (key_name == "m" && !declares(*block, "m")) {
      inner->multiplier = product(inner->multiplier, value, text.at(key.data()));
    } else if (declares(*block, key_name)) {
      std::erase_if(inner->overrides, [&](const NamedValue& old) { return old.name == key_name; });
      inner->overrides.push_back({std::move(key_name), value, text.at(key.data()), {}});
    } else {
      std::vector<std::string> known;
      for (const ParameterText& parameter : block->parameters) known.push_back(parameter.name);
      fail("subcircuit " + in_quotes(block->name_text) + " has no parameter " + in_quotes(key),
           text.at(key.data()),
           did_you_mean(key, known, "it is defined at " + source_.locate(*block->line, 0).str()));
    }
  }
  Scope& child = *inner;
  scopes_.push_back(std::move(inner));
  take_branches(child, *block);
  statements(child, *block);
}

int Elaborator::node(Scope& scope, std::string_view name) {
  if (scope.is_top()) {
    const int index = circuit_.add_node(name);
    if (static_cast<std::size_t>(index) >= touched_.size())
      touched_.resize(static_cast<std::size_t>(index) + 1, 0);
    return index;
  }
  std::string key(name);
  if (key == "0" || key == "gnd") return 0;
  if (const auto port = scope.ports.find(key); port != scope.ports.end()) return port->second;
  if (global_.contains(key)) return node(*top_, key);
  const int index = circuit_.add_node(scope.inside(key));
  if (static_cast<std::size_t>(index) >= touched_.size())
    touched_.resize(static_cast<std::size_t>(index) + 1, 0);
  return index;
}

void Elaborator::require_node(int node, Location where) {
  required_nodes_.emplace_back(node, std::move(where));
}

int Elaborator::add(ElementLine& element) {
  Instance& instance = element.instance;
  Scope& scope = element.scope;
  instance.name =
      scope.is_top() ? element.name : std::string(1, instance.letter) + "." + scope.path + "." + element.name;
  if (const int first = circuit_.find_instance(instance.name);
      first >= 0 && circuit_.instances[static_cast<std::size_t>(first)].name == instance.name) {
    fail("there are two elements called " + in_quotes(element.name), instance.where,
         "the first is at " + circuit_.instances[static_cast<std::size_t>(first)].where.str());
  }
  multiply(scope, instance);
  // The controls of e, g and s carry no current: they connect nothing.
  const bool controlled = std::string_view("egs").find(instance.letter) != std::string_view::npos;
  const std::size_t connected =
      controlled ? std::min<std::size_t>(2, instance.nodes.size()) : instance.nodes.size();
  for (std::size_t k = 0; k < connected; ++k) touched_[static_cast<std::size_t>(instance.nodes[k])] = 1;
  instance.parameters.shrink_to_fit();
  return circuit_.add_instance(std::move(instance));
}

void Elaborator::multiply(Scope& scope, Instance& instance) {
  const Value& by = scope.multiplier;
  if (by.parameter == kNoParameter && by.constant == 1) return;
  // In parallel, copies of an ideal voltage source are one, and mutual inductance is unchanged.
  const bool is_voltage = instance.behaviour && instance.behaviour->is_voltage;
  if (is_voltage || std::string_view("vehk").find(instance.letter) != std::string_view::npos) return;
  if (instance.letter == 't') {
    fail("a transmission line cannot be multiplied", instance.where,
         "subcircuit instance " + in_quotes(scope.path) + " has m=; repeat the instance instead");
  }
  for (NamedValue& parameter : instance.parameters) {
    if (parameter.name != "m") continue;
    parameter.value = product(by, parameter.value, parameter.where);
    return;
  }
  instance.parameters.push_back({"m", by, instance.where, {}});
}

void Elaborator::refer(int instance, std::size_t k, const Scope& scope, std::string_view name,
                       std::string_view letters, Location where) {
  references_.push_back(
      {instance, k, nullptr, scope.path, lower(name), std::string(letters), std::move(where)});
}

void Elaborator::refer_input(std::shared_ptr<BehaviouralSource> behaviour, std::size_t input,
                             const Scope& scope, std::string_view name, Location where) {
  references_.push_back(
      {-1, input, std::move(behaviour), scope.path, lower(name), "vlehb", std::move(where)});
}

void Elaborator::resolve_references() {
  for (const Reference& reference : references_) {
    const auto find = [&](const std::string& path) {
      return circuit_.find_instance(path.empty() ? reference.name : path + "." + reference.name);
    };
    int found = find(reference.path);
    if (found < 0 && !reference.path.empty() && reference.name.find('.') != std::string::npos)
      found = find({});
    if (found < 0) {
      std::vector<std::string> known;
      const std::string prefix = reference.path.empty() ? "" : reference.path + ".";
      for (const Instance& instance : circuit_.instances) {
        if (reference.letters.find(instance.letter) == std::string::npos) continue;
        std::string_view name = instance.name;
        if (!prefix.empty()) {
          const std::string full = std::string(1, instance.letter) + "." + prefix;
          if (!name.starts_with(full)) continue;
          name.remove_prefix(full.size());
        }
        known.emplace_back(name);
      }
      fail("there is no element " + in_quotes(reference.name), reference.where,
           did_you_mean(reference.name, known));
    }
    const Instance& target = circuit_.instances[static_cast<std::size_t>(found)];
    const bool is_current_source = target.behaviour && !target.behaviour->is_voltage;
    if (reference.letters.find(target.letter) == std::string::npos || is_current_source) {
      const bool inductor = reference.letters == "l";
      fail("element " + in_quotes(reference.name) +
               (inductor ? " is no inductor" : " has no branch current to read"),
           reference.where, inductor ? "" : "put a voltage source of 0 V in series and read its current");
    }
    if (reference.behaviour) {
      reference.behaviour->inputs[reference.position].instance = found;
    } else {
      circuit_.instances[static_cast<std::size_t>(reference.instance)].references[reference.position] = found;
    }
  }
  for (const auto& [node, where] : required_nodes_) check_connected(node, where);
}

void Elaborator::check_connected(int node, const Location& where) const {
  if (touched_[static_cast<std::size_t>(node)]) return;
  const std::string& name = circuit_.nodes[static_cast<std::size_t>(node)];
  std::vector<std::string> known;
  for (std::size_t k = 1; k < circuit_.nodes.size(); ++k) {
    if (touched_[k]) known.push_back(circuit_.nodes[k]);
  }
  fail("no element is connected to node " + in_quotes(name), where, did_you_mean(name, known));
}

void Elaborator::global_nodes(const LogicalLine& line) {
  const SourceText text(source_, line);
  Cursor cursor(text);
  cursor.word();
  if (cursor.at_end()) cursor.fail(".global expects the names of nodes");
  while (!cursor.at_end()) {
    const std::string_view name = cursor.word();
    if (name.empty()) {
      if (cursor.accept(',')) continue;
      cursor.fail("expected the name of a node");
    }
    global_.emplace(lower(name), text.at(name.data()));
  }
}

}  // namespace nullor::netlist
