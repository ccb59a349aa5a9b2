// nullor resistive solve NETWORK: the steady state of a network, with its proof.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/app.h"
#include "nullor/cli/read_deck.h"
#include "nullor/cli/resistive_verbs.h"
#include "nullor/io/npy_file.h"
#include "nullor/resistive/circuit_network.h"
#include "nullor/resistive/read_edge_list.h"
#include "nullor/resistive/solve.h"

namespace nullor {
namespace {

using resistive::ElementKind;
using resistive::Outcome;
using resistive::ResistiveNetwork;
using resistive::Solution;

struct SolveOptions {
  CommonOptions common;
  std::string network, method = "automatic", output, diodes;
  bool edges = false;
  resistive::SolverOptions how;
};

constexpr std::size_t kListed = 40;          // rows of a table on a screen
constexpr std::size_t kListedInJson = 5000;  // nodes and diodes; larger networks go to -o and --diodes

ResistiveNetwork read_network(const SolveOptions& options) {
  const std::string extension = extension_of(options.network);
  if (options.edges || extension == "edges" || extension == "txt") {
    return resistive::read_edge_list(options.network);
  }
  ReadOptions reading;
  reading.seed = options.common.seed;
  return resistive::network_of(read_deck(options.network, reading));
}

std::string outcome_name(Outcome outcome) {
  return outcome == Outcome::solved       ? "solved"
         : outcome == Outcome::infeasible ? "infeasible"
                                          : "not converged";
}

std::string element_name(const ResistiveNetwork& network, ElementKind kind, std::size_t index) {
  return network.describe(kind, static_cast<int>(index)).name;
}

void print_nodes(const ResistiveNetwork& network, const Solution& state) {
  std::size_t width = 4;
  const std::size_t shown = std::min(kListed, state.node_voltages.size() - 1);
  for (std::size_t k = 1; k <= shown; ++k)
    width = std::max(width, network.node_name(static_cast<int>(k)).size());
  std::printf("%-*s  %18s\n", static_cast<int>(width), "node", "voltage [V]");
  for (std::size_t k = 1; k <= shown; ++k) {
    std::printf("%-*s  %18.12g\n", static_cast<int>(width), network.node_name(static_cast<int>(k)).c_str(),
                state.node_voltages[k]);
  }
  if (shown + 1 < state.node_voltages.size()) {
    std::printf("... and %zu more: -o FILE writes all\n", state.node_voltages.size() - 1 - shown);
  }
}

void print_elements(const ResistiveNetwork& network, const Solution& state) {
  const std::size_t sources = std::min(kListed, state.voltage_source_currents.size());
  const std::size_t diodes = std::min(kListed, state.diode_currents.size());
  if (sources + diodes == 0) return;
  std::printf("\n%-10s  %18s  state\n", "element", "current [A]");
  for (std::size_t k = 0; k < sources; ++k) {
    std::printf("%-10s  %18.12g\n", element_name(network, ElementKind::voltage_source, k).c_str(),
                state.voltage_source_currents[k]);
  }
  for (std::size_t k = 0; k < diodes; ++k) {
    std::printf("%-10s  %18.12g  %s\n", element_name(network, ElementKind::diode, k).c_str(),
                state.diode_currents[k], state.conducting[k] ? "on" : "off");
  }
  const std::size_t more =
      state.voltage_source_currents.size() + state.diode_currents.size() - sources - diodes;
  if (more > 0) std::printf("... and %zu more: --diodes FILE writes all diodes\n", more);
}

void print_report(const Solution& state) {
  std::printf("\n%s by %s in %d steps, KKT residual %.2g\n", outcome_name(state.outcome).c_str(),
              std::string(resistive::name_of(state.method)).c_str(), state.iterations, state.kkt_residual);
  std::printf("energy %sW, dissipated %sW, delivered by the sources %sW\n",
              format_si(state.energy, 6).c_str(), format_si(state.dissipated_power, 6).c_str(),
              format_si(state.delivered_power, 6).c_str());
}

/// What no current ties to ground, said once each.
void warn_of_floating(const ResistiveNetwork& network, const Solution& state) {
  constexpr std::size_t kGroups = 5, kNodes = 8;
  for (std::size_t k = 0; k < std::min(kGroups, state.floating.size()); ++k) {
    std::string names;
    const auto& group = state.floating[k];
    for (std::size_t j = 0; j < std::min(kNodes, group.size()); ++j) {
      names += (j ? ", '" : "'") + network.node_name(group[j]) + "'";
    }
    if (group.size() > kNodes) names += " and " + std::to_string(group.size() - kNodes) + " more";
    log_warning("nothing that conducts ties " + names + " to ground: any common voltage there is as good");
  }
  if (state.floating.size() > kGroups) {
    log_warning(std::to_string(state.floating.size() - kGroups) + " more groups of nodes float");
  }
}

nlohmann::ordered_json to_json(const ResistiveNetwork& network, const Solution& state) {
  nlohmann::ordered_json out = {{"outcome", outcome_name(state.outcome)},
                                {"method", std::string(resistive::name_of(state.method))},
                                {"iterations", state.iterations},
                                {"factorizations", state.factorizations},
                                {"seconds", state.seconds},
                                {"kkt_residual", state.kkt_residual},
                                {"energy", state.energy},
                                {"dissipated_power", state.dissipated_power},
                                {"delivered_power", state.delivered_power}};
  if (state.node_voltages.size() + state.diode_currents.size() > kListedInJson) return out;
  auto& nodes = out["nodes"] = nlohmann::ordered_json::object();
  for (std::size_t k = 1; k < state.node_voltages.size(); ++k) {
    nodes.push_back({network.node_name(static_cast<int>(k)), state.node_voltages[k]});
  }
  auto& sources = out["voltage_sources"] = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < state.voltage_source_currents.size(); ++k) {
    sources.push_back({{"name", element_name(network, ElementKind::voltage_source, k)},
                       {"current", state.voltage_source_currents[k]}});
  }
  auto& diodes = out["diodes"] = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < state.diode_currents.size(); ++k) {
    diodes.push_back({{"name", element_name(network, ElementKind::diode, k)},
                      {"current", state.diode_currents[k]},
                      {"on", state.conducting[k] != 0}});
  }
  auto& floating = out["floating"] = nlohmann::ordered_json::array();
  for (const auto& group : state.floating) {
    auto& names = floating.emplace_back(nlohmann::ordered_json::array());
    for (const int node : group) names.push_back(network.node_name(node));
  }
  return out;
}

