#include "nullor/simulate/options.h"

#include <cmath>

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
  const auto method = circuit.options.find("method");
  if (method != circuit.options.end()) {
    const std::string* name = std::get_if<std::string>(&method->second);
    if (name && (*name == "gear" || *name == "gear2" || *name == "bdf2")) out.method = Integration::gear;
    else if (name && (*name == "trbdf2" || *name == "tr-bdf2")) out.method = Integration::tr_bdf2;
    else if (!name || (*name != "trap" && *name != "trapezoidal")) {
      throw InputError(ErrorKind::netlist, "unknown integration method '" + (name ? *name : std::string("number")) + "'", {},
                       "method=trap, method=gear or method=trbdf2");
    }
  }
  const auto positive = [](const char* name, double value) {
    if (!(value > 0) || !std::isfinite(value)) throw InputError(ErrorKind::netlist, std::string("option ") + name + " must be positive");
  };
  positive("reltol", out.reltol);
  positive("abstol", out.abstol);
  positive("vntol", out.vntol);
  positive("chgtol", out.chgtol);
  positive("trtol", out.trtol);
  return out;
}

}  // namespace nullor
