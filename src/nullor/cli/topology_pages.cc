#include "nullor/cli/topology_pages.h"

#include <fmt/format.h>

#include "nullor/cli/version.h"
#include "nullor/report/html_page.h"

namespace nullor {
namespace {

Table curve_table(const std::string& title, const std::vector<learn::EpochRecord>& curve,
                  const std::vector<std::pair<const char*, double learn::EpochRecord::*>>& columns) {
  Table out{"", title, "training", {{"epoch", Quantity::none, {}, {}}}};
  for (const learn::EpochRecord& record : curve) out.columns[0].real.push_back(record.epoch);
  for (const auto& [name, member] : columns) {
    Column column{name, Quantity::none, {}, {}};
    for (const learn::EpochRecord& record : curve) column.real.push_back(record.*member);
    out.columns.push_back(std::move(column));
  }
  return out;
}

}  // namespace

std::string training_page(const learn::TrainingSummary& summary, const std::string& backend) {
  using R = learn::EpochRecord;
  const learn::DecoderConfig& c = summary.model.config;
  Page page{"Generator of circuits, language " + summary.model.language, std::string(kVersion), {}};
  PageSection section{"Learning", "", {}, {}, ""};
  section.text = fmt::format(
      "{} weights: {} layers of {} heads, width {}, feed-forward {}, context {}, {} positions, {} output. "
      "Trained "
      "by {}.\n\n-log p a token, and a whole circuit, of circuits that were held out.",
      summary.model.weights.size(), c.layers, c.heads, c.width, c.feed_forward, c.context,
      c.rotary ? "rotary" : "learned", c.tied ? "tied" : "free", backend);
  if (!summary.curve.empty() && summary.best_epoch > 0) {
    const R& best = summary.curve[static_cast<std::size_t>(summary.best_epoch - 1)];
    section.readings = {{"best epoch", static_cast<double>(best.epoch), "", "", {}},
                        {"training", best.training_nats, "nats a token", "", {}},
                        {"validation", best.validation_nats, "nats a token", "", {}},
                        {"validation", best.validation_bits, "bits a circuit", "", {}},
                        {"tokens", summary.curve.back().tokens, "", "", {}},
                        {"time", summary.curve.back().seconds, "s", "", {}}};
  }
  if (summary.curve.size() > 1) {
    section.tables.push_back(
        curve_table("-log p [nats a token]", summary.curve,
                    {{"training", &R::training_nats}, {"validation", &R::validation_nats}}));
    section.tables.push_back(
        curve_table("-log p [bits a circuit]", summary.curve, {{"validation", &R::validation_bits}}));
    section.tables.push_back(curve_table("Rate of learning", summary.curve, {{"rate", &R::rate}}));
  }
  page.sections = {std::move(section)};
  return write_html(page);
}

}  // namespace nullor
