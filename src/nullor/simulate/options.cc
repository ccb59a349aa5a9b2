#include "nullor/simulate/options.h"

#include <cmath>

#include "nullor/netlist/circuit.h"

namespace nullor {

SimulationOptions SimulationOptions::of(const Circuit& circuit) {
  SimulationOptions out;
  const auto number = [&](const char* name, double& target) {
    const auto found = circuit.options.find(name);
    if (found == circuit.options.end()) return;
    if (const double* value = std::get_if<double>(&found->second)) target = *value;
  };
  const auto whole = [&](const char* name, int& target) {
    double value = target;
    number(name, value);
    target = static_cast<int>(std::lround(value));
  };
  number("reltol", out.reltol);
  number("abstol", out.abstol);
  number("vntol", out.vntol);
  number("chgtol", out.chgtol);
  number("trtol", out.trtol);
  number("gmin", out.gmin);
  number("xmu", out.xmu);
  whole("itl1", out.itl1);
  whole("itl2", out.itl2);
  whole("itl4", out.itl4);
  whole("maxord", out.max_order);
  if (const auto method = circuit.options.find("method"); method != circuit.options.end()) {
    const std::string& name = std::get<std::string>(method->second);
    if (name == "gear" || name == "gear2" || name == "bdf2") out.method = Integration::gear;
    if (name == "trbdf2" || name == "tr-bdf2") out.method = Integration::tr_bdf2;
  }
  return out;
}

}  // namespace nullor
