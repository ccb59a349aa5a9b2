// Any text as an expression; what parses must print, and the print must parse to the same print, unless its
// explicit parentheses nest deeper than the parser allows. Then its value over a small table.
#include <cstdlib>

#include "fuzz.h"
#include "nullor/simulate/vector_expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nullor;
  if (size > 4096) return 0;
  return fuzz(data, size, [](std::string_view text) {
    const Expression first = parse_expression(text, {});
    const std::string printed = to_string(first);
    try {
      if (to_string(parse_expression(printed, {})) != printed) std::abort();
    } catch (const InputError& error) {
      if (std::string_view(error.what()) != "this expression is nested too deeply") std::abort();
    }
    const Table table{"t",
                      "Transient Analysis",
                      "tran",
                      {{"time", Quantity::time, {0, 1, 2}, {}}, {"v(a)", Quantity::voltage, {1, -2, 0}, {}}}};
    const TableWaveforms waveforms(table);
    evaluate_vector<double>(first, {&waveforms, {}, false});
  });
}
