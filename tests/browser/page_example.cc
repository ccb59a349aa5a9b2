/// Writes the page that the browser test opens: page_example out.html
/// Section 1: a transient of known formula, also with a million points; section 2: a low pass; section 3:
/// values; the last one: a map and a matrix.

#include <cmath>
#include <complex>
#include <numbers>

#include "nullor/base/file.h"
#include "nullor/report/html_page.h"

namespace {

using namespace nullor;
constexpr double kPi = std::numbers::pi;

// v(out) = exp(-t / 1 ms) sin(2 pi 2 kHz t), i(v1) its cosine in mA, on uneven steps.
Table transient(int n) {
  Table table{"example",
              "Transient Analysis",
              "tran",
              {{"time", Quantity::time, {}, {}},
               {"v(out)", Quantity::voltage, {}, {}},
               {"v(in)", Quantity::voltage, {}, {}},
               {"i(v1)", Quantity::current, {}, {}}}};
  for (int k = 0; k < n; ++k) {
    const double u = static_cast<double>(k) / (n - 1);
    const double t = 5e-3 * (0.7 * u + 0.3 * u * u);
    table.columns[0].real.push_back(t);
    table.columns[1].real.push_back(std::exp(-t / 1e-3) * std::sin(2 * kPi * 2e3 * t));
    table.columns[2].real.push_back(std::sin(2 * kPi * 2e3 * t) > 0 ? 0.8 : 0.0);
    table.columns[3].real.push_back(1e-3 * std::exp(-t / 1e-3) * std::cos(2 * kPi * 2e3 * t));
  }
  return table;
}

// One and three equal poles at 1 kHz.
Table low_pass() {
  Table table{"example",
              "AC Analysis",
              "ac",
              {{"frequency", Quantity::frequency, {}, {}},
               {"v(out)", Quantity::voltage, {}, {}},
               {"v(third)", Quantity::voltage, {}, {}}}};
  for (int k = 0; k <= 120; ++k) {
    const double f = std::pow(10.0, k / 20.0);
    const std::complex<double> h = 1.0 / std::complex<double>(1, f / 1e3);
    table.columns[0].real.push_back(f);
    table.columns[1].complex.push_back(h);
    table.columns[2].complex.push_back(10.0 * h * h * h);
  }
  return table;
}

// A diode loop swept up and down, so that the scale turns round.
Table loop() {
  Table table{"example",
              "DC transfer characteristic",
              "dc",
              {{"v-sweep", Quantity::voltage, {}, {}}, {"v(out)", Quantity::voltage, {}, {}}}};
  for (int k = 0; k <= 80; ++k) {
    const double x = k <= 40 ? k / 20.0 - 1 : 1 - (k - 40) / 20.0;
    table.columns[0].real.push_back(x);
    table.columns[1].real.push_back(std::tanh(6 * (x - (k <= 40 ? 0.3 : -0.3))));
  }
  return table;
}

Table noise() {
  Table table{
      "example",
      "Noise Spectral Density Curves",
      "noise",
      {{"frequency", Quantity::frequency, {}, {}}, {"onoise_spectrum", Quantity::noise_density, {}, {}}}};
  for (int k = 0; k <= 100; ++k) {
    const double f = std::pow(10.0, k / 20.0);
    table.columns[0].real.push_back(f);
    table.columns[1].real.push_back(4e-9 * std::sqrt(1 + 1e3 / f) / std::hypot(1, f / 1e4));
  }
  return table;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Page page{"Two-stage example <b>&</b> friends", "test", {}};
  const Table op{"example",
                 "Operating Point",
                 "op",
                 {{"v(out)", Quantity::voltage, {0.9}, {}}, {"i(v1)", Quantity::current, {-1.25e-4}, {}}}};
  page.sections.push_back(
      {"Step response",
       "A damped ring of 2 kHz and the current that drives it.",
       {transient(4001)},
       {{"t_rise", 61.3e-6, "s", "", 61.3e-6},
        {"overshoot", 0.78, "V", "", 120e-6},
        {"t_settle", 0, "", "v(out) never crosses 2", {}}},
       "Two-stage example\nV1 in 0 PULSE(0 0.8 0 1n 1n 250u 500u)\nR1 in out 1k\n.end\n"});
  page.sections.push_back({"Frequency response", "", {low_pass(), noise()}, {}, ""});
  page.sections.push_back({"Transfer and bias", "", {loop(), op}, {}, ""});
  page.sections.push_back({"A long run", "", {transient(1'000'000)}, {}, ""});
  PageSection learned{"What was learned", "", {}, {}, ""};
  learned.maps.push_back({"unit <0>", 3, 1, {-2, 0, 1}});
  learned.matrices.push_back({"answers", "label", "answer", {"a", "<b>"}, {"a", "<b>"}, {3, 1, 0, 2}});
  page.sections.push_back(std::move(learned));
  write_file(argv[1], write_html(page));
}
