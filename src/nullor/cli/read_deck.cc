#include "nullor/cli/read_deck.h"

#include "nullor/neural/network_source.h"

namespace nullor {

Circuit read_deck(const std::string& path, const ReadOptions& options) {
  Circuit out = read_circuit(path, options);
  load_networks(out);
  return out;
}

}  // namespace nullor
