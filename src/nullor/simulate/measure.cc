#include "nullor/simulate/measure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>

#include "nullor/simulate/polyline.h"

namespace nullor {
namespace {

using Request = MeasureCard::Request;
using Edge = MeasureCard::Event::Edge;

/// Why a place or a value does not exist; caught in `measure`.
struct NotFound {
  std::string why;
};

std::string text_of(const std::optional<Expression>& expression) {
  return expression && !expression->text.empty() ? expression->text : "the expression";
}

std::string number_text(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", x);
  return text;
}

template <class T>
class Measurement {
 public:
  Measurement(const MeasureCard& card, const VectorScope<T>& scope) : card_(card), scope_(scope) {
    if (scope_.waveforms) scale_ = scope_.waveforms->scale();
    descends_ = scale_.size() > 1 && scale_.front() > scale_.back();
    if (descends_) std::reverse(scale_.begin(), scale_.end());
  }

  Measured<T> run() const {
    Measured<T> out;
    switch (card_.request) {
      case Request::param:
        out.value = evaluate_scalar(card_.what, scope_);
        break;
      case Request::trig_targ:
        out = delay();
        break;
      case Request::when:
        out.value = place(card_.trigger), out.unit = scale_unit();
        break;
      case Request::find:
      case Request::deriv:
        out = found();
        break;
      case Request::avg:
      case Request::rms:
      case Request::integ:
        out.value = area(out);
        break;
      default:
        out = extreme();
    }
    if (!std::isfinite(value(out.value))) throw NotFound{"the result is not a finite number"};
    return out;
  }

 private:
  std::string scale_unit() const {
    const std::string& kind = scope_.waveforms->kind();
    return kind == "tran" ? "s" : kind == "ac" || kind == "noise" ? "Hz" : "";
  }

  std::string unit_of_what() const {
    const auto column = scope_.waveforms->column(card_.what.text);
    return std::string(unit_of(column ? column->quantity : quantity_of(card_.what)));
  }

  Polyline<T> line(const Expression& expression) const {
    Samples<T> samples = evaluate_vector(expression, scope_);
    if (scale_.empty()) return {{0.0}, {samples.re.at(0)}};
    if (samples.size() == 1) samples.re.resize(scale_.size(), samples.re[0]);
    if (samples.size() != scale_.size())
      throw NotFound{"'" + expression.text + "' has no value at every point"};
    if (descends_) std::reverse(samples.re.begin(), samples.re.end());
    return {scale_, std::move(samples.re)};
  }

  double scalar(const std::optional<Expression>& expression, double otherwise) const {
    return expression ? value(evaluate_scalar(*expression, scope_)) : otherwise;
  }

  // The position of a crossing (1), or the one given by at=.
  T place(const MeasureCard::Event& event) const {
    if (event.at) return evaluate_scalar(*event.at, scope_);
    if (!event.left || !event.right) throw NotFound{"no condition to look for"};
    Polyline<T> gap = line(*event.left);
    const Polyline<T> level = line(*event.right);
    for (std::size_t k = 0; k < gap.y.size(); ++k) gap.y[k] = gap.y[k] - level.y[k];
    const double infinity = std::numeric_limits<double>::infinity();
    const double begin = std::max(scalar(event.delay, -infinity), scalar(card_.from, -infinity));
    const double end = scalar(card_.to, infinity);
    int count = 0;
    const auto k = crossing(gap, event, begin, end, count);
    if (!k) throw NotFound{why_no_crossing(event, count)};
    return T(gap.x[*k]) - gap.y[*k] / gap.slope(*k);
  }

  // Index of the sample before the wanted crossing of zero. `count`: crossings of the wanted kind seen.
  std::optional<std::size_t> crossing(const Polyline<T>& gap, const MeasureCard::Event& event, double begin,
                                      double end, int& count) const {
    std::optional<std::size_t> last;
    bool first = true, above = false;
    for (std::size_t k = 0; k < gap.x.size(); ++k) {
      if (gap.x[k] < begin || gap.x[k] > end) continue;
      const double now = value(gap.y[k]);
      if (first) {
        above = now > 0;
        first = false;
        continue;
      }
      const double before = value(gap.y[k - 1]);
      const bool rises = !above && (now > 0 || (now == 0 && before < 0));
      const bool falls = above && (now < 0 || (now == 0 && before > 0));
      if (rises || falls) above = rises;
      if (!(rises && event.edge != Edge::fall) && !(falls && event.edge != Edge::rise)) continue;
      if (++count == event.number) return k - 1;
      last = k - 1;
    }
    return event.number < 0 ? last : std::nullopt;
  }

  std::string why_no_crossing(const MeasureCard::Event& event, int count) const {
    const char* verb = event.edge == Edge::rise   ? "rises through"
                       : event.edge == Edge::fall ? "falls through"
                                                  : "crosses";
    const std::string what = text_of(event.left) + " " + verb + " " + text_of(event.right);
    if (count == 0) return text_of(event.left) + " never " + verb + " " + text_of(event.right);
    return what + " " + std::to_string(count) + (count == 1 ? " time" : " times") + ", not " +
           std::to_string(event.number);
  }

