#include "nullor/resistive/deep_rules.h"

#include <algorithm>
#include <numbers>

#include "nullor/base/error.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// Lock-in: a period of the nudge is read at eight even phases, of which some see the same nudge, and one
/// none.
constexpr double kReadings = 8;
struct FrequencyPhase {
  double sine, times;
};
const FrequencyPhase kFrequencyPhases[] = {
    {1, 1}, {std::numbers::sqrt2 / 2, 2}, {-std::numbers::sqrt2 / 2, 2}, {-1, 1}};

Nudge nudge_of(LearningRule rule, double beta) {
  Nudge nudge;
  switch (rule) {
    case LearningRule::centered:
      nudge.strengths = {beta, -beta};
      break;
    case LearningRule::positive:
    case LearningRule::agnostic:
      nudge.strengths = {beta};
      break;
    case LearningRule::negative:
      nudge.strengths = {-beta};
      break;
    case LearningRule::adjoint:
      nudge.strengths = {1};
      nudge.linear = true;
      break;
    case LearningRule::coupled:
      nudge.kind = Nudge::Kind::clamp;
      nudge.strengths = {beta};
      break;
    case LearningRule::frequency:
      nudge.kind = Nudge::Kind::current;
      for (const FrequencyPhase& phase : kFrequencyPhases) nudge.strengths.push_back(beta * phase.sine);
      break;
    case LearningRule::backpropagation:
      break;
  }
  return nudge;
}

int padded_batch(int batch) { return (batch + kPictureGroup - 1) / kPictureGroup * kPictureGroup; }

struct RuleName {
  const char* name;
  LearningRule rule;
};
constexpr RuleName kRules[] = {{"centered", LearningRule::centered},
                               {"positive", LearningRule::positive},
                               {"negative", LearningRule::negative},
                               {"adjoint", LearningRule::adjoint},
                               {"backpropagation", LearningRule::backpropagation},
                               {"coupled", LearningRule::coupled},
                               {"frequency", LearningRule::frequency},
                               {"agnostic", LearningRule::agnostic}};

}  // namespace

LearningRule learning_rule(const std::string& name) {
  for (const RuleName& rule : kRules) {
    if (name == rule.name) return rule.rule;
  }
  std::string names;
  for (const std::string& known : learning_rule_names()) names += (names.empty() ? "" : ", ") + known;
  throw InputError(ErrorKind::usage, "no learning rule '" + name + "'; there is " + names);
}

const std::vector<std::string>& learning_rule_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const RuleName& rule : kRules) out.emplace_back(rule.name);
    return out;
  }();
  return names;
}

NudgeReading nudge_reading(const DeepTraining& options) {
  NudgeReading out;
  out.nudge = nudge_of(options.rule, options.nudging);
  for (std::size_t i = 0; i < out.nudge.strengths.size(); ++i) {
    const double s = out.nudge.strengths[i];
    double into_middle = 0.5, into_change = 1 / s;
    if (options.rule == LearningRule::centered) into_change = 0.5 / s;
    if (options.rule == LearningRule::adjoint) into_middle = 0;
    if (options.rule == LearningRule::frequency) {
      into_middle = kFrequencyPhases[i].times / kReadings;
      into_change = 2 * kFrequencyPhases[i].sine * into_middle / options.nudging;
    }
    out.into_middle.push_back(static_cast<float>(into_middle));
    out.into_change.push_back(static_cast<float>(into_change));
  }
  return out;
}

