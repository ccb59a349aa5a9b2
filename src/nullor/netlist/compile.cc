#include "nullor/netlist/compile.h"

#include <array>
#include <cmath>

#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

using Op = Program::Op;
using Kind = Expression::Kind;
using Node = Expression::Node;

constexpr int kMaxCalls = 60;               // of user functions inside each other
constexpr std::size_t kMaxVisits = 400000;  // tree nodes compiled for one expression

constexpr int kMaxDepth = 1500;  // of trees, through functions and parameters

struct Unary {
  std::string_view name;
  Op op;
};
constexpr std::array<Unary, 32> kUnary = {{
    {"abs", Op::abs},     {"sgn", Op::sign},     {"sign", Op::sign},      {"sqrt", Op::sqrt},
    {"exp", Op::exp},     {"ln", Op::log},       {"log", Op::log},        {"log10", Op::log10},
    {"sin", Op::sin},     {"cos", Op::cos},      {"tan", Op::tan},        {"asin", Op::asin},
    {"acos", Op::acos},   {"atan", Op::atan},    {"arcsin", Op::asin},    {"arccos", Op::acos},
    {"arctan", Op::atan}, {"sinh", Op::sinh},    {"cosh", Op::cosh},      {"tanh", Op::tanh},
    {"asinh", Op::asinh}, {"acosh", Op::acosh},  {"atanh", Op::atanh},    {"floor", Op::floor},
    {"ceil", Op::ceil},   {"int", Op::truncate}, {"trunc", Op::truncate}, {"nint", Op::round},
    {"round", Op::round}, {"u", Op::step},       {"uramp", Op::ramp},     {"not", Op::logical_not},
}};

// Functions of several arguments, or with a rule of their own: name, fewest and most arguments.
struct Special {
  std::string_view name;
  std::size_t least, most;
};
constexpr std::size_t kAny = 100000;
constexpr std::array<Special, 22> kSpecial = {{
    {"pow", 2, 2},    {"pwr", 2, 2},      {"min", 1, kAny}, {"max", 1, kAny},      {"limit", 2, 3},
    {"atan2", 2, 2},  {"u2", 1, 1},       {"sqr", 1, 1},    {"ternary_fcn", 3, 3}, {"if", 3, 3},
    {"pwl", 3, kAny}, {"table", 3, kAny}, {"ddt", 1, 1},    {"idt", 1, 2},         {"agauss", 3, 3},
    {"gauss", 3, 3},  {"aunif", 2, 2},    {"unif", 2, 2},   {"hypot", 2, 2},       {"fmod", 2, 2},
    {"square", 1, 1}, {"cbrt", 1, 1},
}};

}  // namespace

struct Compiler::Frame {
  const UserFunction& function;
  const Expression& in;  // where the arguments are written
  const Node& call;
  const Frame* caller;
  ProgramBuilder* builder;  // `registers` belong to it
  std::vector<int> registers;
};

const std::vector<std::string>& builtin_functions() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Unary& f : kUnary) out.emplace_back(f.name);
    for (const Special& f : kSpecial) out.emplace_back(f.name);
    return out;
  }();
  return names;
}

Program Compiler::compile(const Expression& expression, const std::function<int(Compiler&, int)>& wrap) {
  ProgramBuilder builder;
  builder_ = &builder;
  visits_ = 0;
  calls_ = 0;
  int root = node(expression, static_cast<int>(expression.nodes.size()) - 1, nullptr);
  if (wrap) root = wrap(*this, root);
  builder_ = nullptr;
  return builder.finish(root);
}

// Not inlined into each other: the recursion must keep its stack frames small.
[[gnu::noinline]] int Compiler::node(const Expression& in, int index, const Frame* frame) {
  const Node& node = in.nodes[static_cast<std::size_t>(index)];
  if (++visits_ > kMaxVisits)
    fail("this expression grows too large", in.where, "functions that call functions?");
  struct Deeper {
    explicit Deeper(int& count) : depth(++count) {}
    ~Deeper() { --depth; }
    int& depth;
  } deeper(environment_.depth());
  if (deeper.depth > kMaxDepth) fail("this expression is nested too deeply", in.where);
  switch (node.kind) {
    case Kind::number:
      return builder_->constant(node.number);
    case Kind::name: {
      if (frame) {
        const auto& names = frame->function.parameters;
        for (std::size_t k = 0; k < names.size(); ++k) {
          if (names[k] != node.name) continue;
          if (frame->builder == builder_) return frame->registers[k];
          return argument(frame->in, frame->call, k, frame->caller);  // in the program of a ddt()
        }
      }
      return environment_.name(*this, in, node);
    }
    case Kind::call:
      return call(in, node, frame);
    case Kind::unary: {
      const int a = this->node(in, node.arguments[0], frame);
      if (node.name == "-") return builder_->apply(Op::negate, a);
      return node.name == "!" ? builder_->apply(Op::logical_not, a) : a;
    }
    case Kind::binary:
      return binary(in, node, frame);
    case Kind::ternary: {
      const int condition = argument(in, node, 0, frame);
      // With a known condition the other side need not make sense, as in max > 0 ? log(max) : 0.
      if (builder_->is_constant(condition)) {
        return argument(in, node, builder_->constant_at(condition) != 0 ? 1 : 2, frame);
      }
      const int then = argument(in, node, 1, frame);
      return builder_->apply(Op::choose, condition, then, argument(in, node, 2, frame));
    }
  }
  return 0;
}

