#include "nullor/graph/schematic.h"

#include "nullor/graph/schematic_placement.h"
#include "nullor/graph/schematic_router.h"

namespace nullor::graph {

Schematic draw(const Topology& topology) {
  Schematic out;
  out.symbols = place(topology);
  route(topology, out);
  return out;
}

}  // namespace nullor::graph
