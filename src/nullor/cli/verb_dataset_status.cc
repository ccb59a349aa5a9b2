// nullor dataset status: which shards are there.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "nullor/cli/dataset_verbs.h"

namespace nullor {
namespace {

void status(const std::string& folder, bool json) {
  const DatasetStatus s = dataset_status(read_layout(folder), folder);
  if (json) {
    const nlohmann::ordered_json out = {{"shards", s.shards},
                                        {"finished", s.finished},
                                        {"rows", s.rows},
                                        {"rows_finished", s.rows_finished},
                                        {"missing", s.missing}};
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("shards  {} of {}\nrows    {} of {}\n", s.finished, s.shards, s.rows_finished, s.rows);
  if (s.missing.empty()) return;
  constexpr std::size_t kListed = 20;
  std::string list;
  for (std::size_t k = 0; k < std::min(kListed, s.missing.size()); ++k)
    list += fmt::format("{}{}", k ? " " : "", s.missing[k]);
  fmt::print("missing {}{}\n", list, s.missing.size() > kListed ? " ..." : "");
}

}  // namespace

void add_dataset_status(CLI::App& dataset) {
  auto folder = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* verb = dataset.add_subcommand("status", "which shards are there");
  verb->add_option("folder", *folder, "of the data set")->required()->type_name("FOLDER");
  verb->add_flag("--json", *json, "results on standard output as JSON");
  verb->callback([=] { status(*folder, *json); });
}

}  // namespace nullor
