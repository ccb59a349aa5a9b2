#include "nullor/graph/topology_file.h"

#include <gtest/gtest.h>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/topology_samples.h"

namespace nullor::graph {
namespace {

TEST(TopologyFile, IsToldByItsContent) {
  const TestFolder folder;
  const std::string lines = "M1 (VOUT1 VIN1 VSS VSS) nmos4\nR1 (VDD VOUT1) resistor\n";
  TopologyEntry entry{.topology = circuit_of(lines)};
  const std::pair<const char*, std::string> files[] = {
      {"lines.cir", lines},
      {"set.jsonl", json_line(entry)},
      {"amp.spice", ".subckt amp in out vdd vss\nm1 out in vss vss nfet\nr1 vdd out 1k\n.ends\n"}};
  for (const auto& [name, text] : files) {
    write_file(folder.path(name), text);
    const TopologyFile read = read_topology_file(folder.path(name));
    ASSERT_EQ(read.set.entries.size(), 1u) << name;
    EXPECT_TRUE(isomorphic(read.set.entries[0].topology, entry.topology)) << name;
  }
  write_file(folder.path("odd.spice"), ".subckt amp foo\nr1 foo 0 1\nb1 foo 0 v=1\n.ends\n");
  EXPECT_EQ(read_topology_file(folder.path("odd.spice")).notes.size(), 2u);
  EXPECT_THROW(read_topology_file(folder.path("missing")), InputError);
  write_file(folder.path("long.cir"), lines + std::string(70'000, '\n'));
  EXPECT_THROW(read_topology_file(folder.path("long.cir")), InputError);
}

// Not as the title of a SPICE deck, which would leave no circuit and no error.
TEST(TopologyFile, RefusesALineOfAnUnknownKind) {
  const TestFolder folder;
  write_file(folder.path("slip.txt"), "M1 (VOUT1 VIN1 VSS VSS) nmso\n");
  EXPECT_THROW(read_topology_file(folder.path("slip.txt")), InputError);
  write_file(folder.path("deck.cir"), "Amplifier (simple) test\nr1 vdd vss 1k\n.end\n");
  EXPECT_EQ(read_topology_file(folder.path("deck.cir")).set.entries[0].topology.devices.size(), 1u);
}

}  // namespace
}  // namespace nullor::graph
