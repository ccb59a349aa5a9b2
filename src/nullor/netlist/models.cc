/// The part of Elaborator that finds models, picks bins and copies cards.

#include <algorithm>
#include <cmath>

#include "nullor/base/si.h"
#include "nullor/netlist/elaborator.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

const std::vector<ModelCard*>* find_bins(const Block& block, const std::string& name) {
  const auto found = block.bins.find(name);
  return found == block.bins.end() ? nullptr : &found->second;
}

bool in_range(double x, double low, double high, bool closed) {
  const auto near = [](double a, double b) { return std::fabs(a - b) <= 1e-9 * std::fabs(b); };
  return (x > low || near(x, low)) && ((x < high && !near(x, high)) || (closed && near(x, high)));
}

}  // namespace

bool Elaborator::has_model(Scope& scope, std::string_view name) {
  const std::string key = lower(name);
  for (Scope* s = &scope; s; s = s->lexical) {
    for (const Block* block : s->blocks) {
      if (block->model_index.contains(key) || find_bins(*block, key)) return true;
    }
  }
  return false;
}

int Elaborator::use_model(Scope& scope, std::string_view name, Instance& instance, const Location& where) {
  const std::string key = lower(name);
  for (Scope* s = &scope; s; s = s->lexical) {
    for (auto block = s->blocks.rbegin(); block != s->blocks.rend(); ++block) {
      const auto exact = (*block)->model_index.find(key);
      if (exact != (*block)->model_index.end()) return copy_model(*exact->second, *s);
      if (const auto* bins = find_bins(**block, key)) {
        if (options_.keep_bins) instance.bins = keep_bins(key, *bins, *s);
        return copy_model(*choose_bin(key, *bins, *s, instance, where), *s);
      }
    }
  }
  if (key == "ideal" && instance.letter == 'd') return ideal_diode(where);
  unknown_model(scope, name, where);
}

int Elaborator::ideal_diode(const Location& where) {
  for (std::size_t k = 0; k < circuit_.models.size(); ++k) {
    if (circuit_.models[k].name == "ideal") return static_cast<int>(k);
  }
  circuit_.models.push_back({"ideal", "d", {{"ron", Value{0}, where, {}}}, where});
  return static_cast<int>(circuit_.models.size()) - 1;
}

void Elaborator::unknown_model(Scope& scope, std::string_view name, const Location& where) {
  std::vector<std::string> known;
  for (const Scope* s = &scope; s; s = s->lexical) {
    for (const Block* block : s->blocks) {
      for (const auto& [key, card] : block->model_index) known.push_back(key);
      for (const auto& [key, cards] : block->bins) known.push_back(key);
    }
  }
  std::sort(known.begin(), known.end());
  fail("there is no model " + in_quotes(name), where,
       did_you_mean(name, known,
                    known.empty() ? "the deck has no .model card for it; is a .include or .lib missing?"
                                  : "is a .include or .lib missing?"));
}

double Elaborator::scale() const {
  const auto option = circuit_.options.find("scale");
  const double* value = option == circuit_.options.end() ? nullptr : std::get_if<double>(&option->second);
  return value ? *value : 1.0;
}

ModelCard* Elaborator::choose_bin(const std::string& base, const std::vector<ModelCard*>& bins,
                                  Scope& defined_in, const Instance& instance, const Location& where) {
  const auto given = [&](std::string_view name) -> const NamedValue* {
    for (const NamedValue& parameter : instance.parameters) {
      if (parameter.name == name) return &parameter;
    }
    return nullptr;
  };
  const NamedValue* l_given = given("l");
  const NamedValue* w_given = given("w");
  if (!l_given || !w_given) {
    fail("model " + in_quotes(base) + " is binned: the instance needs l= and w=", where);
  }
  const NamedValue* nf_given = given("nf");
  const double fingers = nf_given ? std::max(number(nf_given->value), 1e-30) : 1.0;
  const double l = number(l_given->value) * scale(), w = number(w_given->value) * scale();
  const ModelBins ranges = ranges_of(base, bins, defined_in);
  const int chosen = ranges.choose(l, w, fingers);
  if (chosen < 0) {
    const auto [what, list] = ranges.complaint(l, w, fingers);
    fail(what, where, list);
  }
  return bins[static_cast<std::size_t>(chosen)];
}

ModelBins Elaborator::ranges_of(const std::string& base, const std::vector<ModelCard*>& bins,
                                Scope& defined_in) {
  ModelBins out;
  out.name = base;
  out.scale = scale();
  const auto limit = [&](ModelCard& card, std::string_view name, double otherwise) {
    for (const ModelCard::Parameter& parameter : card.parameters) {
      if (same_name(parameter.name, name) && !parameter.value.empty()) {
        return number_of(defined_in, SourceText(source_, *card.line), parameter.value);
      }
    }
    return otherwise;
  };
  for (ModelCard* card : bins) {
    split(*card);
    out.bins.push_back({card->name, limit(*card, "lmin", 0), limit(*card, "lmax", HUGE_VAL),
                        limit(*card, "wmin", 0), limit(*card, "wmax", HUGE_VAL), -1});
  }
  return out;
}

