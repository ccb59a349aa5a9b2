/// Independent voltage and current sources.

#include <algorithm>
#include <array>

#include "nullor/netlist/elements.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

struct Shape {
  std::string_view name;
  std::size_t least, most;  ///< arguments
};
constexpr std::size_t kAny = static_cast<std::size_t>(-1);
constexpr std::array<Shape, 6> kShapes = {
    {{"pulse", 2, 8}, {"sin", 2, 6}, {"exp", 2, 6}, {"pwl", 2, kAny}, {"sffm", 2, 7}, {"am", 2, 6}}};

const Shape* find_shape(std::string_view word) {
  if (same_name(word, "sine")) return &kShapes[1];
  for (const Shape& shape : kShapes) {
    if (same_name(word, shape.name)) return &shape;
  }
  return nullptr;
}

constexpr std::array<std::string_view, 7> kRefused = {"trnoise", "trrandom", "external", "portnum",
                                                      "z0",      "file",     "pwlfile"};

bool is_keyword(std::string_view word) {
  return same_name(word, "dc") || same_name(word, "ac") || same_name(word, "distof1") ||
         same_name(word, "distof2") || same_name(word, "network") || find_shape(word) ||
         std::any_of(kRefused.begin(), kRefused.end(),
                     [&](std::string_view r) { return same_name(word, r); });
}

class SourceReader {
 public:
  SourceReader(Elaborator& elaborator, ElementLine& element)
      : elaborator_(elaborator), element_(element), cursor_(element.cursor) {}

  void run() {
    read_nodes(elaborator_, element_, 2);
    while (!cursor_.at_end()) {
      if (cursor_.accept(',')) continue;
      const std::string_view word = cursor_.peek_word();
      const Location where = cursor_.where();
      for (const std::string_view refused : kRefused) {
        if (same_name(word, refused))
          fail_element(element_, "uses " + in_quotes(word) + ", which is not supported", where);
      }
      if (same_name(word, "distof1") || same_name(word, "distof2")) {
        fail_element(element_, "has distortion inputs, but there is no distortion analysis", where,
                     "remove " + std::string(word));
      }
      if (same_name(word, "dc")) {
        cursor_.word();
        cursor_.accept('=');
        add_named(element_, "dc", read_value(elaborator_, element_, "the dc value"), where);
      } else if (same_name(word, "ac")) {
        cursor_.word();
        ac(where);
      } else if (same_name(word, "network")) {
        cursor_.word();
        network(where);
      } else if (const Shape* shape = find_shape(word)) {
        cursor_.word();
        shape_of(*shape, where);
      } else if (cursor_.at_assignment()) {
        named(word, where);
      } else if (!find_named(element_.instance, "dc")) {
        add_named(element_, "dc", read_value(elaborator_, element_, "the dc value"), where);
      } else {
        fail_element(element_,
                     "has something unexpected here: " + in_quotes(word.empty() ? cursor_.rest() : word),
                     where,
                     did_you_mean(word, std::array<std::string, 9>{"dc", "ac", "pulse", "sin", "exp", "pwl",
                                                                   "sffm", "am", "network"}));
      }
    }
    elaborator_.add(element_);
  }

 private:
  /// True when a value comes next and not a keyword, a name=value, or the end.
  bool at_value() {
    if (cursor_.at_end() || cursor_.at_assignment()) return false;
    const std::string_view word = cursor_.peek_word();
    return !is_keyword(word);
  }

  void ac(const Location& where) {
    cursor_.accept('=');
    Value magnitude{1.0};
    if (at_value()) magnitude = read_value(elaborator_, element_, "the ac magnitude");
    add_named(element_, "acmag", magnitude, where);
    cursor_.accept(',');
    if (at_value()) {
      const Location phase = cursor_.where();
      add_named(element_, "acphase", read_value(elaborator_, element_, "the ac phase"), phase);
    }
  }

