// nullor topology import: the original data set, a set or a netlist as one set.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "nullor/base/log.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/graph/original_set.h"
#include "nullor/graph/repair.h"

namespace nullor {
namespace {

struct ImportFlags {
  std::string source, out;
  bool repair = false, json = false;
  SpiceFlags spice;
};

void run(const ImportFlags& flags) {
  graph::OriginalSet read;
  if (std::filesystem::is_directory(flags.source)) {
    read = graph::import_original(flags.source);
  } else {
    read.set = read_topologies(flags.source, flags.spice);
  }
  for (const std::string& why : read.skipped) log_warning("skipped " + why);
  std::size_t duplicates = 0, repaired = 0, lawful_before = 0, lawful = 0;
  std::set<int> groups;
  for (graph::TopologyEntry& entry : read.set.entries) {
    lawful_before += graph::check_rules(entry.topology).empty();
    if (flags.repair) {
      const graph::RepairReport report = graph::repair(entry.topology);
      repaired += !report.changes.empty();
      for (const std::string& change : report.changes)
        log_detail(fmt::format("{}: {}", entry.topology.id, change));
    }
    lawful += graph::check_rules(entry.topology).empty();
    duplicates += entry.dup_of >= 0;
    if (entry.topology.group >= 0) groups.insert(entry.topology.group);
  }
  graph::write_topology_set(flags.out, read.set);
  log_note("wrote " + flags.out);
  if (flags.json) {
    const nlohmann::ordered_json out = {{"circuits", read.set.entries.size()},
                                        {"skipped", read.skipped},
                                        {"groups", groups.size()},
                                        {"duplicates", duplicates},
                                        {"repaired", repaired},
                                        {"keep_rules_before", lawful_before},
                                        {"keep_rules", lawful}};
    fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return;
  }
  fmt::print("{} circuits in {} groups, {} duplicates, {} skipped\n", read.set.entries.size(), groups.size(),
             duplicates, read.skipped.size());
  if (flags.repair) fmt::print("{} repaired; ", repaired);
  fmt::print("{} keep the electrical rules", lawful);
  fmt::print("{}\n", flags.repair ? fmt::format(", {} before", lawful_before) : "");
}

}  // namespace

void add_topology_import(CLI::App& topology) {
  auto flags = std::make_shared<ImportFlags>();
  CLI::App* verb =
      topology.add_subcommand("import", "the data set of AnalogGenie, a set or a netlist as one set");
  verb->add_option("source", flags->source, "folder in the layout of xz-group/AnalogGenie, or a file")
      ->required()
      ->type_name("DIR|FILE");
  verb->add_option("-o", flags->out, "set to write (.jsonl)")->required()->type_name("FILE");
  verb->add_flag("--repair", flags->repair, "ground named 0, unnamed ports, loose bulks and gates put right");
  verb->add_flag("--json", flags->json, "results on standard output as JSON");
  add_spice_flags(*verb, flags->spice);
  verb->callback([flags] { run(*flags); });
}

}  // namespace nullor
