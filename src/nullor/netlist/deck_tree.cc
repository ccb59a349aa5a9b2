#include "nullor/netlist/deck_tree.h"

#include <algorithm>

#include "nullor/netlist/assignments.h"
#include "nullor/netlist/cursor.h"
#include "nullor/netlist/expression_parser.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

constexpr int kMaxDepth = 100;  // of .subckt and .if inside each other

bool is_directive(const LogicalLine& line, std::string_view name) {
  const std::string_view text = line.text;
  return text.size() >= name.size() && same_name(text.substr(0, name.size()), name) &&
         (text.size() == name.size() || is_blank(text[name.size()]) || text[name.size()] == '(' ||
          text[name.size()] == '\'' || text[name.size()] == '{' || text[name.size()] == ',');
}

class TreeBuilder {
 public:
  explicit TreeBuilder(const SourceLines& source) : source_(source) {}

  std::unique_ptr<Block> run() {
    auto top = std::make_unique<Block>();
    fill(*top, {}, nullptr);
    return top;
  }

 private:
  using Enders = std::initializer_list<std::string_view>;

  const LogicalLine* line() const {
    return next_ < source_.lines().size() ? &source_.lines()[next_] : nullptr;
  }
  Location at(const LogicalLine& line) const { return source_.locate(line, 0); }

  /// Reads lines into `block` up to one of `enders`, which is left to the caller.
  void fill(Block& block, Enders enders, const LogicalLine* opener) {
    if (++depth_ > kMaxDepth) fail("definitions are nested too deeply", at(*opener));
    for (; const LogicalLine* current = line(); ++next_) {
      if (current->text[0] != '.') {
        if (!current->in_control) block.statements.push_back({current, nullptr});
        continue;
      }
      if (is_directive(*current, ".endc")) continue;
      if (current->in_control && !is_directive(*current, ".options") && !is_directive(*current, ".option")) {
        continue;  // the control parser reads these
      }
      const auto ends = [&](std::string_view name) { return is_directive(*current, name); };
      if (std::any_of(enders.begin(), enders.end(), ends)) {
        --depth_;
        return;
      }
      directive(block, *current);
    }
    if (opener) {
      const bool subcircuit = is_directive(*opener, ".subckt");
      fail(subcircuit ? "this .subckt has no .ends" : "this .if has no .endif", at(*opener));
    }
    --depth_;
  }

  void directive(Block& block, const LogicalLine& line) {
    if (is_directive(line, ".subckt")) return subcircuit(block, line);
    if (is_directive(line, ".if")) return conditional(block, line);
    if (is_directive(line, ".param") || is_directive(line, ".parameter") || is_directive(line, ".csparam")) {
      return parameters(block, line);
    }
    if (is_directive(line, ".func") || is_directive(line, ".function")) return function(block, line);
    if (is_directive(line, ".model")) return model(block, line);
    if (is_directive(line, ".ends")) fail(".ends without .subckt", at(line));
    for (const std::string_view name : {".elseif", ".else", ".endif"}) {
      if (is_directive(line, name)) fail(std::string(name) + " without .if", at(line));
    }
    block.statements.push_back({&line, nullptr});
  }

  void subcircuit(Block& block, const LogicalLine& opener) {
    const SourceText text(source_, opener);
    Cursor cursor(text, 7);
    auto inner = std::make_unique<Block>();
    inner->line = &opener;
    inner->parent = &block;
    inner->name_text = cursor.word();
    inner->name = lower(inner->name_text);
    if (inner->name.empty()) cursor.fail(".subckt expects a name");
    while (!cursor.at_end() && !cursor.at_assignment()) {
      const std::string_view port = cursor.word();
      if (port.empty()) {
        if (cursor.accept('(') || cursor.accept(')') || cursor.accept(',')) continue;
        cursor.fail("expected a port name");
      }
      if (same_name(port, "params:") || same_name(port, "params")) break;
      std::string name = lower(port);
      if (std::find(inner->ports.begin(), inner->ports.end(), name) != inner->ports.end()) {
        fail("subcircuit " + in_quotes(inner->name_text) + " has two ports called " + in_quotes(port),
             cursor.where(port));
      }
      inner->ports.push_back(std::move(name));
    }
    cursor.accept(':');
    add_parameters(*inner, opener, cursor.position());
    ++next_;
    fill(*inner, {".ends"}, &opener);
    Cursor end(SourceText(source_, *line()), 5);
    const std::string_view name = end.word();
    if (!name.empty() && !same_name(name, inner->name)) {
      fail("this .ends names " + in_quotes(name) + " but closes .subckt " + in_quotes(inner->name_text),
           end.where(name));
    }
    const std::string key = inner->name;
    const auto [place, is_new] = block.subcircuits.try_emplace(key, nullptr);
    if (!is_new && !same_place(*place->second->line, opener)) {
      fail("subcircuit " + in_quotes(inner->name_text) + " is defined twice",
           text.at(inner->name_text.data()), "the first is at " + at(*place->second->line).str());
    }
    if (is_new) place->second = std::move(inner);
  }

  /// True when both come from the same place of the same file, which was included twice.
  bool same_place(const LogicalLine& a, const LogicalLine& b) const {
    return a.file == b.file && a.line == b.line;
  }

