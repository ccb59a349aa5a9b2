#include "nullor/netlist/option_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

const std::vector<std::string> kNames = {
    // Accuracy and convergence.
    "abstol", "reltol", "vntol", "chgtol", "trtol", "gmin", "gshunt", "rshunt", "cshunt", "pivtol", "pivrel",
    "itl1", "itl2", "itl3", "itl4", "itl5", "itl6", "srcsteps", "gminsteps", "gminfactor", "noopiter",
    "maxord", "method", "xmu", "ramptime", "convlimit", "convstep", "convabsstep", "autostop", "minbreak",
    "interp", "trytocompact", "noopac", "noinit", "optran", "absvar", "relvar", "ltereltol", "lteabstol",
    "newtrunc", "dphimax",
    // Temperature, geometry, devices.
    "temp", "tnom", "scale", "defl", "defw", "defad", "defas", "defm", "bypass", "badmos3", "wnflag",
    "rseries", "epsmin", "cshunt", "oldlimit", "keepopinfo", "indverbosity", "xmaxevt",
    // Output.
    "savecurrents", "list", "node", "nodes", "opts", "acct", "noacct", "nomod", "nopage", "norefvalue",
    "post", "brief", "numdgt", "limpts", "limtim", "cptime", "width", "height", "seed", "seedinfo", "klu",
    "sparse", "num_threads", "warn", "maxwarns", "ingold", "probe", "filetype", "measdgt", "nofrills",
    "sim_status", "measure", "nopreflist", "unwrap", "fastother", "lvltim", "mixed"};

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// low < value < high, or low <= value <= high.
struct Range {
  double low, high;
  bool with_ends = false;

  bool holds(double value) const {
    return with_ends ? value >= low && value <= high : value > low && value < high;
  }
  std::string str() const {
    const std::string from = fmt::format("{} {}", with_ends ? "at least" : "above", low);
    if (std::isinf(high)) return from;
    return fmt::format("{} and {} {}", from, with_ends ? "at most" : "below", high);
  }
};

// The numbers that change a result. Whatever is missing here may have any value and mostly has no effect.
const std::map<std::string_view, Range> kRanges = {
    {"reltol", {0, 1}},
    {"abstol", {0, kNoLimit}},
    {"vntol", {0, kNoLimit}},
    {"chgtol", {0, kNoLimit}},
    {"trtol", {0, kNoLimit}},
    {"gmin", {0, kNoLimit}},
    {"itl1", {1, 1e6, true}},
    {"itl2", {1, 1e6, true}},
    {"itl4", {1, 1e6, true}},
    {"maxord", {1, 6, true}},
    {"xmu", {0, 0.5, true}},
    {"temp", {-273.15, kNoLimit}},
    {"tnom", {-273.15, kNoLimit}},
    {"scale", {0, kNoLimit}},
    {"defl", {0, kNoLimit}},
    {"defw", {0, kNoLimit}},
    {"defad", {0, kNoLimit, true}},
    {"defas", {0, kNoLimit, true}},
};

constexpr std::array<std::string_view, 7> kMethods = {"trap", "trapezoidal", "gear",   "gear2",
                                                      "bdf2", "trbdf2",      "tr-bdf2"};

}  // namespace

bool is_text_option(std::string_view name) { return name == "method" || name == "filetype"; }

void check_option_name(std::string_view name, const Location& where) {
  if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
    fail("there is no option " + in_quotes(name), where, did_you_mean(name, kNames));
  }
}

void check_option(std::string_view name, const std::optional<OptionValue>& value, const Location& where) {
  if (name == "method") {
    const std::string* word = value ? std::get_if<std::string>(&*value) : nullptr;
    if (word && std::find(kMethods.begin(), kMethods.end(), *word) != kMethods.end()) return;
    fail(word ? "there is no integration method " + in_quotes(*word) : "option 'method' needs a method",
         where, "method=trap, method=gear or method=trbdf2");
  }
  const auto range = kRanges.find(name);
  if (range == kRanges.end()) return;
  const double* number = value ? std::get_if<double>(&*value) : nullptr;
  if (!number)
    fail("option " + in_quotes(name) + " needs a number", where, "it must be " + range->second.str());
  if (!range->second.holds(*number)) {
    fail(fmt::format("option '{}' must be {}, not {}", name, range->second.str(), *number), where);
  }
}

}  // namespace nullor::netlist
