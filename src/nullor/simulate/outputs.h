#pragma once
/// Which quantities an analysis keeps, and how they are read from a solution.

#include <string>
#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/io/table.h"

namespace nullor {

/// One kept column: an unknown, or an operating-point quantity of a device ("@m1[gm]").
struct Output {
  std::string name;
  Quantity quantity = Quantity::none;
  int unknown = -1;
  int group = -1, device = -1;
  std::string detail;
};

/// `.save` of the circuit, else every node voltage and branch current.
/// Throws InputError for names that do not exist.
std::vector<Output> choose_outputs(const Dae& dae, const std::vector<Expression>& saves);

/// Name and quantity of a column for an unknown: "v(out)", "i(v1)".
Output output_of_unknown(const Dae& dae, int unknown);

double read_output(const Dae& dae, const Output& output, const std::vector<double>& x);

/// Appends the values at x, column by column, from `first` on.
void append_row(const Dae& dae, const std::vector<Output>& outputs, const std::vector<double>& x,
                Table& table, std::size_t first);

/// Every operating-point quantity of a device, in its order.
struct DeviceQuantity {
  std::string name, unit;
  double value;
};
std::vector<DeviceQuantity> device_quantities(const Dae& dae, int group, int device,
                                              const std::vector<double>& x);

}  // namespace nullor