  void conditional(Block& block, const LogicalLine& opener) {
    auto out = std::make_unique<Conditional>();
    for (bool last = false; !last;) {
      const LogicalLine& head = *line();
      Conditional::Branch branch;
      branch.line = &head;
      Cursor cursor(SourceText(source_, head), 1);
      const std::string word = lower(cursor.word());
      branch.condition = cursor.rest();
      if (word == "else") {
        if (!branch.condition.empty())
          fail(".else takes no condition", cursor.where(branch.condition), "use .elseif");
      } else if (branch.condition.empty()) {
        cursor.fail("." + word + " expects a condition");
      }
      branch.body = std::make_unique<Block>();
      branch.body->parent = &block;
      ++next_;
      if (word == "else") {
        fill(*branch.body, {".endif"}, &opener);
      } else {
        fill(*branch.body, {".elseif", ".else", ".endif"}, &opener);
      }
      last = is_directive(*line(), ".endif");
      out->branches.push_back(std::move(branch));
    }
    block.statements.push_back({&opener, std::move(out)});
  }

  void parameters(Block& block, const LogicalLine& line) {
    Cursor cursor(SourceText(source_, line), 1);
    cursor.word();
    add_parameters(block, line, cursor.position());
  }

  void add_parameters(Block& block, const LogicalLine& line, std::size_t begin) {
    const SourceText text(source_, line);
    for (const Assignment& a : split_assignments(text, begin)) {
      if (a.is_function) {
        add_function(block, line, a);
        continue;
      }
      std::string name = lower(a.name);
      // Tolerances belong to Monte Carlo runs of other simulators; the nominal value holds, as in ngspice.
      if (name.starts_with("dev/") || name.starts_with("lot/")) continue;
      if (!is_letter(name[0]) && name[0] != '_') {
        fail("a parameter name starts with a letter, not " + in_quotes(a.name), text.at(a.name.data()));
      }
      const auto [place, is_new] = block.parameter_index.emplace(name, block.parameters.size());
      if (is_new) {
        block.parameters.push_back({std::move(name), a.value, &line});
      } else {  // the last one holds
        block.parameters[place->second].value = a.value;
        block.parameters[place->second].line = &line;
      }
    }
  }

  void function(Block& block, const LogicalLine& line) {
    const SourceText text(source_, line);
    Cursor cursor(text, 1);
    cursor.word();
    Assignment a;
    a.name = cursor.word();
    if (a.name.empty() || cursor.peek() != '(') cursor.fail(".func expects name(arguments) {expression}");
    const std::string_view inside = cursor.enclosed();
    for (std::string_view rest = inside; !trim(rest).empty();) {
      const std::size_t comma = rest.find(',');
      a.arguments.push_back(trim(rest.substr(0, comma)));
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
    cursor.accept('=');
    a.value = cursor.rest();
    if (a.value.empty()) cursor.fail("expected the body of function " + in_quotes(a.name));
    add_function(block, line, a);
  }

  void add_function(Block& block, const LogicalLine& line, const Assignment& a) {
    FunctionText out;
    for (const std::string_view argument : a.arguments) out.arguments.push_back(lower(argument));
    out.body = a.value;
    out.line = &line;
    block.functions[lower(a.name)] = std::move(out);
  }

  void model(Block& block, const LogicalLine& line) {
    const SourceText text(source_, line);
    Cursor cursor(text, 6);
    auto card = std::make_unique<ModelCard>();
    const std::string_view name = cursor.word();
    if (name.empty()) cursor.fail(".model expects a name and a type");
    const std::string_view type = cursor.word();
    if (type.empty()) cursor.fail(".model " + std::string(name) + " expects a type, such as nmos, d or sw");
    card->name = lower(name);
    card->type = lower(type);
    card->line = &line;
    card->begin = cursor.position();
    const auto [place, is_new] = block.model_index.emplace(card->name, card.get());
    if (!is_new) {
      if (same_place(*place->second->line, line)) return;
      fail("model " + in_quotes(name) + " is defined twice", cursor.where(name),
           "the first is at " + at(*place->second->line).str());
    }
    if (const std::size_t dot = card->name.rfind('.');
        dot != std::string::npos && dot > 0 && dot + 1 < card->name.size() &&
        std::all_of(card->name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, card->name.end(), is_digit)) {
      block.bins[card->name.substr(0, dot)].push_back(card.get());
    }
    block.models.push_back(std::move(card));
  }

  const SourceLines& source_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace

std::unique_ptr<Block> build_tree(const SourceLines& source) { return TreeBuilder(source).run(); }

const std::vector<std::string>& directive_names() {
  static const std::vector<std::string> names = {
      ".ac",      ".control", ".csparam", ".dc",    ".else",   ".elseif",  ".end",   ".endc", ".endif",
      ".endl",    ".ends",    ".four",    ".func",  ".global", ".ic",      ".if",    ".inc",  ".include",
      ".lib",     ".meas",    ".measure", ".model", ".nature", ".nodeset", ".noise", ".op",   ".option",
      ".options", ".param",   ".plot",    ".print", ".probe",  ".save",    ".sens",  ".step", ".subckt",
      ".temp",    ".tf",      ".title",   ".tran",  ".width"};
  return names;
}

}  // namespace nullor::netlist
