#pragma once
/// The flat circuit: what remains of a netlist once includes, subcircuits, conditions and model bins are
/// resolved. It knows nothing of device physics: an instance is a letter, nodes, a model and named values.

#include <complex>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/base/shared_list.h"
#include "nullor/base/time_function.h"
#include "nullor/netlist/analysis_card.h"
#include "nullor/netlist/expression.h"
#include "nullor/netlist/name_index.h"
#include "nullor/netlist/parameter_table.h"

namespace nullor {

/// A number in the netlist: a constant, or an entry of the parameter table (every expression becomes one).
struct Value {
  double constant = 0;
  ParameterId parameter = kNoParameter;  ///< when set, the value is that entry and `constant` is unused
};

struct NamedValue {
  std::string name;  ///< lower case
  Value value;
  Location where;
  std::string text;  ///< set instead of `value` for words, e.g. level=14 is a value, type=xyz is text
};

/// A `.model` card, or one copy of it per subcircuit instance when it depends on that instance's parameters.
struct Model {
  std::string name;  ///< as ngspice flattens it: "nmod", "x1:nmod"
  std::string type;  ///< lower case: "nmos", "d", "sw", "ferroelectric"
  std::vector<NamedValue> parameters;
  Location where;
};

/// A binned model: cards between which length and width of an instance decide.
struct ModelBins {
  struct Bin {
    std::string name;
    double l_min = 0, l_max = 0, w_min = 0, w_max = 0;  ///< [m]
    int model = -1;                                     ///< index into Circuit::models
  };
  std::string name;
  double scale = 1;  ///< the unit of lengths on element lines, for messages [m]
  std::vector<Bin> bins;

  /// Position of the bin for a device of length l and width w [m], the latter in `fingers`; -1: none holds
  /// it. min <= x < max, as binning is defined; equal within rounding counts as equal, and an upper limit
  /// where no other bin begins belongs to its bin.
  int choose(double l, double w, double fingers) const;
  /// "no bin of model 'nfet' holds l=1u w=2u", and what bins there are.
  std::pair<std::string, std::string> complaint(double l, double w, double fingers) const;
};

/// The time function of an independent source: kind "pulse", "sin", "exp", "pwl", "sffm" or "am" and its
/// arguments in SPICE order (pwl: t1 v1 t2 v2 ...; repeat and td as `options`); or "network", the signal of a
/// file.
struct SourceFunction {
  std::string kind;
  std::vector<Value> arguments;
  std::vector<NamedValue> options;  ///< pwl: "r" (repeat from time), "td" (delay)
  Location where;
  std::string file, signal;                      ///< kind "network": what it plays
  std::shared_ptr<const TimeFunction> function;  ///< the same, once loaded
};

/// What a behavioural expression reads besides parameters.
struct BehaviouralInput {
  enum class Kind { voltage, current, time, temperature, parameter, derivative } kind = Kind::voltage;
  int positive = 0, negative = 0;        ///< voltage: node indices, 0 is ground
  int instance = -1;                     ///< current: the instance whose branch current it is
  ParameterId parameter = kNoParameter;  ///< parameter
  int derivative = -1;                   ///< derivative: index into BehaviouralSource::derivatives
};

/// A source whose value is a formula. E, G, F, H with poly, value= or table, behavioural R, C and L and B are
/// all lowered to this. `ddt(u)` inside a formula becomes an input of kind derivative whose argument u is a
/// formula of its own; `idt(u)` becomes a derivative input in the same way with `integral` set (the input y
/// obeys dy/dt = u, y(0) = start).
struct BehaviouralSource {
  struct Derivative {
    Program argument;
    bool integral = false;
    double start = 0;
  };
  bool is_voltage =
      false;  ///< v = formula between nodes[0] and nodes[1]; otherwise a current from nodes[0] to nodes[1]
  Program formula;  ///< reads `inputs` in order
  std::vector<BehaviouralInput> inputs;
  std::vector<Derivative>
      derivatives;  ///< each program reads the same `inputs`; later ones may use earlier ones
};

struct Instance {
  std::string name;  ///< lower case, flattened as ngspice does: "r1", "m.x1.m3"
  char letter = 0;   ///< lower case element letter
  Location where;
  std::vector<int> nodes;  ///< indices into Circuit::nodes; 0 is ground
  int model = -1;          ///< index into Circuit::models
  int bins = -1;  ///< index into Circuit::bins where ReadOptions::keep_bins is set and its model is binned
  std::vector<int>
      references;  ///< instances named by this one: f, h, w: the sensed voltage source; k: the two inductors
  /// Named values. The positional value of r, c, l, k is called "r", "c", "l", "k"; of v and i "dc"; `ac mag
  /// phase` is "acmag" and "acphase"; linear e, g, f, h have "gain". Initial conditions are "ic" (or "ic1",
  /// "ic2", ...).
  std::vector<NamedValue> parameters;
  std::optional<SourceFunction> source;
  std::shared_ptr<const BehaviouralSource> behaviour;
  bool off = false;  ///< `off` of semiconductor devices; `on` of switches sets `on`
  bool on = false;
};

/// What a node carries that is no voltage, from `.nature`: a polarization, a photon number, a temperature.
struct NodeNature {
  int node = 0;
  std::string unit;  ///< may be empty
  Value tolerance;   ///< absolute tolerance, in its unit
};

/// One command of a `.control` block, with the body of a loop or condition.
struct ControlCommand {
  std::string verb;  ///< lower case: "run", "let", "meas", "foreach", ...
  std::string rest;  ///< the rest of the line, case kept, comments removed, $variables not yet replaced
  Location where;
  std::vector<ControlCommand> body;       ///< foreach, while, dowhile, repeat, if
  std::vector<ControlCommand> otherwise;  ///< else of an if
};

/// A text setting such as method=gear, or a number.
using OptionValue = std::variant<double, std::string>;

struct Circuit {
  std::string title;
  std::vector<std::string> nodes = {"0"};  ///< names, lower case, flattened as ngspice does: "out", "x1.net5"
  std::vector<Instance> instances;
  SharedList<Model> models;
  std::vector<ModelBins> bins;  ///< with ReadOptions::keep_bins
  ParameterTable parameters;

