#include "nullor/netlist/circuit.h"
#include "nullor/netlist/elaborator.h"
#include "nullor/netlist/source_lines.h"

namespace nullor {

Circuit read_circuit(const std::string& path, const ReadOptions& options) {
  const netlist::SourceLines source(path, nullptr, options);
  return netlist::Elaborator(source, options).run();
}

Circuit read_circuit_text(std::string_view text, const std::string& path, const ReadOptions& options) {
  const std::string copy(text);
  const netlist::SourceLines source(path, &copy, options);
  return netlist::Elaborator(source, options).run();
}

}  // namespace nullor