int Compiler::argument(const Expression& in, const Node& node, std::size_t k, const Frame* frame) {
  return this->node(in, node.arguments[k], frame);
}

[[gnu::noinline]] int Compiler::binary(const Expression& in, const Node& node, const Frame* frame) {
  static constexpr std::array<std::pair<std::string_view, Op>, 15> kOps = {{
      {"+", Op::add},
      {"-", Op::subtract},
      {"*", Op::multiply},
      {"/", Op::divide},
      {"%", Op::modulo},
      {"**", Op::power_abs},
      {"^", Op::power_abs},  // of the magnitude: (-2)^3 is 8 in ngspice
      {"<", Op::less},
      {"<=", Op::less_equal},
      {">", Op::greater},
      {">=", Op::greater_equal},
      {"==", Op::equal},
      {"!=", Op::not_equal},
      {"&&", Op::logical_and},
      {"||", Op::logical_or},
  }};
  const int a = argument(in, node, 0, frame);
  const int b = argument(in, node, 1, frame);
  for (const auto& [name, op] : kOps) {
    if (name == node.name) return builder_->apply(op, a, b);
  }
  fail("a pair of numbers makes no sense here", in.locate(node));
}

[[gnu::noinline]] int Compiler::call(const Expression& in, const Node& node, const Frame* frame) {
  const std::string& name = node.name;
  if (const UserFunction* function = environment_.function(name))
    return user_call(*function, in, node, frame);
  if (is_probe(name)) return environment_.probe(*this, in, node);
  const std::size_t count = node.arguments.size();
  const auto expect = [&](std::size_t least, std::size_t most) {
    if (count >= least && count <= most) return;
    const std::string range = least == most  ? std::to_string(least)
                              : most == kAny ? "at least " + std::to_string(least)
                                             : std::to_string(least) + " or " + std::to_string(most);
    fail(name + "() takes " + range + " argument" + (range == "1" ? "" : "s") + ", not " +
             std::to_string(count),
         in.locate(node));
  };
  for (const Unary& f : kUnary) {
    if (f.name != name) continue;
    expect(1, 1);
    return builder_->apply(f.op, argument(in, node, 0, frame));
  }
  const Special* special = nullptr;
  for (const Special& f : kSpecial) {
    if (f.name == name) special = &f;
  }
  if (!special) {
    std::vector<std::string> names = builtin_functions();
    for (std::string& user : environment_.function_names()) names.push_back(std::move(user));
    fail("there is no function " + in_quotes(name), in.locate(node), did_you_mean(name, names));
  }
  expect(special->least, special->most);
  if (name == "ddt" || name == "idt") return derivative(in, node, frame);
  if (name == "pwl" || name == "table") return piecewise(in, node, frame);
  if (name == "agauss" || name == "gauss" || name == "aunif" || name == "unif" ||
      (name == "limit" && count == 2)) {
    return random(in, node, frame);
  }
  const int a = argument(in, node, 0, frame);
  if (name == "u2") {  // 0 below 0, x up to 1, then 1
    return builder_->apply(Op::minimum, builder_->apply(Op::ramp, a), builder_->constant(1));
  }
  if (name == "sqr" || name == "square") return builder_->apply(Op::multiply, a, a);
  if (name == "cbrt") return builder_->apply(Op::power_signed, a, builder_->constant(1.0 / 3.0));
  if (count == 1) return a;  // min(x), max(x)
  const int b = argument(in, node, 1, frame);
  if (name == "pow") return builder_->apply(environment_.behavioural() ? Op::power_abs : Op::power, a, b);
  if (name == "pwr")
    return builder_->apply(environment_.behavioural() ? Op::power_signed : Op::power_abs, a, b);
  if (name == "atan2") return builder_->apply(Op::atan2, a, b);
  if (name == "fmod") return builder_->apply(Op::modulo, a, b);
  if (name == "hypot") {
    return builder_->apply(Op::sqrt, builder_->apply(Op::add, builder_->apply(Op::multiply, a, a),
                                                     builder_->apply(Op::multiply, b, b)));
  }
  if (name == "min" || name == "max") {
    const Op op = name == "min" ? Op::minimum : Op::maximum;
    int out = builder_->apply(op, a, b);
    for (std::size_t k = 2; k < count; ++k) out = builder_->apply(op, out, argument(in, node, k, frame));
    return out;
  }
  const int c = argument(in, node, 2, frame);
  if (name == "limit") return builder_->apply(Op::minimum, builder_->apply(Op::maximum, a, b), c);
  return builder_->apply(Op::choose, a, b, c);  // ternary_fcn, if
}