DeepRule::DeepRule(const DeepParameters& parameters, const DeepTraining& options)
    : rule_(options.rule),
      plain_(options.plain_nudging),
      sweeps_(options.iterations),
      pictures_(padded_batch(options.batch)),
      terms_(options.rule == LearningRule::backpropagation ? options.iterations : 1),
      reading_(nudge_reading(options)),
      difference_(parameters, pictures_, static_cast<int>(reading_.nudge.strengths.size())),
      error_(pictures_, parameters.output().pitch),
      state_(parameters, rule_ == LearningRule::backpropagation ? pictures_ : 0) {
  const bool back = rule_ == LearningRule::backpropagation;
  for (const DeepLayer& layer : parameters.layers) {
    middle.emplace_back((terms_ + (back ? 1 : 0)) * pictures_, layer.pitch);
    change.emplace_back(terms_ * pictures_, layer.pitch);
    products.emplace_back(u(layer.pitch));
    if (!back) continue;
    gain_.emplace_back(terms_ * pictures_, layer.pitch);
    adjoint_.emplace_back(pictures_, layer.pitch);
    pushed_.emplace_back(pictures_, layer.pitch);
  }
}

void DeepRule::set_error(const DeepLayer& output, const NodeArray& v, const std::uint8_t* labels, int count,
                         ThreadTeam::Range own) {
  const float one = static_cast<float>(1 / output.amplification);
  for (int b = 0; b < pictures_; ++b) {
    for (int k = own.begin; k < std::min(own.end, output.width); ++k) {
      error_[b][k] = b < count ? (labels[b] == k ? one : 0.0f) - v[b][k] : 0.0f;
    }
  }
}

void DeepRule::set_terms(const DeepState& free, int l, ThreadTeam::Range own) {
  const NodeArray& d = difference_.d[u(l)];
  for (int b = 0; b < pictures_; ++b) {
    const float* v = free.v[u(l)][b];
    float *m = middle[u(l)][b], *c = change[u(l)][b];
    std::copy(v + own.begin, v + own.end, m + own.begin);
    std::fill(c + own.begin, c + own.end, 0.0f);
    for (std::size_t i = 0; i < reading_.into_middle.size(); ++i) {
      const float* phase = d[b + static_cast<int>(i) * pictures_];
      for (int k = own.begin; k < own.end; ++k) {
        m[k] += reading_.into_middle[i] * phase[k];
        c[k] += reading_.into_change[i] * phase[k];
      }
    }
  }
}

void DeepRule::read(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free,
                    const std::uint8_t* labels, int count) {
  if (rule_ == LearningRule::backpropagation) {
    read_backpropagation(parameters, team, member, free, labels, count);
  } else {
    const DeepLayer& output = parameters.output();
    set_error(output, free.v.back(), labels, count, output.share(team, member));
    (plain_ ? relax_nudged : relax_difference)(parameters, team, member, free, error_, reading_.nudge,
                                               sweeps_, difference_);
  }
  set_all_terms(parameters, team, member, free);
}

void DeepRule::read_again(const DeepParameters& parameters, ThreadTeam& team, int member,
                          const DeepState& free) {
  relax_nudged(parameters, team, member, free, error_, reading_.nudge, sweeps_, difference_);
  set_all_terms(parameters, team, member, free);
}

void DeepRule::set_all_terms(const DeepParameters& parameters, ThreadTeam& team, int member,
                             const DeepState& free) {
  const bool back = rule_ == LearningRule::backpropagation;
  for (int l = 0; l < parameters.layer_count(); ++l) {
    const ThreadTeam::Range own = parameters.layers[u(l)].share(team, member);
    if (!back) set_terms(free, l, own);
    float* sum = products[u(l)].data();
    std::fill(sum + own.begin, sum + own.end, 0.0f);
    for (int i = 0; i < terms_ * pictures_; ++i) {
      const float *m = middle[u(l)][i + (back ? pictures_ : 0)], *c = change[u(l)][i];
      for (int k = own.begin; k < own.end; ++k) sum[k] += m[k] * c[k];
    }
  }
}

