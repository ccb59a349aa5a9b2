#pragma once
/// The conventions every device follows. A device is a struct template over the type P of its parameters:
///
///     template <class P> struct Diode {
///       static constexpr DeviceKind kind = {...};              // name, letter, terminals, internal unknowns
///       P is = 1e-14;                                           // parameters with SPICE defaults, SI units
///       enum : int { a, c, ai };                                // local unknowns: terminals, then internals
///       static constexpr int nonlinear[] = {ai, c};             // the unknowns that enter eval()
///       nonlinearly template <class Self, class V> static void describe(Self& d, V&& v);   // name, member,
///       unit, meaning void setup(const Environment<P>& environment);         // temperature, derived
///       quantities; templated like eval template <class Real> void eval(const Real* x, Stamp<Real>& out)
///       const;   // flows [A] and charges [C]
///     };
///
/// P = double runs the circuit; P = Dual<1> seeded in one parameter gives exact parameter derivatives through
/// setup() and eval(); P = Pack<W> runs W parameter samples. So setup() and eval() use only functions of
/// math/functions.h, `select` and `branch` instead of `if` on anything that is a P or a Real, and keep
/// arguments safe on the dead side.
///
/// Local unknowns are numbered terminals, then references, then internals. Optional members, used when
/// present:
///     static constexpr int references = 1;                       branch currents of instances named in the
///     netlist (f, h, k) static constexpr bool linear = true;                      flows and charges are
///     linear in x int collapse(int k) const;                                 internal k coincides with the
///     returned unknown, or -1 template <class T> auto limit(T* x, const T* last) const;  Newton step
///     limiting of x against the last iterate; true (a mask) where it changed x template <class T> void
///     initial_guess(T* x) const;         first Newton iterate of the nonlinear unknowns template <class T>
///     void initial_condition(T* x) const;     sets local unknowns from ic= values (uic) template <class
///     Real> void eval_ac(const Real* x, Stamp<Real>& out) const;   replaces eval in small-signal analysis
///     void noise(const double* x, NoiseSources& out) const;
///     void operating_point(const double* x, OperatingPointInfo& out) const;
///     double event(const double* x) const;                       a sign change is located in time before a
///     step is accepted bool accept(const double* x);                              after an accepted point;
///     true if a discrete state changed std::string check() const;                                 empty, or
///     why these parameters are impossible
///
/// A device with internal unknowns of other natures (flux, polarization, temperature rise, photon number) is
/// nothing special.

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "nullor/devices/stamp.h"
#include "nullor/math/functions.h"

namespace nullor {

/// Physical constants, SI (2019 revision).
inline constexpr double kBoltzmann = 1.380649e-23;              ///< [J/K]
inline constexpr double kElementaryCharge = 1.602176634e-19;    ///< [C]
inline constexpr double kCelsiusZero = 273.15;                  ///< [K]
inline constexpr double kVacuumPermittivity = 8.854187817e-12;  ///< [F/m]

/// What an unknown is; decides its absolute tolerance.
enum class Nature { voltage, current, other };

struct Unknown {
  std::string_view name;
  Nature nature = Nature::voltage;
  std::string_view unit = "V";
  double tolerance = 0;  ///< absolute tolerance of Nature::other, in its unit
};

/// What becomes of a terminal that the netlist leaves out.
enum class Missing { not_allowed, ground, internal };

struct Terminal {
  std::string_view name;
  Missing missing = Missing::not_allowed;
  Nature nature = Nature::voltage;  ///< a thermal node is Nature::other
  std::string_view unit = "V";
  double tolerance = 0;  ///< absolute tolerance of Nature::other, in its unit
};

/// How the netlist finds a device: element letter, and where there is a model its type and level.
struct DeviceKind {
  std::string_view name;   ///< "diode"
  std::string_view title;  ///< one line for --help and docs
  char letter = 0;         ///< lower case
  std::string_view
      model_types;  ///< space separated: "npn pnp"; the position sets the integer member `type`: 0, 1, ...
  std::string_view levels;  ///< space separated model levels this struct answers to; empty: any
  bool model_required = false;
  std::string_view
      when_given;  ///< chosen over its siblings when this parameter is given (self-heating: "rth0")
};

/// Where a device stands while setup() runs.
template <class P>
struct Environment {
  P temperature = 300.15;                                     ///< [K]
  double nominal = 300.15;                                    ///< tnom [K]
  double gmin = 1e-12;                                        ///< [S]
  double defl = 100e-6, defw = 100e-6, defad = 0, defas = 0;  ///< MOSFET geometry defaults [m, m2]

  Environment() = default;
  /// The same surroundings over another scalar, at another temperature.
  template <class Q>
  Environment(const Environment<Q>& other, const P& at)
      : temperature(at),
        nominal(other.nominal),
        gmin(other.gmin),
        defl(other.defl),
        defw(other.defw),
        defad(other.defad),
        defas(other.defas) {}
};

/// Default of parameters that are computed from others unless given.
inline constexpr double kNotGiven = std::numeric_limits<double>::quiet_NaN();

inline bool given(double x) { return !std::isnan(x); }
template <int N, class T>
bool given(const Dual<N, T>& x) {
  return given(x.v);
}
inline bool given(const Depends& x) { return given(x.v); }
template <class T>
requires requires(T x) { x[0]; }
bool given(const T& x) { return given(x[0]); }

}  // namespace nullor
