#pragma once
/// The data set of AnalogGenie in the layout of its repository.

#include <string>
#include <vector>

#include "nullor/graph/topology_set.h"

namespace nullor::graph {

struct OriginalSet {
  TopologySet set;
  std::vector<std::string> skipped;  ///< "Dataset/12/12.cir: why", one a circuit that could not be read
};

/// Reads every folder DIR/<number>, or DIR/Dataset/<number>:
///
///   <number>.cir       a line a device, as parse_netlist() reads it
///   Port<number>.txt   names of ports in one line; without it, nets named like ports are ports
///
/// and DIR/data_categorization.md, whose ranges of numbers ("- 368-384: bandgap reference") become types and
/// families; circuits it does not name are of family `other`.
///
/// Devices of the op-amp that was put into a base circuit have their letter doubled ("MM3", "RR0"). Circuits
/// whose other devices are isomorphic form one group: they are products of one base circuit. Circuits without
/// such devices form a group with those they are isomorphic to, and so do circuits of nothing else.
/// Isomorphic circuits get `dup_of`.
///
/// Throws InputError(input_output) when DIR holds no such folder.
OriginalSet import_original(const std::string& folder);

/// The family of a type as data_categorization.md writes them ("bandgap reference").
Family family_of_type(std::string_view type);

}  // namespace nullor::graph
