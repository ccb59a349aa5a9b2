#include "nullor/cli/topology_speed.h"

#include <ctime>
#include <functional>

#include "nullor/base/error.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/records.h"
#include "nullor/graph/similarity.h"
#include "nullor/graph/walk.h"

namespace nullor {
namespace {

constexpr double kSeconds = 0.1;

/// `work` returns the size of what it made of circuit k.
FormSpeed timed(std::string what, std::size_t circuits, const std::function<std::size_t(std::size_t)>& work) {
  FormSpeed out{.what = std::move(what)};
  std::size_t done = 0, sizes = 0;
  const std::clock_t begin = std::clock();
  const auto seconds = [&] { return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC; };
  for (int pass = 0; circuits > 0 && (pass == 0 || seconds() < kSeconds); ++pass) {
    for (std::size_t k = 0; k < circuits; ++k) {
      try {
        sizes += work(k);
        ++done;
      } catch (const InputError&) {
        out.refused += pass == 0;
      }
    }
  }
  if (done == 0) return out;
  out.a_second = static_cast<double>(done) / std::max(seconds(), 1e-9);
  out.mean_size = static_cast<double>(sizes) / static_cast<double>(done);
  return out;
}

/// Writing, then reading what was written.
void time_language(const graph::Language& language, const std::string& name, const graph::TopologySet& set,
                   std::uint64_t seed, std::vector<FormSpeed>& out) {
  Rng rng(seed);
  std::vector<std::vector<int>> written(set.entries.size());
  out.push_back(timed("write " + name, set.entries.size(), [&](std::size_t k) {
    written[k] = language.encode(set.entries[k].topology, rng);
    return written[k].size();
  }));
  out.push_back(timed("read " + name, set.entries.size(), [&](std::size_t k) {
    std::string why;
    const auto back = language.decode(written[k], &why);
    if (!back) throw InputError(ErrorKind::netlist, why);
    return back->devices.size();
  }));
}

}  // namespace

std::vector<FormSpeed> form_speeds(const graph::TopologySet& set, std::uint64_t seed) {
  std::vector<FormSpeed> out;
  time_language(graph::WalkLanguage({.permute = false}), "walks in the order of the circuit", set, seed, out);
  time_language(graph::WalkLanguage({.permute = true, .renumber = true}), "permuted walks", set, seed, out);
  time_language(graph::RecordLanguage(0), "shuffled records", set, seed, out);
  const auto circuit = [&](std::size_t k) -> const graph::Topology& { return set.entries[k].topology; };
  const std::size_t count = set.entries.size();
  out.push_back(timed("canonical forms", count,
                      [&](std::size_t k) { return graph::canonical_form(circuit(k)).size(); }));
  out.push_back(timed("canonical hashes", count, [&](std::size_t k) {
    return graph::canonical_hash(circuit(k)).low == 0 ? std::size_t{0} : std::size_t{16};
  }));
  out.push_back(
      timed("electrical rules", count, [&](std::size_t k) { return graph::check_rules(circuit(k)).size(); }));
  graph::SimilarityIndex index;
  for (std::size_t k = 0; k < count; ++k) index.add(circuit(k));
  out.push_back(timed("nearest circuit of the set", count,
                      [&](std::size_t k) { return index.nearest(circuit(k), 1).size(); }));
  return out;
}

}  // namespace nullor
