// nullor dataset stats: classes and spread of every metric, as text or as a page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/si.h"
#include "nullor/cli/dataset_pages.h"
#include "nullor/cli/dataset_verbs.h"

namespace nullor {
namespace {

struct Spread {
  std::string name, unit;
  std::size_t count = 0;
  double low = NAN, median = NAN, high = NAN;  ///< 5 %, 50 %, 95 %
};

std::vector<Spread> spreads(const SampleTable& t) {
  std::vector<Spread> out;
  const std::size_t m = t.columns.metrics.size();
  for (std::size_t k = 0; k < m; ++k) {
    std::vector<double> values;
    for (std::size_t r = 0; r < t.rows(); ++r) {
      if (!std::isnan(t.metrics[r * m + k])) values.push_back(t.metrics[r * m + k]);
    }
    std::sort(values.begin(), values.end());
    Spread s{t.columns.metrics[k], t.columns.metric_units[k], values.size()};
    const auto at = [&](double share) {
      return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
    };
    if (!values.empty()) s.low = at(0.05), s.median = at(0.5), s.high = at(0.95);
    out.push_back(std::move(s));
  }
  return out;
}

void stats(const std::string& folder, const std::string& page, bool partial, bool json) {
  const SampleTable t = merge_dataset(folder, partial);
  std::vector<std::size_t> classes(t.columns.classes.size());
  for (const std::int32_t f : t.failure) ++classes[static_cast<std::size_t>(f)];
  const std::vector<Spread> metrics = spreads(t);
  if (!page.empty()) {
    write_file(page, dataset_page(std::filesystem::path(folder).filename().string(), t));
    log_note("wrote " + page);
  }
  if (json) {
    nlohmann::ordered_json out = {{"rows", t.rows()},
                                  {"classes", nlohmann::ordered_json::object()},
                                  {"metrics", nlohmann::ordered_json::array()}};
    for (std::size_t k = 0; k < classes.size(); ++k) out["classes"][t.columns.classes[k]] = classes[k];
    for (const Spread& s : metrics)
      out["metrics"].push_back({{"name", s.name},
                                {"unit", s.unit},
                                {"count", s.count},
                                {"p5", s.low},
                                {"median", s.median},
                                {"p95", s.high}});
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("{:<26}{:>10}{:>9}\n", "class", "rows", "share");
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (classes[k] > 0)
      fmt::print("{:<26}{:>10}{:>7.1f} %\n", t.columns.classes[k], classes[k],
                 100.0 * static_cast<double>(classes[k]) / static_cast<double>(t.rows()));
  }
  fmt::print("\n{:<22}{:>8}{:>14}{:>14}{:>14}  {}\n", "metric", "values", "5 %", "median", "95 %", "unit");
  for (const Spread& s : metrics) {
    if (s.count == 0) {
      fmt::print("{:<22}{:>8}\n", s.name, 0);
      continue;
    }
    fmt::print("{:<22}{:>8}{:>14}{:>14}{:>14}  {}\n", s.name, s.count, format_si(s.low), format_si(s.median),
               format_si(s.high), s.unit);
  }
}

}  // namespace

void add_dataset_stats(CLI::App& dataset) {
  struct Flags {
    std::string folder, page;
    bool partial = false, json = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = dataset.add_subcommand("stats", "classes and spread of every metric");
  verb->add_option("folder", flags->folder, "of the data set")->required()->type_name("FOLDER");
  verb->add_option("--plot", flags->page, "page with histograms and pairs (.html)")->type_name("FILE");
  verb->add_flag("--partial", flags->partial, "take the shards that are there");
  verb->add_flag("--json", flags->json, "results on standard output as JSON");
  verb->callback([flags] { stats(flags->folder, flags->page, flags->partial, flags->json); });
}

}  // namespace nullor
