#pragma once
/// A folder of written circuits: what simulators, schematic editors and people read.

#include <optional>
#include <string>
#include <vector>

#include "nullor/design/ladder.h"
#include "nullor/graph/similarity.h"
#include "nullor/graph/topology_set.h"

namespace nullor {

/// The known circuit that is most like a new one.
struct NearestCircuit {
  std::string name;  ///< "17"
  double similarity = 0;
  bool isomorphic = false;
  std::string difference;  ///< what to change in the known one, as text
};

struct WrittenCircuit {
  std::string name;  ///< "circuit_0001"
  graph::Topology topology;
  LadderVerdict verdict;
  std::optional<NearestCircuit> nearest;
  double log_probability = 0;  ///< [nats]
};

struct GalleryOptions {
  std::string title;
  std::string text;  ///< what was asked for, and what came of it
  TopologyDeckOptions deck;
  /// The testbenches that LadderVerdict::function was found by, for the units of metrics.
  std::vector<FunctionBench> benches;
  int jobs = 0;
};

/// Writes into `folder`, which is made:
///
///   NAME.cir       a deck that ngspice runs, with the bias that L3 found
///   NAME.sch       a schematic for xschem
///   NAME.svg       a drawing
///   circuits.jsonl all of them, with level, reasons, nearest known circuit; for L4 with metrics and sizes
///   index.html     the gallery, with curves where there is a LadderVerdict::function
///
/// Every file is complete or not there. Throws InputError(input_output).
void write_circuits(const std::string& folder, const std::vector<WrittenCircuit>& circuits,
                    const GalleryOptions& options);

/// Known circuits, and what is most like a new one among them.
class KnownCircuits {
 public:
  explicit KnownCircuits(graph::TopologySet set);
  NearestCircuit nearest(const graph::Topology& topology) const;
  bool contains(const graph::Topology& topology) const { return index_.find(topology) >= 0; }

 private:
  graph::TopologySet set_;
  graph::SimilarityIndex index_;
};

}  // namespace nullor
