#pragma once
/// Deck tree -> flat circuit. Parameters are resolved where and when they are read, subcircuits are expanded,
/// models are picked; what an element line means is in elements_*.cc, what a card means in cards.cc.

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/netlist/circuit.h"
#include "nullor/netlist/compile.h"
#include "nullor/netlist/cursor.h"
#include "nullor/netlist/deck_tree.h"
#include "nullor/netlist/source_lines.h"

namespace nullor::netlist {

/// The top level, or one instance of a subcircuit.
struct Scope {
  struct Slot {
    ParameterId id = kNoParameter;
    bool resolving = false;
  };

  std::string path;                                  ///< "x1.x2"; empty at the top
  std::vector<const Block*> blocks;                  ///< its own, then the branches of conditionals taken
  std::map<const Conditional*, const Block*> taken;  ///< null: no branch
  Scope* caller = nullptr;            ///< parameters are looked up along callers, as in ngspice
  Scope* lexical = nullptr;           ///< models and subcircuits are looked up where the text stands
  const LogicalLine* line = nullptr;  ///< the X line
  std::vector<NamedValue> overrides;  ///< of the X line
  std::unordered_map<std::string, Slot> slots;
  std::unordered_map<std::string, int> ports;  ///< port name -> node
  Value multiplier{1.0};                       ///< product of m= along the callers
  int depth = 0;

  /// `name` inside this scope as a flat name: "x1.net5".
  std::string inside(std::string_view name) const {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
  }
  bool is_top() const { return caller == nullptr; }
};

/// A number that an instance is given by name, found while its line is read.
struct ElementLine {
  Scope& scope;
  Cursor cursor;
  Instance instance;
  std::string name;  ///< as written in its scope, lower case
};

class Elaborator {
 public:
  Elaborator(const SourceLines& source, const ReadOptions& options);
  Circuit run();

  // Parameters and values (parameters.cc).
  /// The entry of parameter `name` seen from `scope`, resolved now if need be; kNoParameter when there is
  /// none.
  ParameterId find_parameter(Scope& scope, const std::string& name);
  const UserFunction* find_function(Scope& scope, std::string_view name);
  std::vector<std::string> parameter_names(const Scope& scope) const;
  std::vector<std::string> function_names(const Scope& scope) const;
  /// The value of `piece`, a part of the text of `source`, seen from `scope`.
  Value value_of(Scope& scope, const SourceText& source, std::string_view piece);
  Value value_of(Scope& scope, const Expression& expression);
  /// Adds an entry to the parameter table and computes its present value.
  /// Entries of a subcircuit instance, and those that read one, are `local`.
  ParameterId add_entry(std::string name, bool local, Program program, Location where);
  /// What a value is now.
  double number(const Value& value) const;
  double number_of(Scope& scope, const SourceText& source, std::string_view piece) {
    return number(value_of(scope, source, piece));
  }
  Value product(const Value& a, const Value& b, const Location& where);
  /// Parsed once per place in the deck.
  const Expression& expression_at(const SourceText& source, std::string_view piece);

  // Nodes and instances (elaborator.cc).
  int node(Scope& scope, std::string_view name);
  int add(ElementLine& element);
  /// `.option scale`, the unit of MOSFET lengths [m].
  double scale() const;
  Circuit& circuit() { return circuit_; }
  int& compile_depth() { return compile_depth_; }
  Rng& rng() {
    ++draws_;
    return rng_;
  }
  /// After all elements: fills instances[instance].references[k] with the element `name` of `scope`.
  void refer(int instance, std::size_t k, const Scope& scope, std::string_view name, std::string_view letters,
             Location where);
  /// Same, for input `input` of a behavioural source.
  void refer_input(std::shared_ptr<BehaviouralSource> behaviour, std::size_t input, const Scope& scope,
                   std::string_view name, Location where);
  /// A node that some element must also touch, checked at the end.
  void require_node(int node, Location where);
  /// Throws when no element is connected to `node`.
  void check_connected(int node, const Location& where) const;
  void global_nodes(const LogicalLine& line);
  const SourceLines& source() const { return source_; }

  // Models (models.cc).
  ModelCard* find_model(Scope& scope, const std::string& name, Scope** where);
  bool has_model(Scope& scope, std::string_view name);
  /// Index into Circuit::models of the model that `instance` names, its bin chosen by l, w and nf.
  int use_model(Scope& scope, std::string_view name, Instance& instance, const Location& where);
  /// The model `ideal` of diodes, which every deck knows that has none of its own: no resistance when on.
  int ideal_diode(const Location& where);

 private:
  void prepare_scope(Scope& scope);
  void take_branches(Scope& scope, const Block& block);
  void statements(Scope& scope, const Block& block);
  void element(Scope& scope, const LogicalLine& line);
  void subcircuit_call(Scope& scope, const LogicalLine& line);
  const Block* find_subcircuit(Scope& scope, const std::string& name, Scope** where);
  void multiply(Scope& scope, Instance& instance);
  void resolve_references();
  ParameterId resolve_here(Scope& scope, const std::string& name);
  ParameterId define(Scope& scope, const std::string& name, Scope::Slot& slot, const SourceText& source,
                     std::string_view value);
  [[noreturn]] void unknown_model(Scope& scope, std::string_view name, const Location& where);
  void split(ModelCard& card);
  int copy_model(ModelCard& card, Scope& defined_in);
  ModelBins ranges_of(const std::string& base, const std::vector<ModelCard*>& bins, Scope& defined_in);
  /// Copies all cards; the index of their list.
  int keep_bins(const std::string& base, const std::vector<ModelCard*>& bins, Scope& defined_in);
  ModelCard* choose_bin(const std::string& base, const std::vector<ModelCard*>& bins, Scope& defined_in,
                        const Instance& instance, const Location& where);

  struct Reference {
    int instance;
    std::size_t position;
    std::shared_ptr<BehaviouralSource> behaviour;
    std::string path, name, letters;
    Location where;
  };

  const SourceLines& source_;
  const ReadOptions& options_;
  Rng rng_;
  Circuit circuit_;
  std::unique_ptr<Block> tree_;
  std::unique_ptr<Scope> top_;
  std::vector<double> values_, registers_;  ///< present values of the parameter table
  std::unordered_map<const char*, Expression> expressions_;
  std::vector<std::pair<const Scope*, std::string>> resolving_;
  std::vector<Reference> references_;
  std::vector<std::pair<int, Location>> required_nodes_;
  std::vector<char> touched_;                        ///< nodes that an element connects to
  std::unordered_map<std::string, Location> calls_;  ///< flat names of X lines
  std::unordered_map<std::string, Location> global_;
  std::map<std::pair<const ModelCard*, const Scope*>, int> model_copies_;
  std::size_t calls_made_ = 0;
  int compile_depth_ = 0;
  std::size_t draws_ = 0;    ///< random numbers asked for
  std::vector<bool> local_;  ///< per entry of the parameter table
  std::vector<std::unique_ptr<Scope>> scopes_;
  std::vector<std::pair<Scope*, const LogicalLine*>> cards_;  ///< read when all elements are known
};

/// Reads the element line into an Instance and adds it (elements.cc).
void read_element(Elaborator& elaborator, Scope& scope, const SourceText& text, const LogicalLine& line);

/// Letters that begin an element line, with what they are, for messages.
std::string describe_letters();

}  // namespace nullor::netlist
