#pragma once
/// The deck as a tree of scopes: what is defined where, before any parameter has a value.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nullor/netlist/compile.h"
#include "nullor/netlist/source_lines.h"

namespace nullor::netlist {

struct ParameterText {
  std::string name;        ///< lower case
  std::string_view value;  ///< in the text of `line`
  const LogicalLine* line = nullptr;
};

struct FunctionText {
  std::vector<std::string> arguments;
  std::string_view body;
  const LogicalLine* line = nullptr;
  std::unique_ptr<UserFunction> parsed;  ///< at the first call
};

/// One `.model` card; its parameters are split at the first use.
struct ModelCard {
  struct Parameter {
    std::string_view name, value;  ///< `value` is empty for a bare word
  };
  std::string name;  ///< lower case, with its bin number
  std::string type;  ///< lower case
  const LogicalLine* line = nullptr;
  std::size_t begin = 0;  ///< where the parameters start in the line
  bool split = false;
  std::vector<Parameter> parameters;
  int shared = -1;  ///< index into Circuit::models of the copy that depends on no instance
};

struct Block;

/// .if ... .elseif ... .else ... .endif
struct Conditional {
  struct Branch {
    std::string_view condition;  ///< empty: .else
    const LogicalLine* line = nullptr;
    std::unique_ptr<Block> body;
  };
  std::vector<Branch> branches;
};

struct Statement {
  const LogicalLine* line = nullptr;
  std::unique_ptr<Conditional> conditional;  ///< instead of an element or a card
};

/// The top level, a subcircuit, or one branch of a conditional.
struct Block {
  std::string name;  ///< of a subcircuit
  const LogicalLine* line = nullptr;
  std::string_view name_text;
  std::vector<std::string> ports;
  std::vector<ParameterText> parameters;
  std::unordered_map<std::string, std::size_t> parameter_index;
  std::unordered_map<std::string, FunctionText> functions;
  std::vector<std::unique_ptr<ModelCard>> models;
  std::unordered_map<std::string, ModelCard*> model_index;
  std::unordered_map<std::string, std::vector<ModelCard*>> bins;  ///< "nch" for nch.0, nch.1, ...
  std::unordered_map<std::string, std::unique_ptr<Block>> subcircuits;
  std::vector<Statement> statements;
  Block* parent = nullptr;  ///< the block around this one
};

/// Sorts all lines into blocks. `.control` blocks are left out. Throws InputError.
std::unique_ptr<Block> build_tree(const SourceLines& source);

/// The directives that this reader knows, with their dots.
const std::vector<std::string>& directive_names();

}  // namespace nullor::netlist
