#include "nullor/simulate/gradient.h"

#include <algorithm>
#include <map>

#include "nullor/simulate/adjoint.h"
#include "nullor/simulate/measure.h"
#include "nullor/simulate/samples.h"
#include "nullor/simulate/small_signal.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

// The value of an objective on a table and its derivative by every sample: weights[column][row] (real,
// imaginary).
struct Objective {
  double value = 0;
  std::string unit;
  std::map<int, std::vector<std::pair<double, double>>> weights;
  std::map<ParameterId, double> direct;  ///< by parameters that the measurement itself reads
};

Objective evaluate(const Engine& engine, const GradientRequest& request, const Table& table) {
  Tape tape;
  TapedWaveforms waves(table, tape);
  std::map<std::string, Samples<Var>, std::less<>> known;
  const Circuit& circuit = engine.circuit();
  const std::vector<double> parameters = circuit.parameters.evaluate();
  std::map<ParameterId, Var> read;
  VectorScope<Var> scope;
  scope.waveforms = &waves;
  scope.other = [&](std::string_view name) -> std::optional<Samples<Var>> {
    if (const auto found = known.find(name); found != known.end()) return found->second;
    if (const ParameterId id = circuit.parameters.find(name); id != kNoParameter) {
      const auto [at, fresh] = read.try_emplace(id);
      if (fresh) at->second = Var::input(tape, parameters[u(id)]);
      return Samples<Var>::constant(at->second);
    }
    return std::nullopt;
  };
  Objective out;
  Var result;
  const auto measured = std::find_if(circuit.measures.begin(), circuit.measures.end(),
                                     [&](const MeasureCard& m) { return m.name == request.of; });
  if (measured != circuit.measures.end()) {
    for (const MeasureCard& card : circuit.measures) {
      if (card.analysis != measured->analysis) continue;
      const Measured<Var> m = measure(card, scope);
      if (card.name == request.of) {
        if (!m.ok())
          throw InputError(ErrorKind::specification,
                           "measurement '" + card.name + "' has no value: " + m.failure, card.where);
        result = m.value;
        out.unit = m.unit;
        break;
      }
      if (m.ok()) known[card.name] = Samples<Var>::constant(m.value);
    }
  } else {
    auto file = std::make_shared<SourceFile>(SourceFile{"--of", request.of});
    const Expression expression = parse_expression(request.of, Location{file, 1, 1});
    const Samples<Var> samples = evaluate_vector(expression, scope);
    if (samples.size() != 1) {
      throw InputError(ErrorKind::usage,
                       "'" + request.of + "' is a waveform, and only a number has a gradient", {},
                       "reduce it, e.g. vecmax(" + request.of + "), or name a .meas");
    }
    result = samples.re[0];
    out.unit = std::string(unit_of(quantity_of(expression)));
  }
  out.value = result.v;
  if (!result.tape) return out;
  const std::vector<double> slopes = tape.gradient(result.node);
  for (const auto& [id, input] : read) out.direct[id] = slopes[u(input.node)];
  for (const auto& input : waves.inputs()) {
    const std::size_t rows = table.rows();
    auto& weights = out.weights[input.column];
    weights.resize(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      weights[r].first = slopes[u(input.first) + r];
      if (input.is_complex) weights[r].second = slopes[u(input.first) + rows + r];
    }
  }
  return out;
}

