#pragma once
/// Expressions as SPICE decks write them: parsed once into a tree, read by three kinds of user: `.param`
/// values (compiled, over other parameters), behavioural sources (compiled, over voltages, currents and time)
/// and measurements or `.control` vectors (walked as a tree over result columns).

#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/error.h"

namespace nullor {

/// A tree in one array; children come before their parents, the root is the last node.
struct Expression {
  enum class Kind {
    number,  ///< `number`
    name,    ///< a bare identifier, lower case: parameter, vector, "time", "temper", "pi", "vdd#branch",
             ///< "@m1[id]"
    call,    ///< name(arguments...): functions, and probes such as v(out), i(vdd), vdb(out); x[k] is the call
             ///< "[]"
    unary,   ///< name is "-", "+" or "!"
    binary,  ///< name is one of + - * / % ** ^ < <= > >= == != && || ,
    ternary,  ///< arguments: condition, then, else
  };
  struct Node {
    Kind kind = Kind::number;
    double number = 0;
    std::string
        name;  ///< lower case. A probe's arguments are `name` nodes (nodes may be called "3" or "x1.out+")
    std::vector<int> arguments;
    int line = 0, column = 0;  ///< in the file of `where`; 0 when unknown
  };

  std::vector<Node> nodes;
  std::string text;  ///< as written
  Location where;

  const Node& root() const { return nodes.back(); }
  /// Where a node stands in its file.
  Location locate(const Node& node) const;
};

/// True for the names whose call is a probe of the circuit (v, i, vdb, vp, im, ...): their arguments are node
/// or element names and not expressions.
bool is_probe(std::string_view name);

/// Parses one whole expression. Throws InputError at the offending column.
Expression parse_expression(std::string_view text, const Location& where);

/// Writes the tree back with the parentheses that keep its meaning; parsing the result gives the same tree,
/// or is refused where the written parentheses nest too deeply.
std::string to_string(const Expression& expression);

}  // namespace nullor