  std::vector<std::pair<int, Value>> initial_conditions;  ///< .ic v(node)=value
  std::vector<std::pair<int, Value>> node_sets;           ///< .nodeset
  std::vector<NodeNature> natures;                        ///< .nature
  std::map<std::string, OptionValue> options;             ///< .options, .temp (as "temp"); flags have value 1
  std::vector<AnalysisCard> analyses;                     ///< in deck order
  std::vector<MeasureCard> measures;
  std::vector<StepCard> steps;
  std::vector<Expression> saves;      ///< .save, .probe; empty: everything
  bool save_device_currents = false;  ///< .options savecurrents or `save all` with it
  std::vector<PrintCard> prints;
  std::vector<ControlCommand> control;

  /// Index of the node called `name` (case ignored, "gnd" is "0"), or -1.
  int find_node(std::string_view name) const;
  /// Index of the instance called `name` ("r1", "m.x1.m3", or "x1.m3" in its place), or -1.
  int find_instance(std::string_view name) const;

  /// Index of the node called `name` (lower case), added when it is new.
  int add_node(std::string_view name);
  /// Appends an instance, whose name must be new; returns its index.
  int add_instance(Instance instance);

  /// Rebuild the name maps after adding nodes or instances by hand.
  void index();

 private:
  NameIndex node_index_, instance_index_;
};

/// How a deck is read.
struct ReadOptions {
  std::vector<std::string> include_paths;  ///< searched after the including file's own folder
  std::vector<std::pair<std::string, double>>
      parameters;                          ///< override top-level .param values, as `--param NAME=VALUE`
  std::uint64_t seed = 1;                  ///< for agauss() and its kin
  bool keep_bins = false;                  ///< all cards of binned models, not only the chosen ones
  bool allow_includes = true;              ///< false: .include and .lib are errors, no file is opened
  std::size_t max_instances = 10'000'000;  ///< flat instances; more is an error (subcircuit bombs)
};

/// Reads a netlist file, or text whose includes are relative to the folder of `path`. Throws InputError; the
/// first problem wins.
Circuit read_circuit(const std::string& path, const ReadOptions& options = {});
Circuit read_circuit_text(std::string_view text, const std::string& path = "netlist",
                          const ReadOptions& options = {});

}  // namespace nullor