class GradientRun {
 public:
  GradientRun(Engine& engine, const GradientRequest& request)
      : engine_(engine), request_(request), dae_(engine.dae()) {
    std::transform(request_.of.begin(), request_.of.end(), request_.of.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (request.wrt.empty()) {
      wanted_ = dae_.all_parameters();
    } else {
      for (const std::string& name : request.wrt) wanted_.push_back(dae_.parameter(name));
    }
    card_ = choose_analysis();
  }

  GradientResult run() {
    GradientResult out;
    std::vector<double> slopes;
    if (std::holds_alternative<OpCard>(card_.what)) slopes = op(out);
    if (const DcCard* dc_card = std::get_if<DcCard>(&card_.what)) slopes = dc(*dc_card, out);
    if (std::holds_alternative<AcCard>(card_.what)) slopes = ac(out);
    if (const TranCard* tran_card = std::get_if<TranCard>(&card_.what)) slopes = tran(*tran_card, out);
    out.of = request_.of;
    for (std::size_t k = 0; k < wanted_.size() && !direct_.empty(); ++k) {
      if (wanted_[k].kind != ParameterHandle::Kind::table) continue;
      const std::vector<double> by = engine_.circuit().parameters.derivative(wanted_[k].table);
      for (const auto& [id, slope] : direct_) slopes[k] += slope * by[u(id)];
    }
    for (std::size_t k = 0; k < wanted_.size(); ++k) {
      out.rows.push_back({wanted_[k].name, wanted_[k].unit, dae_.get(wanted_[k]), slopes[k]});
    }
    return out;
  }

 private:
  static std::string kind_of(const AnalysisCard& card) {
    static const char* const names[] = {"op", "dc", "ac", "tran", "noise", "tf", "sens", "four"};
    return names[card.what.index()];
  }

  AnalysisCard choose_analysis() {
    std::string kind = request_.analysis;
    for (const MeasureCard& m : engine_.circuit().measures) {
      if (m.name == request_.of) kind = m.analysis;
    }
    const AnalysisCard* found = nullptr;
    for (const AnalysisCard& card : engine_.circuit().analyses) {
      const std::string name = kind_of(card);
      if (name != "op" && name != "dc" && name != "ac" && name != "tran") continue;
      if (kind.empty() ? !found : name == kind) found = &card;
    }
    if (found) return *found;
    if (kind.empty() || kind == "op") return AnalysisCard{OpCard{}, {}};
    throw InputError(ErrorKind::usage, "the deck has no ." + kind + " analysis to take the gradient of", {},
                     "gradients exist for op, dc, ac and tran");
  }

  // dJ/dx of one row of the table, from the columns that are unknowns.
  std::vector<double> seed_of_row(const Objective& objective, const std::vector<Output>& kept,
                                  std::size_t first, std::size_t row) const {
    std::vector<double> seed;
    for (const auto& [column, weights] : objective.weights) {
      if (u(column) < first) continue;
      if (weights[row].first == 0) continue;
      const Output& output = kept[u(column) - first];
      if (output.unknown < 0) {
        throw InputError(
            ErrorKind::usage,
            "'" + output.name +
                "' is a device quantity; gradients follow voltages and currents of the equations");
      }
      seed.resize(u(dae_.size()) + 1, 0.0);
      seed[u(output.unknown)] += weights[row].first;
    }
    return seed;
  }

  std::vector<double> op(GradientResult& out) {
    const Table table = engine_.run_op(card_.where).front();
    const OperatingPoint point = engine_.operating_point(card_.where);
    const Objective objective = read(table, out);
    std::vector<double> seed = seed_of_row(objective, choose_outputs(dae_, engine_.circuit().saves), 0, 0);
    seed.resize(u(dae_.size()) + 1, 0.0);
    return op_gradient(dae_, engine_.newton(), engine_.options(), point.x, seed, wanted_);
  }

  std::vector<double> dc(const DcCard& card, GradientResult& out) {
    const Table table = engine_.run_dc(card, card_.where).front();
    const Objective objective = read(table, out);
    const auto kept = choose_outputs(dae_, engine_.circuit().saves);
    std::vector<double> sum(wanted_.size(), 0.0);
    const ParameterHandle inner = engine_.sweep_target(card.axes[0]);
    const double before = dae_.get(inner);
    ParameterHandle outer;
    double outer_before = 0;
    std::vector<double> outer_values = {0};
    if (card.axes.size() > 1) {
      outer = engine_.sweep_target(card.axes[1]);
      outer_before = dae_.get(outer);
      outer_values = sweep_values(card.axes[1]);
    }
    const std::vector<double> values = sweep_values(card.axes[0]);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::vector<double> seed = seed_of_row(objective, kept, 1, row);
      if (seed.empty()) continue;
      if (card.axes.size() > 1) dae_.set(outer, outer_values[row / values.size()]);
      dae_.set(inner, table.columns[0].real[row]);
      const OperatingPoint point = engine_.operating_point(card_.where);
      const auto slopes = op_gradient(dae_, engine_.newton(), engine_.options(), point.x, seed, wanted_);
      for (std::size_t k = 0; k < sum.size(); ++k) {
        if (wanted_[k].name != inner.name && (card.axes.size() < 2 || wanted_[k].name != outer.name))
          sum[k] += slopes[k];
      }
    }
    dae_.set(inner, before);
    if (card.axes.size() > 1) dae_.set(outer, outer_before);
    return sum;
  }

