#pragma once
/// How large circuits are: what a generator draws a number of devices from when nobody asks for one. A model
/// that writes on until a circuit is complete would otherwise prefer the largest: each slip has to be mended
/// with more devices.

#include <span>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/graph/topology.h"

namespace nullor::learn {

class SizeShares {
 public:
  /// The note of a model's file that holds them.
  static constexpr const char* kNote = "devices";

  SizeShares() = default;
  explicit SizeShares(std::span<const graph::Topology> circuits);
  /// As text() writes them; anything else, and empty text, gives none.
  explicit SizeShares(const std::string& text);

  bool empty() const { return total_ == 0; }
  /// "0 3 12 ...": circuits with 0, 1, 2, ... devices.
  std::string text() const;
  /// A number of devices, each as often as circuits have it.
  int draw(Rng& rng) const;

 private:
  void count(std::size_t devices, std::uint64_t circuits);

  std::vector<std::uint64_t> counts_;  ///< by number of devices, 1 .. graph::kMostDevices
  std::uint64_t total_ = 0;
};

}  // namespace nullor::learn
