// Any bytes as bounds, in YAML and in TOML; what is read must give a sample inside them.
#include <cmath>
#include <cstdlib>

#include "fuzz.h"
#include "nullor/design/bounds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const char* path : {"fuzz.yaml", "fuzz.toml"}) {
    fuzz(data, size, [&](std::string_view bytes) {
      const nullor::Bounds bounds = nullor::parse_bounds(std::string(bytes), path);
      std::vector<double> drawn;
      for (const nullor::Bound& b : bounds.list()) {
        if (!b.drawn()) continue;
        drawn.push_back(b.at(0.5));
        if (!(drawn.back() >= b.min && drawn.back() <= b.max)) std::abort();
      }
      if (bounds.complete(drawn).size() != bounds.list().size()) std::abort();
    });
  }
  return 0;
}