  std::vector<double> ac(GradientResult& out) {
    const AcCard& card = std::get<AcCard>(card_.what);
    const Table table = engine_.run_ac(card, card_.where).front();
    const OperatingPoint point = engine_.operating_point(card_.where);
    const Objective objective = read(table, out);
    std::vector<Output> kept = choose_outputs(dae_, engine_.circuit().saves);
    std::erase_if(kept, [](const Output& o) { return o.unknown < 0; });
    std::vector<AcSeed> seeds;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      AcSeed s{table.columns[0].real[row], std::vector<std::complex<double>>(u(dae_.size()) + 1)};
      bool any = false;
      for (const auto& [column, weights] : objective.weights) {
        if (column < 1) continue;
        // J moves by a dRe + b dIm = Re((a - j b) dX)
        const std::complex<double> w(weights[row].first, -weights[row].second);
        if (w == std::complex<double>(0)) continue;
        s.seed[u(kept[u(column) - 1].unknown)] += w;
        any = true;
      }
      if (any) seeds.push_back(std::move(s));
    }
    return ac_gradient(dae_, engine_.newton(), engine_.options(), point.x, seeds, wanted_);
  }

  std::vector<double> tran(const TranCard& card, GradientResult& out) {
    const auto kept = choose_outputs(dae_, engine_.circuit().saves);
    Table table;
    table.kind = "tran";
    table.plotname = "Transient Analysis";
    table.columns.push_back({"time", Quantity::time, {}, {}});
    for (const Output& o : kept) table.columns.push_back({o.name, o.quantity, {}, {}});
    if (request_.transient) {
      request_.transient->run(engine_, card, card_.where, [&](double time, const std::vector<double>& x) {
        table.columns[0].real.push_back(time);
        append_row(dae_, kept, x, table, 1);
      });
      const Objective objective = read(table, out);
      std::vector<std::vector<double>> seeds(table.rows());
      for (std::size_t row = 0; row < table.rows(); ++row) seeds[row] = seed_of_row(objective, kept, 1, row);
      return request_.transient->pull(engine_, card, seeds, wanted_);
    }
    TransientRecord record(dae_);
    std::vector<std::size_t> point_of_row;
    Transient transient(dae_, engine_.newton(), engine_.options());
    const auto observer = [&](double time, const std::vector<double>& x, const StepFormula& formula) {
      if (!formula.stage) out.grid.push_back({time, formula.beta == 0 && formula.a2 == 0});
      if (!formula.stage && time >= card.start) {
        table.columns[0].real.push_back(time);
        append_row(dae_, kept, x, table, 1);
        point_of_row.push_back(record.size());
      }
      return record.observe(time, x, formula);
    };
    const TransientSummary summary = request_.grid.empty() ? transient.run(card, observer)
                                                           : transient.replay(card, request_.grid, observer);
    if (!summary.finished) throw analysis_failed("transient", summary.failure, card_.where);
    const Objective objective = read(table, out);
    std::vector<std::vector<double>> seeds(record.size());
    for (std::size_t row = 0; row < point_of_row.size(); ++row)
      seeds[point_of_row[row]] = seed_of_row(objective, kept, 1, row);
    return tran_gradient(dae_, engine_.newton(), engine_.options(), card, record, seeds, wanted_);
  }

  Objective read(const Table& table, GradientResult& out) {
    Objective objective = evaluate(engine_, request_, table);
    out.value = objective.value;
    out.unit = objective.unit;
    out.analysis = table.kind;
    direct_ = objective.direct;
    return objective;
  }

  Engine& engine_;
  GradientRequest request_;
  Dae& dae_;
  std::vector<ParameterHandle> wanted_;
  std::map<ParameterId, double> direct_;
  AnalysisCard card_;
};

}  // namespace

GradientResult gradient(Engine& engine, const GradientRequest& request) {
  return GradientRun(engine, request).run();
}

}  // namespace nullor
