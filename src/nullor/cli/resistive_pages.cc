#include "nullor/cli/resistive_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "nullor/cli/version.h"
#include "nullor/report/html_page.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

std::string widths_text(const DeepNetwork& network) {
  std::string out;
  for (const int width : network.widths) out += fmt::format("{}{}", out.empty() ? "" : "-", width);
  return out;
}

Table curve_table(const DeepFile& file) {
  Table table{"", "Error [%] and loss [V2]", "training", {}};
  for (const char* column : {"epoch", "training error", "test error", "training loss", "test loss"})
    table.columns.push_back({column, Quantity::none, {}, {}});
  for (const EpochScores& scores : file.curve) {
    const double test = scores.tested ? 1 : std::numeric_limits<double>::quiet_NaN();
    const double row[] = {static_cast<double>(scores.epoch), 100 * scores.training.error,
                          100 * test * scores.test.error, scores.training.loss, test * scores.test.loss};
    for (std::size_t k = 0; k < std::size(row); ++k) table.columns[k].real.push_back(row[k]);
  }
  return table;
}

/// g+ - g- of every pixel to unit k of the first layer, colours added up.
PageMap unit_map(const DeepNetwork& network, const ImageSet& pictures, int k) {
  PageMap map;
  map.width = pictures.width;
  map.height = pictures.height;
  map.values.assign(u(map.width * map.height), 0.0f);
  const std::size_t columns = u(network.widths[1]), pixels = u(network.widths[0]);
  for (std::size_t j = 0; j < pixels; ++j) {
    const std::vector<float>& g = network.conductances[0];
    map.values[j % map.values.size()] += g[j * columns + u(k)] - g[(pixels + j) * columns + u(k)];
  }
  const bool output = network.layers() == 1;
  map.caption = fmt::format("{}{}", k, output ? "" : 2 * k < network.widths[1] ? " +" : " \u2212");
  return map;
}

PageSection units(const DeepNetwork& network, const ImageSet& pictures) {
  constexpr int kMost = 48;
  PageSection section{"What units of the first layer see", "", {}, {}, ""};
  section.text =
      "Conductance from +A x less that from \u2212A x, pixel by pixel; each picture on its own scale. + "
      "units are "
      "held above ground by their diode, \u2212 units below.";
  const int width = network.widths[1], shown = std::min(kMost, width);
  for (int k = 0; k < shown; ++k)
    section.maps.push_back(
        unit_map(network, pictures, static_cast<int>(static_cast<long>(k) * width / shown)));
  return section;
}

PageSection confusion(const DeepTest& test) {
  PageSection section{"Answers", "", {}, {}, ""};
  PageMatrix matrix{"", "label", "answer", {}, {}, {test.confusion.begin(), test.confusion.end()}};
  matrix.caption = fmt::format("{} test pictures by label and answer", test.pictures);
  for (int k = 0; k < test.classes; ++k) {
    matrix.rows.push_back(std::to_string(k));
    matrix.columns.push_back(std::to_string(k));
  }
  section.matrices.push_back(std::move(matrix));
  return section;
}

}  // namespace

DeepTest count_answers(const ImageSet& pictures, const DeepScore& score,
                       const std::vector<std::uint8_t>& answers) {
  DeepTest out{score, pictures.count(), pictures.classes, {}};
  const std::size_t n = u(pictures.classes);
  out.confusion.assign(n * n, 0);
  for (std::size_t k = 0; k < pictures.count(); ++k) {
    // --widths may give more outputs than there are classes.
    if (answers[k] < n) ++out.confusion[pictures.labels[k] * n + answers[k]];
  }
  return out;
}

std::string test_text(const DeepTest& test) {
  const double count = static_cast<double>(test.pictures);
  std::string out =
      fmt::format("error  {:.2f} %  ({} of {})\nloss   {:.5g} V2\npower  {:.4g} W\n\nlabel \\ answer\n   ",
                  100 * test.score.error, std::lround(test.score.error * count), test.pictures,
                  test.score.loss, test.score.power);
  for (int k = 0; k < test.classes; ++k) out += fmt::format("{:>6}", k);
  for (int row = 0; row < test.classes; ++row) {
    out += fmt::format("\n{:>3}", row);
    for (int k = 0; k < test.classes; ++k)
      out += fmt::format("{:>6}", test.confusion[u(row * test.classes + k)]);
  }
  return out + "\n";
}

nlohmann::ordered_json test_json(const DeepTest& test) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (int row = 0; row < test.classes; ++row) {
    const auto first = test.confusion.begin() + row * test.classes;
    rows.push_back(std::vector<int>(first, first + test.classes));
  }
  return {{"pictures", test.pictures}, {"error", test.score.error},     {"loss", test.score.loss},
          {"power", test.score.power}, {"seconds", test.score.seconds}, {"confusion", rows}};
}

std::string deep_network_page(const DeepFile& file, const ImageSet& pictures, const DeepTest& test) {
  Page page{"Deep resistive network " + widths_text(file.network), std::string(kVersion), {}};
  PageSection curves{"Learning", "", {}, {}, ""};
  curves.text = fmt::format(
      "{} conductances and current sources; input gain {} V; {} rule, {} sweeps a phase, batches of {}, seed "
      "{}.",
      file.network.parameter_count(), file.network.input_gain,
      learning_rule_names()[static_cast<std::size_t>(file.training.rule)], file.training.iterations,
      file.training.batch, file.training.seed);
  curves.readings = {{"test error", 100 * test.score.error, "%", "", {}},
                     {"test loss", test.score.loss, "V2", "", {}},
                     {"power of an inference", test.score.power, "W", "", {}},
                     {"epochs", static_cast<double>(file.epoch), "", "", {}}};
  if (file.curve.size() > 1) curves.tables.push_back(curve_table(file));
  page.sections = {std::move(curves), units(file.network, pictures), confusion(test)};
  return write_html(page);
}

}  // namespace nullor
