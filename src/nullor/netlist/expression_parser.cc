#include "nullor/netlist/expression_parser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "nullor/base/si.h"
#include "nullor/netlist/cursor.h"
#include "nullor/netlist/text.h"

namespace nullor {
namespace netlist {
namespace {

using Node = Expression::Node;
using Kind = Expression::Kind;

constexpr int kMaxDepth = 200;  // of parentheses, calls and signs; more is an attack on the stack

constexpr int kMaxTreeDepth = 1000;

// Operators by binding strength, loosest first. The words are those of `.control` expressions.
struct Operator {
  std::string_view text;
  const char* name;
  int level;
  bool word = false;
};
constexpr std::array<Operator, 28> kOperators = {{
    {"||", "||", 1},        {"&&", "&&", 2},       {"==", "==", 3},       {"!=", "!=", 3},
    {"<>", "!=", 3},        {"<=", "<=", 4},       {">=", ">=", 4},       {"**", "**", 7},
    {"<", "<", 4},          {">", ">", 4},         {"+", "+", 5},         {"-", "-", 5},
    {"*", "*", 6},          {"/", "/", 6},         {"%", "%", 6},         {"^", "^", 7},
    {"|", "||", 1},         {"&", "&&", 2},        {"=", "==", 3},        {"or", "||", 1, true},
    {"and", "&&", 2, true}, {"eq", "==", 3, true}, {"ne", "!=", 3, true}, {"le", "<=", 4, true},
    {"ge", ">=", 4, true},  {"lt", "<", 4, true},  {"gt", ">", 4, true},  {"mod", "%", 6, true},
}};
constexpr int kPowerLevel = 7;

bool starts_name(char c) { return is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool continues_name(char c) { return starts_name(c) || is_digit(c) || c == '.' || c == '#'; }

class Parser {
 public:
  Parser(const SourceText& source, std::string_view piece)
      : source_(source), p_(piece.data()), end_(piece.data() + piece.size()) {
    out_.text = std::string(piece);
    out_.where = source.at(p_);
  }

  Expression run() {
    skip();
    if (p_ == end_) fail("expected an expression");
    ternary();
    skip();
    if (p_ != end_) fail("unexpected " + token() + " after the expression", "an operator may be missing");
    return std::move(out_);
  }

 private:
  struct Deeper {
    explicit Deeper(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kMaxDepth) parser_.fail("this expression is nested too deeply");
    }
    ~Deeper() { --parser_.depth_; }
    Parser& parser_;
  };

  [[noreturn]] void fail(const std::string& what, std::string hint = {}) {
    netlist::fail(what, source_.at(p_), std::move(hint));
  }

  std::string token() const {
    const char* q = p_;
    while (q < end_ && !is_blank(*q) && (q == p_ || continues_name(*q))) ++q;
    return in_quotes(std::string_view(p_, static_cast<std::size_t>(q - p_)));
  }

  void skip() {
    while (p_ < end_ && is_blank(*p_)) ++p_;
  }

  bool accept(char c) {
    skip();
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }

  void expect(char c, const char* after) {
    if (accept(c)) return;
    fail(std::string("expected '") + c + "' " + after + (p_ == end_ ? "" : ", got " + token()));
  }

  int add(Kind kind, const char* at, std::string name, std::vector<int> arguments, double number = 0) {
    int depth = 0;
    for (const int argument : arguments) depth = std::max(depth, depths_[static_cast<std::size_t>(argument)]);
    // Readers of the tree recurse; a sum of thousands of terms is as deep as it is long.
    if (++depth > kMaxTreeDepth) fail("this expression is too long");
    depths_.push_back(depth);
    const auto [line, column] = source_.line_column(at);
    out_.nodes.push_back({kind, number, std::move(name), std::move(arguments), line, column});
    return static_cast<int>(out_.nodes.size()) - 1;
  }

  int ternary() {
    const Deeper deeper(*this);
    const int condition = binary(1);
    skip();
    const char* at = p_;
    if (!accept('?')) return condition;
    const int then = ternary();
    expect(':', "between the two results of '?'");
    const int otherwise = ternary();
    return add(Kind::ternary, at, "?", {condition, then, otherwise});
  }

  const Operator* next_operator() {
    skip();
    const std::string_view rest(p_, static_cast<std::size_t>(end_ - p_));
    for (const Operator& op : kOperators) {
      if (rest.size() < op.text.size()) continue;
      if (!op.word && rest.substr(0, op.text.size()) == op.text) return &op;
      if (op.word && same_name(rest.substr(0, op.text.size()), op.text) &&
          (rest.size() == op.text.size() || !continues_name(rest[op.text.size()]))) {
        return &op;
      }
    }
    return nullptr;
  }

  // All binary operators are left-associative, '^' too: 2^3^2 is 64, as in ngspice.
  int binary(int level) {
    int left = level < kPowerLevel ? operand(level) : primary();
    while (const Operator* op = next_operator()) {
      if (op->level != level) break;
      const char* at = p_;
      p_ += op->text.size();
      const int right = level < kPowerLevel ? operand(level) : exponent();
      left = add(Kind::binary, at, op->name, {left, right});
    }
    return left;
  }

  int operand(int level) { return level + 1 == kPowerLevel ? unary() : binary(level + 1); }

  // A sign binds looser than a power: -2^2 is -4.
  int unary() {
    return prefixed([this] { return binary(kPowerLevel); });
  }
  int exponent() {
    return prefixed([this] { return primary(); });
  }

  template <class Operand>
  int prefixed(Operand operand) {
    skip();
    if (p_ < end_ && (*p_ == '-' || *p_ == '+' || *p_ == '!' || *p_ == '~')) {
      const Deeper deeper(*this);
      const char* at = p_;
      const std::string name(1, *p_ == '~' ? '!' : *p_);
      ++p_;
      const int inner = prefixed(operand);
      // A sign in front of a number is part of it.
      Node& node = out_.nodes.back();
      if (name == "-" && node.kind == Kind::number && inner == static_cast<int>(out_.nodes.size()) - 1) {
        node.number = -node.number;
        return inner;
      }
      return add(Kind::unary, at, name, {inner});
    }
    return operand();
  }

  int primary() {
    int out = atom();
    for (;;) {  // v(out)[3]
      skip();
      const char* at = p_;
      if (!accept('[')) return out;
      const int index = ternary();
      expect(']', "after the index");
      out = add(Kind::call, at, "[]", {out, index});
    }
  }

  int atom() {
    skip();
    if (p_ == end_) fail("the expression ends where a value is expected");
    const char* at = p_;
    const char c = *p_;
    if (is_digit(c) || (c == '.' && p_ + 1 < end_ && is_digit(p_[1]))) return number();
    if (c == '(' || c == '{' || c == '\'') {
      ++p_;
      int inner = ternary();
      const char* comma = p_;
      if (c == '(' && accept(',')) inner = add(Kind::binary, comma, ",", {inner, ternary()});
      expect(c == '(' ? ')' : c == '{' ? '}' : '\'', "to close the parenthesis");
      return inner;
    }
    if (c == '@') return device_parameter();
    if (!starts_name(c)) fail("expected a value, got " + token());
    while (p_ < end_ && continues_name(*p_)) ++p_;
    std::string name = lower({at, static_cast<std::size_t>(p_ - at)});
    skip();
    if (p_ < end_ && *p_ == '(') return call(at, std::move(name));
    return add(Kind::name, at, std::move(name), {});
  }

  int number() {
    const char* at = p_;
    const auto found = parse_si_prefix({p_, static_cast<std::size_t>(end_ - p_)});
    if (!found) fail("this is not a number: " + token());
    p_ += found->length;
    return add(Kind::number, at, {}, {}, found->value);
  }

  // @m1[id], @x1.m1[gm]; one name, brackets included.
  int device_parameter() {
    const char* at = p_;
    while (p_ < end_ && *p_ != '[' && !is_blank(*p_) && *p_ != ')' && *p_ != ',') ++p_;
    if (p_ == end_ || *p_ != '[')
      fail("expected '[' and a parameter after the device", "for example @m1[id]");
    while (p_ < end_ && *p_ != ']') ++p_;
    if (p_ == end_) fail("expected ']' after the device parameter");
    ++p_;
    return add(Kind::name, at, lower({at, static_cast<std::size_t>(p_ - at)}), {});
  }

  int call(const char* at, std::string name) {
    const Deeper deeper(*this);
    ++p_;  // '('
    const bool probe = is_probe(name);
    std::vector<int> arguments;
    if (!accept(')')) {
      for (;;) {
        arguments.push_back(probe ? probe_argument() : ternary());
        if (accept(')')) break;
        expect(',', ("or ')' in the arguments of " + name + "()").c_str());
      }
    }
    if (name == "par" && arguments.size() == 1) return arguments[0];  // par('expression') of .meas and .print
    return add(Kind::call, at, std::move(name), std::move(arguments));
  }

  // Node names may hold any character but blanks, commas and parentheses: v(net+), v(a[3]).
  int probe_argument() {
    skip();
    const char* at = p_;
    while (p_ < end_ && *p_ != ',' && *p_ != ')' && *p_ != '(' && !is_blank(*p_)) ++p_;
    if (p_ == at) fail("expected the name of a node or an element");
    std::string_view name(at, static_cast<std::size_t>(p_ - at));
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    return add(Kind::name, at, lower(name), {});
  }

  const SourceText& source_;
  const char* p_;
  const char* end_;
  Expression out_;
  std::vector<int> depths_;  // of the trees below each node
  int depth_ = 0;
};

std::string write(const Expression& expression, int index, int depth) {
  const Node& node = expression.nodes[static_cast<std::size_t>(index)];
  const auto child = [&](std::size_t k) { return write(expression, node.arguments[k], depth + 1); };
  switch (node.kind) {
    case Kind::number: {
      char text[32];
      std::snprintf(text, sizeof text, "%.17g", node.number);
      return std::signbit(node.number) ? "(" + std::string(text) + ")" : text;
    }
    case Kind::name:
      return node.name;
    case Kind::unary:
      return "(" + node.name + child(0) + ")";
    case Kind::binary:
      return "(" + child(0) + " " + node.name + " " + child(1) + ")";
    case Kind::ternary:
      return "(" + child(0) + " ? " + child(1) + " : " + child(2) + ")";
    case Kind::call: {
      if (node.name == "[]") return child(0) + "[" + child(1) + "]";
      std::string out = node.name + "(";
      for (std::size_t k = 0; k < node.arguments.size(); ++k) out += (k ? ", " : "") + child(k);
      return out + ")";
    }
  }
  return {};
}

}  // namespace

Expression parse_piece(const SourceText& source, std::string_view piece) {
  return Parser(source, without_delimiters(trim(piece))).run();
}

}  // namespace netlist

Location Expression::locate(const Node& node) const {
  if (node.line == 0) return where;
  return {where.file, node.line, node.column};
}

bool is_probe(std::string_view name) {
  static constexpr std::array<std::string_view, 16> kProbes = {
      "v", "i", "vdb", "vp", "vph", "vm", "vr", "vi", "vg", "ir", "ii", "im", "ip", "iph", "idb", "ig"};
  for (const std::string_view probe : kProbes) {
    if (netlist::same_name(name, probe)) return true;
  }
  return false;
}

Expression parse_expression(std::string_view text, const Location& where) {
  return netlist::parse_piece(netlist::SourceText(text, where), text);
}

std::string to_string(const Expression& expression) {
  return netlist::write(expression, static_cast<int>(expression.nodes.size()) - 1, 0);
}

}  // namespace nullor