int Elaborator::keep_bins(const std::string& base, const std::vector<ModelCard*>& bins, Scope& defined_in) {
  ModelBins kept = ranges_of(base, bins, defined_in);
  for (std::size_t k = 0; k < bins.size(); ++k) kept.bins[k].model = copy_model(*bins[k], defined_in);
  // Cards that depend on no instance are the same for all.
  for (std::size_t k = 0; k < circuit_.bins.size(); ++k) {
    if (circuit_.bins[k].bins.front().model == kept.bins.front().model) return static_cast<int>(k);
  }
  circuit_.bins.push_back(std::move(kept));
  return static_cast<int>(circuit_.bins.size()) - 1;
}

void Elaborator::split(ModelCard& card) {
  if (card.split) return;
  const SourceText text(source_, *card.line);
  Cursor cursor(text, card.begin);
  for (cursor.skip_separators(); !cursor.at_end(); cursor.skip_separators()) {
    const std::string_view name = cursor.word();
    if (name.empty()) cursor.fail("expected name=value");
    if (!cursor.accept('=')) {
      card.parameters.push_back({name, {}});
      continue;
    }
    card.parameters.push_back({name, cursor.value("a value after '='")});
  }
  card.split = true;
}

int Elaborator::copy_model(ModelCard& card, Scope& defined_in) {
  if (card.shared >= 0) return card.shared;
  const auto key = std::pair<const ModelCard*, const Scope*>(&card, &defined_in);
  if (const auto found = model_copies_.find(key); found != model_copies_.end()) return found->second;
  split(card);
  const SourceText text(source_, *card.line);
  Model model;
  model.name = defined_in.is_top() ? card.name : defined_in.path + ":" + card.name;
  model.type = card.type;
  model.where = text.at(text.text.data());
  model.parameters.reserve(card.parameters.size());
  bool local = false;
  const std::size_t draws = draws_;
  for (const ModelCard::Parameter& parameter : card.parameters) {
    NamedValue out{lower(parameter.name), {1.0}, text.at(parameter.name.data()), {}};
    const std::string_view value = parameter.value;
    const char first = value.empty() ? '\0' : value.front();
    if (value.empty()) {
      // A bare word is a flag.
    } else if (const auto number = parse_si(value)) {
      out.value = {*number};
    } else if (first == '"') {
      out.text = std::string(without_delimiters(value));
    } else if (const bool word = std::none_of(value.begin(), value.end(),
                                              [](char c) {
                                                return std::string_view("{}'()+*/^?<>&|! \t").find(c) !=
                                                       std::string_view::npos;
                                              });
               word && (is_digit(first) ||
                        (is_letter(first) && find_parameter(defined_in, lower(value)) == kNoParameter))) {
      out.text = lower(value);  // version=4.8.1, type=lithium
    } else {
      out.value = value_of(defined_in, text, value);
      if (out.value.parameter != kNoParameter)
        local = local || local_[static_cast<std::size_t>(out.value.parameter)];
    }
    model.parameters.push_back(std::move(out));
  }
  const int index = static_cast<int>(circuit_.models.size());
  circuit_.models.push_back(std::move(model));
  if (local || draws_ != draws) {
    model_copies_.emplace(key, index);
  } else {
    card.shared = index;
  }
  return index;
}

}  // namespace nullor::netlist

namespace nullor {

int ModelBins::choose(double l, double w, double fingers) const {
  // The upper limit belongs to the next bin; only where there is none may it be used.
  for (const bool closed : {false, true}) {
    for (std::size_t k = 0; k < bins.size(); ++k) {
      if (netlist::in_range(l, bins[k].l_min, bins[k].l_max, closed) &&
          netlist::in_range(w / fingers, bins[k].w_min, bins[k].w_max, closed)) {
        return static_cast<int>(k);
      }
    }
  }
  return -1;
}

std::pair<std::string, std::string> ModelBins::complaint(double l, double w, double fingers) const {
  constexpr std::size_t kListed = 4;
  std::string list;
  double l_low = HUGE_VAL, l_high = 0, w_low = HUGE_VAL, w_high = 0;
  for (std::size_t k = 0; k < bins.size(); ++k) {
    const Bin& bin = bins[k];
    l_low = std::min(l_low, bin.l_min), l_high = std::max(l_high, bin.l_max);
    w_low = std::min(w_low, bin.w_min), w_high = std::max(w_high, bin.w_max);
    if (k < kListed) {
      list += (k ? "; " : "") + bin.name + ": l " + format_si(bin.l_min) + ".." + format_si(bin.l_max) +
              ", w " + format_si(bin.w_min) + ".." + format_si(bin.w_max);
    }
  }
  if (bins.size() > kListed) {
    list = std::to_string(bins.size()) + " bins cover l " + format_si(l_low) + ".." + format_si(l_high) +
           ", w " + format_si(w_low) + ".." + format_si(w_high) + " (" + list + "; ...)";
  }
  return {"no bin of model " + netlist::in_quotes(name) + " holds l=" + format_si(l) +
              " w=" + format_si(w / fingers) + (fingers != 1 ? " (per finger)" : "") +
              (scale != 1 ? " (with scale=" + format_si(scale) + ")" : ""),
          list};
}

}  // namespace nullor
