#pragma once
/// What a deck asks for: analyses, sweeps, measurements, prints. Numbers are already evaluated where ngspice
/// evaluates them once; sweep targets are names, resolved by the engine.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/netlist/expression.h"

namespace nullor {

struct OpCard {};

/// One axis of a sweep over a source, a resistor, a `.param` or the temperature ("temp").
struct SweepAxis {
  std::string target;  ///< lower case
  enum class Scale { linear, decade, octave, list } scale = Scale::linear;
  double start = 0, stop = 0, step = 0;  ///< step: increment, or points per decade or octave
  std::vector<double> list;
  Location where;
};

struct DcCard {
  std::vector<SweepAxis> axes;  ///< one or two, the first is the inner one
};

/// Frequencies [Hz] of ac, noise and ac sensitivity.
struct FrequencySweep {
  enum class Scale { linear, decade, octave } scale = Scale::decade;
  int points = 0;  ///< in all, per decade, or per octave
  double start = 0, stop = 0;
};

struct AcCard {
  FrequencySweep sweep;
};

struct TranCard {
  double step = 0, stop = 0, start = 0;  ///< [s]
  double max_step = 0;                   ///< [s]; 0: chosen by the engine
  bool use_initial_conditions = false;   ///< uic
};

struct NoiseCard {
  Expression output;   ///< v(out) or v(p, n)
  std::string source;  ///< the input source
  FrequencySweep sweep;
  int points_per_summary = 0;
};

struct TransferCard {  ///< .tf
  Expression output;   ///< v(out), v(p, n) or i(vx)
  std::string source;
};

struct SensitivityCard {  ///< .sens
  Expression output;
  bool ac = false;
  FrequencySweep sweep;
};

struct FourierCard {
  double frequency = 0;  ///< [Hz]
  std::vector<Expression> outputs;
};

struct AnalysisCard {
  std::variant<OpCard, DcCard, AcCard, TranCard, NoiseCard, TransferCard, SensitivityCard, FourierCard> what;
  Location where;
};

/// Reads an analysis written as in a deck without the dot, or as a `.control` command: "tran 1n 1u uic".
/// Values may be expressions of numbers. Throws InputError.
AnalysisCard parse_analysis(std::string_view text, const Location& where);

struct StepCard {
  SweepAxis axis;
};

/// `.meas`: which analysis, the result's name, and the request.
struct MeasureCard {
  /// One crossing or point: `when expr=expr2 cross=n|rise=n|fall=n|last td=..`, or `at=x`.
  struct Event {
    std::optional<Expression> left, right;  ///< left crosses right
    std::optional<Expression> at;           ///< constant expression
    enum class Edge { cross, rise, fall } edge = Edge::cross;
    int number = 1;                   ///< -1: last
    std::optional<Expression> delay;  ///< td=
  };
  enum class Request {
    trig_targ,
    when,
    find,
    avg,
    max,
    min,
    pp,
    rms,
    integ,
    deriv,
    param,
    max_at,
    min_at
  } request = Request::when;

  std::string analysis;  ///< "tran", "ac", "dc", "op", "noise", "tf", "sp"
  std::string name;
  Expression what;        ///< find, avg, ..., param
  Event trigger, target;  ///< trig/targ; when, find and deriv use `trigger`
  std::optional<Expression> from, to;
  Location where;
};

/// Reads the text after `.meas` or `meas`.
MeasureCard parse_measure(std::string_view text, const Location& where);

struct PrintCard {
  std::string analysis;  ///< may be empty
  std::vector<Expression> what;
  bool plot = false;  ///< `.plot`
  Location where;
};

}  // namespace nullor
