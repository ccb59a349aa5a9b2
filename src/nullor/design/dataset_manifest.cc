#include "nullor/design/dataset_manifest.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

std::string absolute(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

std::string write_manifest(const Manifest& m) {
  const DatasetOptions& o = m.options;
  Json files = Json::array(), includes = Json::array(), models = Json::array(), axes = Json::array(),
       set = Json::object();
  for (const FileDigest& f : m.files) files.push_back({{"path", f.path}, {"sha256", f.sha256}});
  for (const std::string& path : o.files.includes) includes.push_back(absolute(path));
  for (const std::string& path : o.files.models) models.push_back(absolute(path));
  for (const Axis& axis : o.axes) axes.push_back({{"name", axis.name}, {"values", axis.values}});
  for (const auto& [name, value] : o.set) set[name] = value;
  Json out = {{"format", "nullor data set"},
              {"format_version", kFormat},
              {"netlist", absolute(o.files.netlist)},
              {"subcircuit", o.files.subcircuit},
              {"includes", includes},
              {"models", models},
              {"files", files},
              {"testbench", {{"path", absolute(o.testbench)}, {"sha256", m.testbench_digest}}},
              {"bounds", {{"path", absolute(o.bounds)}, {"sha256", m.bounds_digest}}},
              {"sampling", name_of(o.sampling)},
              {"seed", o.seed},
              {"samples", o.samples},
              {"axes", axes},
              {"set", set},
              {"engine", o.engine},
              {"time_limit_s", o.time_limit},
              {"shard_size", o.shard_size},
              {"shards", m.shards},
              {"rows", m.rows},
              {"parameters", m.columns.parameters},
              {"conditions", m.columns.conditions},
              {"metrics", m.columns.metrics},
              {"classes", m.columns.classes}};
  // Sets without a limit read as they did before there was one.
  if (o.point_limit > 0) out["point_limit"] = o.point_limit;
  return out.dump(2) + "\n";
}

DatasetOptions read_manifest(const std::string& text, const std::string& path) {
  try {
    const Json in = Json::parse(text);
    if (in.at("format") != "nullor data set" || in.at("format_version") != kFormat)
      throw InputError(ErrorKind::input_output, "'" + path + "' is no manifest that this version reads");
    DatasetOptions o;
    in.at("netlist").get_to(o.files.netlist);
    in.at("subcircuit").get_to(o.files.subcircuit);
    in.at("includes").get_to(o.files.includes);
    in.at("models").get_to(o.files.models);
    in.at("testbench").at("path").get_to(o.testbench);
    in.at("bounds").at("path").get_to(o.bounds);
    o.sampling = sampling_of(in.at("sampling"));
    in.at("seed").get_to(o.seed);
    in.at("samples").get_to(o.samples);
    for (const Json& axis : in.at("axes")) o.axes.push_back({axis.at("name"), axis.at("values")});
    for (const auto& [name, value] : in.at("set").items()) o.set.emplace_back(name, value.get<double>());
    in.at("engine").get_to(o.engine);
    in.at("time_limit_s").get_to(o.time_limit);
    in.at("shard_size").get_to(o.shard_size);
    o.point_limit = in.value("point_limit", std::uint64_t{0});
    return o;
  } catch (const Json::exception& e) {
    throw InputError(ErrorKind::input_output, "'" + path + "' is no manifest: " + e.what());
  }
}

std::string manifest_difference(const std::string& before, const std::string& now) {
  const Json a = Json::parse(before, nullptr, false), b = Json::parse(now, nullptr, false);
  if (a.is_discarded() || b.is_discarded()) return "it is not JSON";
  const Json was = a.flatten(), is = b.flatten();
  for (const auto& [key, value] : is.items()) {
    if (!was.contains(key)) return key.substr(1) + " is new";
    if (was[key] != value) {
      // A digest alone does not say of which file it is.
      const auto file = key.rfind("/sha256");
      const std::string path = file == std::string::npos ? "" : key.substr(0, file) + "/path";
      if (!path.empty() && is.contains(path)) return is[path].get<std::string>() + " has changed";
      return key.substr(1) + " is " + value.dump() + ", was " + was[key].dump();
    }
  }
  return "entries are missing";
}

}  // namespace nullor
