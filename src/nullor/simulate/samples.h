#pragma once
/// A sampled quantity over any scalar, and where expressions find such quantities. With T = double a
/// measurement is a number; with T = Var the same code also gives its exact derivative by every sample that
/// it read.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/math/functions.h"
#include "nullor/math/var.h"

namespace nullor {

/// `im` is empty for a real quantity. One sample stands for a constant.
template <class T>
struct Samples {
  std::vector<T> re, im;
  Quantity quantity = Quantity::none;

  bool is_complex() const { return !im.empty(); }
  std::size_t size() const { return re.size(); }

  static Samples constant(T value) { return {{value}, {}, Quantity::none}; }
};

/// The columns that an expression may read, over one independent variable of plain numbers.
template <class T>
class Waveforms {
 public:
  virtual ~Waveforms() = default;
  virtual const std::string& kind() const = 0;           ///< "tran", "ac", ...
  virtual const std::vector<double>& scale() const = 0;  ///< empty when there is none
  /// The samples called `name` (lower case, also "out" for "v(out)"), or nothing.
  virtual std::optional<Samples<T>> column(std::string_view name) const = 0;
  virtual std::vector<std::string> names() const = 0;  ///< for hints
};

/// A table as plain numbers. The table must outlive it.
class TableWaveforms : public Waveforms<double> {
 public:
  explicit TableWaveforms(const Table& table);
  const std::string& kind() const override { return table_.kind; }
  const std::vector<double>& scale() const override { return *scale_; }
  std::optional<Samples<double>> column(std::string_view name) const override;
  std::vector<std::string> names() const override;

 private:
  const Table& table_;
  const std::vector<double>* scale_;
};

/// A table whose samples are inputs on a tape; a column goes on the tape when it is first read.
class TapedWaveforms : public Waveforms<Var> {
 public:
  /// Column `column` of the table starts at tape node `first`: its real parts, then its imaginary parts if
  /// any.
  struct Input {
    int column = 0;
    int first = 0;
    bool is_complex = false;
  };

  TapedWaveforms(const Table& table, Tape& tape);
  const std::string& kind() const override { return table_.kind; }
  const std::vector<double>& scale() const override { return plain_.scale(); }
  std::optional<Samples<Var>> column(std::string_view name) const override;
  std::vector<std::string> names() const override { return plain_.names(); }

  /// The columns read so far.
  const std::vector<Input>& inputs() const { return inputs_; }

 private:
  const Table& table_;
  TableWaveforms plain_;
  Tape& tape_;
  mutable std::vector<Input> inputs_;
  mutable std::vector<Samples<Var>> read_;
};

}  // namespace nullor
