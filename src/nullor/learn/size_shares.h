#pragma once
/// How large circuits are: what a generator draws a number of devices from when nobody asks for one. A model
/// that writes on until a circuit is complete would otherwise prefer the largest: each slip has to be mended
/// with more devices.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/graph/conditions.h"

namespace nullor::learn {

class SizeShares {
 public:
  /// The note of a model's file that holds them.
  static constexpr const char* kNote = "devices";

  SizeShares() = default;
  explicit SizeShares(std::span<const graph::Topology> circuits);
  /// As text() writes them; anything else, and empty text, gives none.
  explicit SizeShares(const std::string& text);

  bool empty() const { return all_.total == 0; }
  /// "0 3 12 ...": circuits with 0, 1, 2, ... devices; then a line for each family, "opamp 0 1 5 ...".
  std::string text() const;
  /// A number of devices from `fewest` to `most`, each as often as circuits of the family have it, of all
  /// where there are none; `fewest` where none has such a number.
  int draw(Rng& rng, std::optional<graph::Family> family = {}, int fewest = 1,
           int most = graph::kMostDevices) const;

 private:
  struct Counts {
    std::vector<std::uint64_t> circuits;  ///< by number of devices, 1 .. graph::kMostDevices
    std::uint64_t total = 0;

    void add(std::size_t devices, std::uint64_t more);
    void read(std::istream& words);
    int draw(Rng& rng, int fewest, int most) const;
  };

  Counts all_;
  std::map<graph::Family, Counts> of_family_;
};

}  // namespace nullor::learn
