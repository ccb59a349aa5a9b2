// nullor devices [NAME]: the device registry.

#include <fmt/core.h>

#include <cctype>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/cli/app.h"
#include "nullor/devices/registry.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

/// "M<name> d g s [b]": the element line, nodes that may be left out in brackets.
std::string element_line(const DeviceInfo& info) {
  std::string out(1, static_cast<char>(std::toupper(static_cast<unsigned char>(info.kind.letter))));
  out += "<name>";
  for (const Terminal& terminal : info.terminals) {
    const std::string name(terminal.name);
    out += terminal.missing == Missing::not_allowed ? " " + name : " [" + name + "]";
  }
  return out;
}

Json json_of(const DeviceInfo& info) {
  Json out = {{"name", info.kind.name},
              {"letter", std::string(1, info.kind.letter)},
              {"title", info.kind.title},
              {"model_types", info.kind.model_types},
              {"levels", info.kind.levels},
              {"element", element_line(info)},
              {"terminals", Json::array()},
              {"internals", Json::array()},
              {"when_given", info.kind.when_given},
              {"parameters", Json::array()}};
  for (const Terminal& terminal : info.terminals) out["terminals"].push_back(terminal.name);
  for (const Unknown& internal : info.internals) out["internals"].push_back(internal.name);
  for (const ParameterInfo& p : info.parameters) {
    Json one = {{"name", p.name},
                {"unit", p.unit},
                {"meaning", p.meaning},
                {"of", p.is_model ? "model" : "instance"}};
    if (std::isfinite(p.default_value)) one["default"] = p.default_value;
    if (!p.aliases.empty()) one["aliases"] = p.aliases;
    out["parameters"].push_back(std::move(one));
  }
  return out;
}

void list(const std::vector<DeviceInfo>& all) {
  for (const DeviceInfo& info : all) {
    fmt::print("{}  {:<24} {}", info.kind.letter, info.kind.name, info.kind.title);
    if (!info.kind.model_types.empty()) fmt::print(" [.model {}]", info.kind.model_types);
    fmt::print("\n");
  }
}

void describe(const DeviceInfo& info) {
  fmt::print("{}: {}\n", info.kind.name, info.kind.title);
  fmt::print("  {}\n", element_line(info));
  if (!info.kind.model_types.empty()) fmt::print("  .model types: {}\n", info.kind.model_types);
  if (!info.kind.levels.empty()) fmt::print("  levels: {}\n", info.kind.levels);
  for (const bool model : {false, true}) {
    bool first = true;
    for (const ParameterInfo& p : info.parameters) {
      if (p.is_model != model) continue;
      if (first) fmt::print("\n  {} parameters\n", model ? "model" : "instance");
      first = false;
      const std::string value = std::isfinite(p.default_value) ? fmt::format("{:g}", p.default_value) : "-";
      fmt::print("    {:<12} {:>12} {:<12} {}\n", p.name, value, p.unit, p.meaning);
    }
  }
}

void run(const std::string& name, bool json) {
  const std::vector<DeviceInfo>& all = device_infos();
  if (name.empty()) {
    if (!json) return list(all);
    Json out = Json::array();
    for (const DeviceInfo& info : all) out.push_back(json_of(info));
    fmt::print("{}\n", out.dump(2));
    return;
  }
  std::vector<std::string> names;
  for (const DeviceInfo& info : all) {
    names.emplace_back(info.kind.name);
    if (info.kind.name != name) continue;
    if (json)
      fmt::print("{}\n", json_of(info).dump(2));
    else
      describe(info);
    return;
  }
  throw InputError(ErrorKind::usage, "no device '" + name + "'", {},
                   did_you_mean(name, names, "'nullor devices' lists them"));
}

}  // namespace

void add_devices(CLI::App& app) {
  struct Options {
    CommonOptions common;
    std::string name;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("devices", "list the devices, or the parameters of one");
  verb->add_option("name", options->name, "a device of the list");
  add_common_options(*verb, options->common);
  verb->callback([options] { run(options->name, options->common.json); });
}

}  // namespace nullor
