#include "nullor/simulate/gradient.h"

#include <algorithm>
#include <map>

#include "nullor/simulate/adjoint.h"
#include "nullor/simulate/objective.h"
#include "nullor/simulate/small_signal.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// One analysis, done, and how the derivative of an objective on its table is carried back to parameters.
struct Solved {
  Table table;
  std::function<std::vector<double>(const Objective&)> pull;
  std::vector<GridPoint> grid;
};

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class GradientRun {
 public:
  GradientRun(Engine& engine, const GradientRequest& request, bool values_only)
      : engine_(engine), request_(request), values_only_(values_only), dae_(engine.dae()) {
    if (request.wrt.empty() && !values_only) {
      wanted_ = dae_.all_parameters();
    } else {
      for (const std::string& name : request.wrt) wanted_.push_back(dae_.parameter(name));
    }
    scope_.circuit = &engine.circuit();
    scope_.parameters = engine.circuit().parameters.evaluate();
    scope_.measures = engine.circuit().measures;
    scope_.measures.insert(scope_.measures.end(), request.measures.begin(), request.measures.end());
    scope_.curves = request.curves;
  }

  std::vector<GradientResult> run(const std::vector<std::string>& of) {
    std::vector<GradientResult> out(of.size());
    std::vector<AnalysisCard> cards;
    for (const std::string& name : of) cards.push_back(choose_analysis(lowered(name)));
    std::vector<bool> done(of.size(), false);
    for (std::size_t first = 0; first < of.size(); ++first) {
      if (done[first]) continue;
      const Solved solved = solve(cards[first]);
      for (std::size_t k = first; k < of.size(); ++k) {
        if (done[k] || !same(cards[k], cards[first])) continue;
        out[k] = result(solved, lowered(of[k]));
        done[k] = true;
      }
    }
    return out;
  }

 private:
  static bool same(const AnalysisCard& a, const AnalysisCard& b) {
    return a.what.index() == b.what.index() && a.where.file == b.where.file && a.where.line == b.where.line;
  }

  Solved solve(const AnalysisCard& card) {
    if (const DcCard* dc_card = std::get_if<DcCard>(&card.what)) return dc(card, *dc_card);
    if (const AcCard* ac_card = std::get_if<AcCard>(&card.what)) return ac(card, *ac_card);
    if (const TranCard* tran_card = std::get_if<TranCard>(&card.what)) return tran(card, *tran_card);
    return op(card);
  }

  GradientResult result(const Solved& solved, const std::string& of) {
    GradientResult out;
    out.of = of;
    out.analysis = solved.table.kind;
    out.grid = solved.grid;
    Objective objective;
    try {
      objective = read_objective(scope_, of, solved.table, !values_only_);
    } catch (const InputError& error) {
      if (error.kind() != ErrorKind::specification) throw;
      out.failure = error.what();
      out.failed_at = error.where();
      return out;
    }
    out.value = objective.value;
    out.unit = objective.unit;
    if (values_only_) return out;
    std::vector<double> slopes = solved.pull(objective);
    for (std::size_t k = 0; k < wanted_.size() && !objective.direct.empty(); ++k) {
      if (wanted_[k].kind != ParameterHandle::Kind::table) continue;
      const std::vector<double> by = engine_.circuit().parameters.derivative(wanted_[k].table);
      for (const auto& [id, slope] : objective.direct) slopes[k] += slope * by[u(id)];
    }
    for (std::size_t k = 0; k < wanted_.size(); ++k) {
      out.rows.push_back({wanted_[k].name, wanted_[k].unit, dae_.get(wanted_[k]), slopes[k]});
    }
    return out;
  }

  static std::string kind_of(const AnalysisCard& card) {
    static const char* const names[] = {"op", "dc", "ac", "tran", "noise", "tf", "sens", "four"};
    return names[card.what.index()];
  }

  AnalysisCard choose_analysis(const std::string& of) const {
    std::string kind = request_.analysis;
    for (const MeasureCard& m : scope_.measures) {
      if (m.name == of) kind = m.analysis;
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
      if (weights[row].first == 0) continue;
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

  Solved op(const AnalysisCard& card) {
    Solved out;
    out.table = engine_.run_op(card.where).front();
    out.pull = [this, where = card.where](const Objective& objective) {
      const OperatingPoint point = engine_.operating_point(where);
      std::vector<double> seed = seed_of_row(objective, choose_outputs(dae_, engine_.circuit().saves), 0, 0);
      seed.resize(u(dae_.size()) + 1, 0.0);
      return op_gradient(dae_, engine_.newton(), engine_.options(), point.x, seed, wanted_);
    };
    return out;
  }

  Solved dc(const AnalysisCard& analysis, const DcCard& card) {
    Solved out;
    out.table = engine_.run_dc(card, analysis.where).front();
    out.pull = [this, swept = out.table.columns[0].real, card, where = analysis.where](
                   const Objective& objective) { return dc_pull(objective, swept, card, where); };
    return out;
  }

  std::vector<double> dc_pull(const Objective& objective, const std::vector<double>& swept,
                              const DcCard& card, const Location& where) {
    const auto kept = choose_outputs(dae_, engine_.circuit().saves);
    std::vector<double> sum(wanted_.size(), 0.0);
    const ParameterHandle inner = sweep_target(engine_.dae(), card.axes[0]);
    const double before = dae_.get(inner);
    ParameterHandle outer;
    double outer_before = 0;
    std::vector<double> outer_values = {0};
    if (card.axes.size() > 1) {
      outer = sweep_target(engine_.dae(), card.axes[1]);
      outer_before = dae_.get(outer);
      outer_values = sweep_values(card.axes[1]);
    }
    const std::vector<double> values = sweep_values(card.axes[0]);
    for (std::size_t row = 0; row < swept.size(); ++row) {
      const std::vector<double> seed = seed_of_row(objective, kept, 1, row);
      if (seed.empty()) continue;
      if (card.axes.size() > 1) dae_.set(outer, outer_values[row / values.size()]);
      dae_.set(inner, swept[row]);
      const OperatingPoint point = engine_.operating_point(where);
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

  Solved ac(const AnalysisCard& analysis, const AcCard& card) {
    Solved out;
    out.table = engine_.run_ac(card, analysis.where).front();
    out.pull = [this, frequencies = out.table.columns[0].real,
                where = analysis.where](const Objective& objective) {
      const OperatingPoint point = engine_.operating_point(where);
      std::vector<Output> kept = choose_outputs(dae_, engine_.circuit().saves);
      std::erase_if(kept, [](const Output& o) { return o.unknown < 0; });
      std::vector<AcSeed> seeds;
      for (std::size_t row = 0; row < frequencies.size(); ++row) {
        AcSeed s{frequencies[row], std::vector<std::complex<double>>(u(dae_.size()) + 1)};
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
    };
    return out;
  }

  Solved tran(const AnalysisCard& analysis, const TranCard& card) {
    const auto kept = choose_outputs(dae_, engine_.circuit().saves);
    Solved out;
    Table& table = out.table;
    table.kind = "tran";
    table.plotname = "Transient Analysis";
    table.columns.push_back({"time", Quantity::time, {}, {}});
    for (const Output& o : kept) table.columns.push_back({o.name, o.quantity, {}, {}});
    if (request_.transient) {
      request_.transient->run(engine_, card, analysis.where, [&](double time, const std::vector<double>& x) {
        table.columns[0].real.push_back(time);
        append_row(dae_, kept, x, table, 1);
      });
      out.pull = [this, kept, card, rows = table.rows()](const Objective& objective) {
        std::vector<std::vector<double>> seeds(rows);
        for (std::size_t row = 0; row < rows; ++row) seeds[row] = seed_of_row(objective, kept, 1, row);
        return request_.transient->pull(engine_, card, seeds, wanted_);
      };
      return out;
    }
    const auto record = std::make_shared<TransientRecord>(dae_);
    std::vector<std::size_t> point_of_row;
    Transient transient(dae_, engine_.newton(), engine_.options());
    const auto observer = [&](double time, const std::vector<double>& x, const StepFormula& formula) {
      if (!formula.stage) out.grid.push_back({time, formula.beta == 0 && formula.a2 == 0});
      if (!formula.stage && time >= card.start) {
        table.columns[0].real.push_back(time);
        append_row(dae_, kept, x, table, 1);
        point_of_row.push_back(record->size());
      }
      return values_only_ || record->observe(time, x, formula);
    };
    const TransientSummary summary = request_.grid.empty() ? transient.run(card, observer)
                                                           : transient.replay(card, request_.grid, observer);
    if (!summary.finished) throw analysis_failed("transient", summary.failure, analysis.where);
    out.pull = [this, kept, card, record, point_of_row](const Objective& objective) {
      std::vector<std::vector<double>> seeds(record->size());
      for (std::size_t row = 0; row < point_of_row.size(); ++row)
        seeds[point_of_row[row]] = seed_of_row(objective, kept, 1, row);
      return tran_gradient(dae_, engine_.newton(), engine_.options(), card, *record, seeds, wanted_);
    };
    return out;
  }

  Engine& engine_;
  const GradientRequest& request_;
  bool values_only_;
  Dae& dae_;
  std::vector<ParameterHandle> wanted_;
  ObjectiveScope scope_;
};

}  // namespace

std::vector<GradientResult> gradients(Engine& engine, const std::vector<std::string>& of,
                                      const GradientRequest& request, bool values_only) {
  return GradientRun(engine, request, values_only).run(of);
}

GradientResult gradient(Engine& engine, const GradientRequest& request) {
  GradientResult out = gradients(engine, {request.of}, request).front();
  if (!out.failure.empty()) throw InputError(ErrorKind::specification, out.failure, out.failed_at);
  return out;
}

}  // namespace nullor