  void named(std::string_view word, const Location& where) {
    std::optional<SourceFunction>& source = element_.instance.source;
    if (source && source->kind == "pwl" && (same_name(word, "r") || same_name(word, "td"))) {
      cursor_.word();
      cursor_.accept('=');
      source->options.push_back({lower(word), read_value(elaborator_, element_, "a time"), where, {}});
      return;
    }
    if (element_.instance.letter == 'i' && same_name(word, "m")) return read_named(elaborator_, element_);
    fail_element(element_, "has no parameter " + in_quotes(word), where,
                 did_you_mean(word, std::array<std::string, 3>{"dc", "ac", "m"}));
  }

  void shape_of(const Shape& shape, const Location& where) {
    if (element_.instance.source) fail_element(element_, "has two time functions", where);
    SourceFunction out{std::string(shape.name), {}, {}, where, {}, {}, {}};
    const bool parenthesized = cursor_.accept('(');
    for (;;) {
      if (cursor_.accept(',')) continue;
      if (parenthesized && cursor_.accept(')')) break;
      if (cursor_.at_end()) {
        if (parenthesized) fail_element(element_, "has no ')' after " + in_quotes(shape.name), where);
        break;
      }
      if (!at_value()) {
        if (parenthesized && shape.name == "pwl" && cursor_.at_assignment()) {  // r= inside the parentheses
          const std::string_view word = cursor_.peek_word();
          if (!same_name(word, "r") && !same_name(word, "td")) break;
          const Location at = cursor_.where();
          cursor_.word();
          cursor_.accept('=');
          out.options.push_back({lower(word), read_value(elaborator_, element_, "a time"), at, {}});
          continue;
        }
        if (parenthesized)
          fail_element(element_, "has no ')' after " + in_quotes(shape.name), cursor_.where());
        break;
      }
      if (!parenthesized && cursor_.peek() == ')') break;
      out.arguments.push_back(read_value(elaborator_, element_, "a value"));
    }
    const std::size_t count = out.arguments.size();
    if (count < shape.least || count > shape.most) {
      fail_element(element_,
                   std::string(shape.name) + " takes " + std::to_string(shape.least) +
                       (shape.most == kAny ? " or more" : " to " + std::to_string(shape.most)) +
                       " values, got " + std::to_string(count),
                   where);
    }
    if (shape.name == "pwl") check_pairs(out, where);
    element_.instance.source = std::move(out);
  }

  // network("file" "signal"): a trained waveform.
  void network(const Location& where) {
    if (element_.instance.source) fail_element(element_, "has two time functions", where);
    SourceFunction out{"network", {}, {}, where, {}, {}, {}};
    const bool parenthesized = cursor_.accept('(');
    for (std::string* part : {&out.file, &out.signal}) {
      cursor_.accept(',');
      const char quote = cursor_.peek();
      if (quote != '"' && quote != '\'') {
        fail_element(element_, "needs a file and a signal in quotes", cursor_.where(),
                     "for example network(\"ring.safetensors\", \"v(n3)\")");
      }
      *part = std::string(cursor_.file_name());
    }
    if (parenthesized && !cursor_.accept(')'))
      fail_element(element_, "has no ')' after 'network'", cursor_.where());
    out.signal = lower(out.signal);
    element_.instance.source = std::move(out);
  }

  void check_pairs(const SourceFunction& pwl, const Location& where) {
    if (pwl.arguments.size() % 2 != 0)
      fail_element(element_, "has a pwl time without a value", where, "write t1 v1 t2 v2 ...");
    for (std::size_t k = 2; k < pwl.arguments.size(); k += 2) {
      if (elaborator_.number(pwl.arguments[k]) < elaborator_.number(pwl.arguments[k - 2])) {
        fail_element(element_, "has pwl times that do not ascend, at pair " + std::to_string(k / 2 + 1),
                     where);
      }
    }
  }

  Elaborator& elaborator_;
  ElementLine& element_;
  Cursor& cursor_;
};

}  // namespace

void read_source(Elaborator& elaborator, ElementLine& element) { SourceReader(elaborator, element).run(); }

}  // namespace nullor::netlist