  Measured<T> delay() const {
    const auto named = [&](const char* which, const MeasureCard::Event& event) {
      try {
        return place(event);
      } catch (const NotFound& e) {
        throw NotFound{std::string(which) + ": " + e.why};
      }
    };
    const T from = named("trig", card_.trigger), to = named("targ", card_.target);
    return {to - from, {}, value(to), scale_unit()};
  }

  Measured<T> found() const {
    const Polyline<T> what = line(card_.what);
    if (scale_.empty()) return {what.y[0], {}, {}, unit_of_what()};
    const T x = place(card_.trigger);
    const auto k = what.segment(value(x));
    if (!k) throw NotFound{number_text(value(x)) + " lies outside the result"};
    if (card_.request == Request::deriv) return {what.slope(*k), {}, value(x), ""};
    return {*what.at(x), {}, value(x), unit_of_what()};
  }

  // The part of the polyline that from= and to= ask for, clipped to the result.
  typename Polyline<T>::Part window(const Polyline<T>& what) const {
    T from(what.x.front()), to(what.x.back());
    if (card_.from) from = max(evaluate_scalar(*card_.from, scope_), from);
    if (card_.to) to = min(evaluate_scalar(*card_.to, scope_), to);
    if (what.x.size() == 1) return {{from}, what.y};
    if (!(value(from) < value(to))) throw NotFound{"nothing lies between from= and to="};
    return what.between(from, to);
  }

  T area(Measured<T>& out) const {
    auto part = window(line(card_.what));
    if (card_.request != Request::integ) out.unit = unit_of_what();
    if (card_.request == Request::rms) {
      for (T& v : part.y) v = v * v;
    }
    if (part.y.size() == 1) return card_.request == Request::rms ? sqrt(part.y[0]) : part.y[0];
    T sum(0);
    for (std::size_t k = 1; k < part.y.size(); ++k) {
      sum += (part.y[k] + part.y[k - 1]) * (part.x[k] - part.x[k - 1]) * T(0.5);  // (2)
    }
    if (card_.request == Request::integ) return sum;
    const T average = sum / (part.x.back() - part.x.front());
    return card_.request == Request::rms ? sqrt(average) : average;
  }

  Measured<T> extreme() const {
    const auto part = window(line(card_.what));
    const auto less = [](const T& a, const T& b) { return value(a) < value(b); };
    const auto [low, high] = std::minmax_element(part.y.begin(), part.y.end(), less);
    const auto x_of = [&](auto it) { return part.x[static_cast<std::size_t>(it - part.y.begin())]; };
    // minmax_element gives the last of equal maxima; the first is wanted.
    const auto top = std::max_element(part.y.begin(), part.y.end(), less);
    switch (card_.request) {
      case Request::pp:
        return {*high - *low, {}, {}, unit_of_what()};
      case Request::min:
        return {*low, {}, value(x_of(low)), unit_of_what()};
      case Request::min_at:
        return {x_of(low), {}, {}, scale_unit()};
      case Request::max_at:
        return {x_of(top), {}, {}, scale_unit()};
      default:
        return {*top, {}, value(x_of(top)), unit_of_what()};
    }
  }

  const MeasureCard& card_;
  const VectorScope<T>& scope_;
  std::vector<double> scale_;
  bool descends_ = false;
};

}  // namespace

template <class T>
Measured<T> measure(const MeasureCard& card, const VectorScope<T>& scope) {
  try {
    if (!scope.waveforms && card.request != Request::param)
      throw NotFound{"no " + card.analysis + " analysis was run"};
    return Measurement<T>(card, scope).run();
  } catch (const NotFound& e) {
    return {T(0), e.why, {}, {}};
  }
}

template Measured<double> measure(const MeasureCard&, const VectorScope<double>&);
template Measured<Var> measure(const MeasureCard&, const VectorScope<Var>&);

std::vector<Reading> measure_all(std::span<const MeasureCard> cards, std::span<const Table> tables,
                                 const std::function<std::optional<double>(std::string_view)>& parameter) {
  std::map<std::string, double, std::less<>> earlier;
  std::vector<Reading> out;
  for (const MeasureCard& card : cards) {
    const Table* table = nullptr;
    for (const Table& candidate : tables) {
      if (candidate.kind == card.analysis) table = &candidate;
    }
    std::optional<TableWaveforms> waveforms;
    if (table) waveforms.emplace(*table);
    VectorScope<double> scope;
    scope.waveforms = waveforms ? &*waveforms : nullptr;
    scope.other = [&](std::string_view name) -> std::optional<Samples<double>> {
      if (const auto found = earlier.find(name); found != earlier.end())
        return Samples<double>::constant(found->second);
      const auto known = parameter ? parameter(name) : std::nullopt;
      if (known) return Samples<double>::constant(*known);
      return std::nullopt;
    };
    Reading reading{card.name, 0, {}, {}, {}};
    try {
      const Measured<double> result = measure(card, scope);
      reading = {card.name, result.value, result.unit, result.failure, result.at};
      if (result.ok()) earlier[card.name] = result.value;
    } catch (const InputError& e) {
      reading.failure = e.what() + (e.hint().empty() ? "" : " (" + e.hint() + ")");
    }
    out.push_back(std::move(reading));
  }
  return out;
}

}  // namespace nullor
