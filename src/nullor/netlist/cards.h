#pragma once
/// The cards that are neither definitions nor elements: analyses, options, initial conditions, outputs.

#include "nullor/netlist/elaborator.h"

namespace nullor::netlist {

/// Cards that elements depend on: .options, .temp, .global. Other cards are left alone.
void early_card(Elaborator& elaborator, Scope& scope, const LogicalLine& line);

/// Reads one card into the circuit. Throws InputError for unknown directives.
class CardReader {
 public:
  explicit CardReader(Elaborator& elaborator) : elaborator_(elaborator) {}
  void read(Scope& scope, const LogicalLine& line);

 private:
  void node_values(Scope& scope, Cursor& cursor, bool initial);
  void nature(Scope& scope, Cursor& cursor);
  int node_of(Scope& scope, Cursor& cursor, const char* what);
  void outputs(Cursor& cursor, const std::string& word, const Location& where);

  Elaborator& elaborator_;
};

}  // namespace nullor::netlist
