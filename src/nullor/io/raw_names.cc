#include "nullor/io/raw_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace nullor {
namespace {

constexpr std::array<std::pair<std::string_view, Quantity>, 13> kTypes = {{
    {"time", Quantity::time},
    {"frequency", Quantity::frequency},
    {"voltage", Quantity::voltage},
    {"current", Quantity::current},
    {"temp-sweep", Quantity::temperature},
    {"temperature", Quantity::temperature},
    {"phase", Quantity::phase},
    {"decibel", Quantity::decibel},
    {"voltage-density", Quantity::noise_density},
    {"current-density", Quantity::noise_density},
    {"charge", Quantity::charge},
    {"power", Quantity::optical_power},
    {"notype", Quantity::none},
}};

// The first word that occurs in the lower-case plot name decides.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKinds = {{
    {"transient", "tran"},
    {"operating point", "op"},
    {"dc transfer", "dc"},
    {"ac analysis", "ac"},
    {"noise", "noise"},
    {"transfer function", "tf"},
    {"sensitivity", "sens"},
    {"fourier", "four"},
    {"spectrum", "sp"},
}};

}  // namespace

std::string_view raw_type_of(Quantity quantity) {
  for (const auto& [name, q] : kTypes) {
    if (q == quantity) return name;
  }
  return "notype";
}

Quantity quantity_of_raw_type(std::string_view type) {
  for (const auto& [name, quantity] : kTypes) {
    if (name == type) return quantity;
  }
  return Quantity::none;
}

std::string kind_of_plotname(std::string_view plotname) {
  std::string lower(plotname);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& [word, kind] : kKinds) {
    if (lower.find(word) != std::string::npos) return std::string(kind);
  }
  return {};
}

}  // namespace nullor