void DeepRule::read_backpropagation(const DeepParameters& parameters, ThreadTeam& team, int member,
                                    const DeepState& free, const std::uint8_t* labels, int count) {
  const int layers = parameters.layer_count();
  const auto own_of = [&](int l) { return parameters.layers[u(l)].share(team, member); };
  const auto copy = [&](const NodeArray& from, NodeArray& to, int place, ThreadTeam::Range own) {
    for (int b = 0; b < pictures_; ++b)
      std::copy(from[b] + own.begin, from[b] + own.end, to[place + b] + own.begin);
  };
  for (int l = 0; l < layers; ++l) {
    copy(free.v[u(l)], state_.v[u(l)], 0, own_of(l));
    copy(free.v[u(l)], middle[u(l)], 0, own_of(l));
    if (l == 0) copy(free.drive, state_.drive, 0, own_of(0));
  }
  team.barrier();
  for (int t = 0; t < sweeps_; ++t) {
    relax_free(parameters, team, member, state_, 1);
    for (int l = 0; l < layers; ++l) {
      const DeepLayer& layer = parameters.layers[u(l)];
      const ThreadTeam::Range own = own_of(l);
      copy(state_.v[u(l)], middle[u(l)], (t + 1) * pictures_, own);
      for (int b = 0; b < pictures_; ++b) {
        const float* behind = state_.behind[u(l)][b];
        float* gain = gain_[u(l)][t * pictures_ + b];
        for (int k = own.begin; k < std::min(own.end, layer.width); ++k) {
          const double total = layer.total[u(k)];
          gain[k] = parameters.ideal_diodes
                        ? (behind[k] == 0 ? layer.inverse[u(k)] : 0.0f)
                        : static_cast<float>(
                              1 / (total + layer.response(behind[k], total, layer.sign[u(k)]).conductance));
        }
      }
    }
  }
  set_error(parameters.output(), state_.v.back(), labels, count, own_of(layers - 1));
  for (int l = 0; l < layers; ++l) {
    const ThreadTeam::Range own = own_of(l);
    for (int b = 0; b < pictures_; ++b) {
      float* a = adjoint_[u(l)][b];
      std::fill(a + own.begin, a + own.end, 0.0f);
      if (l == layers - 1) std::copy(error_[b] + own.begin, error_[b] + own.end, a + own.begin);
    }
  }
  for (int t = sweeps_ - 1; t >= 0; --t) {
    for (int parity = 1; parity >= 0; --parity) {
      for (int l = parity; l < layers; l += 2) {
        const ThreadTeam::Range own = own_of(l);
        for (int b = 0; b < pictures_; ++b) {
          float *a = adjoint_[u(l)][b], *pushed = pushed_[u(l)][b];
          const float* gain = gain_[u(l)][t * pictures_ + b];
          float* out = change[u(l)][t * pictures_ + b];
          for (int k = own.begin; k < own.end; ++k) {
            out[k] = pushed[k] = gain[k] * a[k];
            a[k] = 0;
          }
        }
      }
      team.barrier();
      for (int l = 1 - parity; l < layers; l += 2) {
        add_neighbours(parameters, l, pushed_, adjoint_[u(l)], own_of(l), {});
      }
    }
  }
}

void DeepRule::lists(const DeepParameters& parameters, int p, RankList (&out)[2]) const {
  const DeepPlane& plane = parameters.planes[u(p)];
  // Layers of odd number move second in a sweep and see the even ones as they are after it, and these see
  // the odd ones as they were before.
  const bool back = rule_ == LearningRule::backpropagation;
  const auto seen_by = [&](int l) { return back && l % 2 == 1 ? pictures_ : 0; };
  const int above = p + 1;
  const float* middle_below = middle[u(p)][seen_by(above)];
  const float* middle_above = middle[u(above)][seen_by(p)];
  const int rank = terms_ * pictures_;
  const float *change_below = change[u(p)][0], *change_above = change[u(above)][0];
  out[0] = {rank, plane.rows_below ? middle_below : change_above,
            plane.rows_below ? change_above : middle_below};
  out[1] = {rank, plane.rows_below ? change_below : middle_above,
            plane.rows_below ? middle_above : change_below};
}

}  // namespace nullor