void append(std::string& out, double value) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// Rows of node and voltage; in a .npy file the node is its name where all names are numbers, else its
/// position.
void write_voltages(const ResistiveNetwork& network, const Solution& state, const std::string& path) {
  const std::string extension = extension_of(path);
  if (extension == "json") return write_file(path, to_json(network, state).dump() + "\n");
  if (extension == "csv" || path == "-") {
    std::string text = "node,voltage\n";
    for (std::size_t k = 0; k < state.node_voltages.size(); ++k) {
      text += network.node_name(static_cast<int>(k)) + ",";
      append(text, state.node_voltages[k]);
      text += '\n';
    }
    return write_file(path, text);
  }
  if (extension != "npy") {
    throw InputError(ErrorKind::usage, "no format for '" + path + "'", {}, "end it in .csv, .npy or .json");
  }
  Table table;
  Column nodes{.name = "node"}, voltages{.name = "voltage", .quantity = Quantity::voltage};
  for (int k = 0; k < network.node_count; ++k) {
    const auto number = parse_si(network.node_name(k));
    nodes.real.push_back(number ? *number : std::nan(""));
  }
  if (std::any_of(nodes.real.begin(), nodes.real.end(), [](double x) { return std::isnan(x); })) {
    for (std::size_t k = 0; k < nodes.real.size(); ++k) nodes.real[k] = static_cast<double>(k);
  }
  voltages.real = state.node_voltages;
  table.columns = {std::move(nodes), std::move(voltages)};
  write_file(path, write_npy(table));
}

void write_diodes(const ResistiveNetwork& network, const Solution& state, const std::string& path) {
  std::string text = "diode,current,on\n";
  for (std::size_t k = 0; k < state.diode_currents.size(); ++k) {
    text += element_name(network, ElementKind::diode, k) + ",";
    append(text, state.diode_currents[k]);
    text += state.conducting[k] ? ",1\n" : ",0\n";
  }
  write_file(path, text);
}

void run(SolveOptions& options) {
  bool known = false;
  options.how.method = resistive::method_of(options.method, known);
  options.how.jobs = options.common.jobs;
  const ResistiveNetwork network = read_network(options);
  Progress bar("solve");
  options.how.progress = [&bar](resistive::Method method, int step) {
    bar.detail(std::string(resistive::name_of(method)) + ", step " + std::to_string(step));
    bar.update(std::nan(""));
  };
  const Solution state = resistive::solve(network, options.how);
  if (state.outcome == Outcome::infeasible) {
    throw InputError(ErrorKind::singular, options.network + ": " + state.message, {},
                     "a resistor in the loop or to ground, however large or small, makes it solvable");
  }
  if (options.common.json) {
    std::puts(to_json(network, state)
                  .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                  .c_str());
  } else {
    print_nodes(network, state);
    print_elements(network, state);
    print_report(state);
  }
  warn_of_floating(network, state);
  if (!options.output.empty()) write_voltages(network, state, options.output);
  if (!options.diodes.empty()) write_diodes(network, state, options.diodes);
  if (state.outcome != Outcome::solved) {
    throw InputError(ErrorKind::no_convergence,
                     options.network + ": the KKT residual is " + format_si(state.kkt_residual) + ", above " +
                         format_si(options.how.tolerance),
                     {}, "--method automatic tries all methods; see also --max-iterations and --tolerance");
  }
}

}  // namespace

void add_resistive_solve(CLI::App& verb) {
  auto options = std::make_shared<SolveOptions>();
  CLI::App* sub = verb.add_subcommand("solve", "the steady state of a network of any shape");
  sub->add_option("network", options->network, "SPICE netlist, or an edge list (.edges, .txt)")->required();
  sub->add_flag("--edges", options->edges, "an edge list whatever its name");
  std::vector<std::string> methods;
  for (int k = 0; k <= static_cast<int>(resistive::Method::interior_point); ++k) {
    methods.emplace_back(resistive::name_of(static_cast<resistive::Method>(k)));
  }
  sub->add_option("--method", options->method, "how it is solved")
      ->check(CLI::IsMember(methods))
      ->capture_default_str();
  sub->add_option("--tolerance", options->how.tolerance, "largest KKT residual of a solved network")
      ->check(CLI::Range(1e-15, 1e-2))
      ->capture_default_str();
  sub->add_option("--max-iterations", options->how.max_iterations,
                  "sweeps or steps; 0: as many as the method deems enough")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  sub->add_option("--time-limit", options->how.time_limit, "seconds")->check(CLI::PositiveNumber);
  sub->add_option("-o,--output", options->output,
                  "all node voltages: .csv, .npy or .json; - is standard output");
  sub->add_option("--diodes", options->diodes, "all diodes: CSV of name, current, on");
  add_common_options(*sub, options->common);
  sub->callback([options] { run(*options); });
}

}  // namespace nullor
