#include "nullor/cli/condition_flags.h"

#include <fmt/format.h>

#include <charconv>

#include "nullor/base/error.h"
#include "nullor/cli/topology_verbs.h"

namespace nullor {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
  throw InputError(ErrorKind::usage, what, {}, hint);
}

int whole(std::string_view text, const std::string& option) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse(fmt::format("'{}' of {} is not a whole number", text, option), "for example 12");
  }
  return value;
}

graph::DeviceKind kind_of(const std::string& word) {
  if (const auto kind = graph::kind_named(word)) return *kind;
  std::vector<std::string> words;
  for (const graph::KindInfo& kind : graph::all_kinds()) words.emplace_back(kind.word);
  refuse(fmt::format("there is no kind of device '{}'", word),
         did_you_mean(word, words, fmt::format("kinds are {}", fmt::join(words, ", "))));
}

/// "VIN" or "VIN:2".
void count_port(const std::string& text, graph::Conditions& out) {
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  const auto role = graph::role_of(name);
  if (!role || name.empty()) {
    std::vector<std::string> names;
    for (int r = 1; r < graph::kPortRoles; ++r) {
      names.emplace_back(graph::role_name(static_cast<graph::PortRole>(r)));
    }
    refuse(fmt::format("there is no port '{}'", name),
           did_you_mean(name, names, fmt::format("ports are {}", fmt::join(names, ", "))));
  }
  const int count = colon == std::string::npos ? 1 : whole(text.substr(colon + 1), "--ports");
  if (count < 1 || count > 10)
    refuse(fmt::format("{} ports {} cannot be", count, name), "1 to 10 of a family");
  out.ports[static_cast<std::size_t>(*role)] += count;
}

void set_budget(const std::string& text, graph::Conditions& out) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) {
    out.min_devices = out.max_devices = whole(text, "--devices");
  } else {
    out.min_devices = dots == 0 ? 1 : whole(text.substr(0, dots), "--devices");
    out.max_devices =
        dots + 2 == text.size() ? graph::kMostDevices : whole(text.substr(dots + 2), "--devices");
  }
}

}  // namespace

void ConditionFlags::add(CLI::App& verb) {
  const std::string group = "What is wanted";
  verb.add_option("--family", family, "opamp, comparator, oscillator, bandgap, ldo, ...")
      ->option_text("NAME")
      ->group(group);
  verb.add_option("--devices", devices, "how many: 12, 8..20 or ..30")->option_text("COUNT")->group(group);
  verb.add_option("--ports", ports, "at least these: VDD VSS VIN:2 VOUT")
      ->delimiter(',')
      ->option_text("PORT ...")
      ->group(group);
  verb.add_flag("--only-ports", only_ports, "and no others")->group(group);
  verb.add_option("--with", with, "kinds of device it has: capacitor npn")
      ->delimiter(',')
      ->option_text("KIND ...")
      ->group(group);
  verb.add_option("--complete", complete, "netlist that the circuit begins with")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--without", without, "kinds that it has not")
      ->delimiter(',')
      ->option_text("KIND ...")
      ->group(group);
}

graph::Conditions ConditionFlags::conditions() const {
  graph::Conditions out;
  if (!family.empty()) {
    out.family = graph::family_named(family);
    if (!out.family) {
      std::vector<std::string> names;
      for (int f = 0; f < graph::kFamilies; ++f) {
        names.emplace_back(graph::family_name(static_cast<graph::Family>(f)));
      }
      refuse(fmt::format("there is no family '{}'", family),
             did_you_mean(family, names, fmt::format("families are {}", fmt::join(names, ", "))));
    }
  }
  if (!devices.empty()) set_budget(devices, out);
  for (const std::string& port : ports) count_port(port, out);
  out.only_ports = only_ports;
  for (const std::string& kind : with) out.required[static_cast<std::size_t>(kind_of(kind))] = true;
  for (const std::string& kind : without) out.forbidden[static_cast<std::size_t>(kind_of(kind))] = true;
  if (!complete.empty()) {
    const graph::TopologySet begun = read_topologies(complete);
    if (begun.entries.size() != 1) {
      refuse(fmt::format("'{}' holds {} circuits", complete, begun.entries.size()), "--complete takes one");
    }
    out.partial = begun.entries.front().topology;
  }
  return out;
}

}  // namespace nullor
