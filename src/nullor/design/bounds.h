#pragma once
/// Which values the parameters of a circuit may take: the box that a data set is drawn from.
///
/// A file of bounds is YAML or TOML and has one entry a parameter:
///
///     w1:    {min: 0.42, max: 10}                     # linear
///     l1:    {min: 0.15, max: 1, type: log}
///     m1:    {min: 1, max: 100, type: integer}        # both ends included; `int` and `float` are known too
///     w2:    {same_as: w1}
///     m2:    {expression: "4 * m1"}                   # of drawn and fixed ones, and of those above
///     cload: {value: 10p}
///
/// A name is a `.param` or any parameter of docs/gradients.md ("m1:w"); case does not count. Numbers may
/// carry SPICE scale factors.

#include <span>
#include <string>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/netlist/expression.h"

namespace nullor {

struct Bound {
  enum class Kind { linear, logarithmic, integer, tied, fixed };

  std::string name;  ///< lower case
  std::string text;  ///< the name as written
  Kind kind = Kind::linear;
  double min = 0, max = 0;  ///< linear, logarithmic, integer
  double value = 0;         ///< fixed
  Expression expression;    ///< tied
  Location where;

  bool drawn() const { return kind != Kind::tied && kind != Kind::fixed; }
  /// The value at place u in [0, 1) of a drawn parameter:
  ///
  ///     linear min + u (max - min)   logarithmic min (max / min)^u   integer min + floor(u (max - min + 1))
  double at(double u) const;
};

class Bounds {
 public:
  /// Throws InputError(usage) at the place of a bound that cannot be: not finite, min above max, a logarithm
  /// of what is not positive, an integer that is none, two of one name, an expression of what is not there.
  explicit Bounds(std::vector<Bound> list);

  const std::vector<Bound>& list() const { return list_; }
  std::size_t size() const { return list_.size(); }
  std::vector<std::string> names() const;
  /// How many coordinates a point has.
  std::size_t drawn() const { return drawn_; }

  /// All values, in the order of the file, from those of the drawn parameters. Throws InputError where an
  /// expression has no finite value.
  std::vector<double> complete(std::span<const double> drawn) const;
  /// d(value)/d(drawn parameter), (size x drawn), exact also through expressions.
  std::vector<std::vector<double>> slopes(std::span<const double> drawn) const;

 private:
  std::vector<Bound> list_;
  std::size_t drawn_ = 0;
};

/// Reads a file; ".toml" is TOML and everything else YAML. Throws InputError with file:line:column.
Bounds read_bounds(const std::string& path);
Bounds parse_bounds(const std::string& text, const std::string& path);

}  // namespace nullor