[[gnu::noinline]] int Compiler::user_call(const UserFunction& function, const Expression& in,
                                          const Node& node, const Frame* frame) {
  if (node.arguments.size() != function.parameters.size()) {
    fail("function " + in_quotes(function.name) + " takes " + std::to_string(function.parameters.size()) +
             " arguments, not " + std::to_string(node.arguments.size()),
         in.locate(node), "it is defined at " + function.body.where.str());
  }
  if (++calls_ > kMaxCalls) {
    fail("function " + in_quotes(function.name) + " calls itself without end", in.locate(node));
  }
  Frame inner{function, in, node, frame, builder_, {}};
  for (std::size_t k = 0; k < node.arguments.size(); ++k)
    inner.registers.push_back(argument(in, node, k, frame));
  const int out = this->node(function.body, static_cast<int>(function.body.nodes.size()) - 1, &inner);
  --calls_;
  return out;
}

// Drawn once, here; the result still depends on the nominal value and the spread.
//   agauss(n, v, s) = n + v g / s     gauss(n, v, s) = n + n v g / s     g: standard normal
//   aunif(n, v) = n + v u             unif(n, v) = n + n v u             u: uniform in (-1, 1)
//   limit(n, v) = n + v or n - v
[[gnu::noinline]] int Compiler::random(const Expression& in, const Node& node, const Frame* frame) {
  Rng* rng = environment_.random();
  if (!rng) fail(node.name + "() draws a random number, which has no meaning here", in.locate(node));
  const int nominal = argument(in, node, 0, frame);
  int spread = argument(in, node, 1, frame);
  double draw = 0;
  if (node.name == "agauss" || node.name == "gauss") {
    spread = builder_->apply(Op::divide, spread, argument(in, node, 2, frame));
    draw = rng->normal();
  } else {
    draw = rng->uniform(-1.0, 1.0);
    if (node.name == "limit") draw = draw < 0 ? -1.0 : 1.0;
  }
  if (node.name == "gauss" || node.name == "unif") spread = builder_->apply(Op::multiply, spread, nominal);
  return builder_->apply(Op::add, nominal, builder_->apply(Op::multiply, spread, builder_->constant(draw)));
}

double Compiler::constant_argument(const Expression& in, const Node& node, std::size_t k,
                                   const Frame* frame) {
  const int r = argument(in, node, k, frame);
  const Node& what = in.nodes[static_cast<std::size_t>(node.arguments[k])];
  if (!builder_->is_constant(r)) {
    fail("this argument of " + node.name + "() must be a number, without parameters or circuit quantities",
         in.locate(what));
  }
  return builder_->constant_at(r);
}

[[gnu::noinline]] int Compiler::piecewise(const Expression& in, const Node& node, const Frame* frame) {
  const std::size_t count = node.arguments.size();
  if (count % 2 == 0)
    fail(node.name + "() takes x and then pairs: an abscissa has no value", in.locate(node));
  const int x = argument(in, node, 0, frame);
  ProgramBuilder::Points points;
  for (std::size_t k = 1; k + 1 < count; k += 2) {
    const double at = constant_argument(in, node, k, frame);
    const double value = constant_argument(in, node, k + 1, frame);
    if (!points.empty() && !(at > points.back().first)) {
      fail("the abscissas of " + node.name + "() must ascend",
           in.locate(in.nodes[static_cast<std::size_t>(node.arguments[k])]));
    }
    points.emplace_back(at, value);
  }
  // ngspice goes on along the end segments of pwl() and holds the ends of a TABLE.
  return builder_->table(x, std::move(points), node.name == "pwl");
}

[[gnu::noinline]] int Compiler::derivative(const Expression& in, const Node& node, const Frame* frame) {
  const double start = node.arguments.size() > 1 ? constant_argument(in, node, 1, frame) : 0.0;
  ProgramBuilder* outer = builder_;
  ProgramBuilder inner;
  builder_ = &inner;
  const int root = argument(in, node, 0, frame);
  builder_ = outer;
  return environment_.derivative(*this, in, node, inner.finish(root), start);
}

}  // namespace nullor::netlist
