#include <array>

#include "nullor/netlist/analysis_parser.h"
#include "nullor/netlist/expression_parser.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

using Request = MeasureCard::Request;
using Event = MeasureCard::Event;

constexpr std::array<std::pair<std::string_view, Request>, 16> kRequests = {{
    {"trig", Request::trig_targ},
    {"when", Request::when},
    {"find", Request::find},
    {"avg", Request::avg},
    {"max", Request::max},
    {"min", Request::min},
    {"pp", Request::pp},
    {"rms", Request::rms},
    {"integ", Request::integ},
    {"integral", Request::integ},
    {"deriv", Request::deriv},
    {"derivative", Request::deriv},
    {"param", Request::param},
    {"max_at", Request::max_at},
    {"min_at", Request::min_at},
    {"targ", Request::trig_targ},
}};
constexpr std::array<std::string_view, 8> kAnalyses = {"tran", "ac", "dc", "op", "noise", "tf", "sp", "sens"};

class MeasureReader {
 public:
  explicit MeasureReader(Cursor& cursor) : cursor_(cursor) {}

  MeasureCard run() {
    out_.where = cursor_.where();
    const std::string_view analysis = cursor_.word();
    if (std::find_if(kAnalyses.begin(), kAnalyses.end(),
                     [&](auto name) { return same_name(analysis, name); }) == kAnalyses.end()) {
      const std::vector<std::string> known(kAnalyses.begin(), kAnalyses.end());
      fail("expected the analysis to measure in, got " + in_quotes(analysis), out_.where,
           did_you_mean(analysis, known,
                        "as in: meas tran rise_time trig v(out) val=0.1 rise=1 targ v(out) val=0.9 rise=1"));
    }
    out_.analysis = lower(analysis);
    if (cursor_.at_end()) cursor_.fail("expected the name of the result");
    out_.name = lower(cursor_.word());
    const std::string_view word = cursor_.peek_word();
    const auto request = std::find_if(kRequests.begin(), kRequests.end(),
                                      [&](const auto& r) { return same_name(word, r.first); });
    if (request == kRequests.end()) {
      std::vector<std::string> known;
      for (const auto& r : kRequests) known.emplace_back(r.first);
      cursor_.fail(
          "expected what to measure (trig, when, find, avg, max, min, pp, rms, integ, deriv, param), got " +
              in_quotes(word),
          did_you_mean(word, known));
    }
    out_.request = request->second;
    cursor_.word();
    read();
    if (!cursor_.at_end())
      cursor_.fail("unexpected " + in_quotes(cursor_.peek_word()) + " in this measurement");
    return std::move(out_);
  }

 private:
  void read() {
    switch (out_.request) {
      case Request::trig_targ:
        level_event(out_.trigger);
        expect_word("targ");
        level_event(out_.target);
        return;
      case Request::when:
        crossing(out_.trigger);
        return modifiers(out_.trigger);
      case Request::param:
        cursor_.accept('=');
        // The rest of the line, so that blanks are allowed.
        out_.what = parse_piece(cursor_.source(), nonempty(cursor_.rest()));
        return;
      case Request::find:
      case Request::deriv:
        out_.what = expression("the expression to measure");
        if (same_name(cursor_.peek_word(), "when")) {
          cursor_.word();
          crossing(out_.trigger);
        } else if (!same_name(cursor_.peek_word(), "at") && !is_one_point()) {
          cursor_.fail("expected at=x or when a=b: where to look in the " + out_.analysis + " result");
        }
        modifiers(out_.trigger);
        return;
      default:
        out_.what = expression("the expression to measure");
        modifiers(out_.trigger);
    }
  }

  /// `find` needs no place in an operating point.
  bool is_one_point() const { return out_.analysis == "op" && out_.request == Request::find; }

  std::string_view nonempty(std::string_view text) {
    if (text.empty()) cursor_.fail("expected an expression");
    return text;
  }

  Expression expression(const char* what) { return parse_piece(cursor_.source(), cursor_.value(what)); }

  void expect_word(const char* word) {
    if (!same_name(cursor_.peek_word(), word)) cursor_.fail(std::string("expected ") + word);
    cursor_.word();
  }

  /// a=b
  void crossing(Event& event) {
    event.left = expression("the left side of a=b");
    if (!cursor_.accept('=')) cursor_.fail("expected '=' and a level");
    event.right = expression("the level");
  }

  /// trig and targ: an expression with val=, or at=
  void level_event(Event& event) {
    if (!(cursor_.at_assignment() && same_name(cursor_.peek_word(), "at"))) {
      event.left = expression("an expression such as v(out)");
      if (cursor_.accept('=')) event.right = expression("the level");
    }
    modifiers(event);
    if (!event.at && !event.right) cursor_.fail("expected val=level");
  }

  /// name=value pairs up to a word that is none.
  void modifiers(Event& event) {
    while (cursor_.at_assignment()) {
      const std::string_view written = cursor_.word();
      const std::string name = lower(written);
      cursor_.accept('=');
      if (name == "val")
        event.right = expression("a level");
      else if (name == "at")
        event.at = expression("a point");
      else if (name == "td")
        event.delay = expression("a delay");
      else if (name == "from")
        out_.from = expression("a point");
      else if (name == "to")
        out_.to = expression("a point");
      else if (name == "rise" || name == "fall" || name == "cross")
        edge(event, name);
      else {
        static const std::vector<std::string> known = {"val", "at",   "td",   "from",
                                                       "to",  "rise", "fall", "cross"};
        fail("a measurement has no " + in_quotes(written), cursor_.where(written), did_you_mean(name, known));
      }
      cursor_.accept(',');
    }
  }

  void edge(Event& event, const std::string& name) {
    event.edge = name == "rise" ? Event::Edge::rise : name == "fall" ? Event::Edge::fall : Event::Edge::cross;
    const Location where = cursor_.where();
    const std::string_view number = cursor_.value("a number or 'last'");
    if (same_name(number, "last")) {
      event.number = -1;
      return;
    }
    const double n = evaluate_constant(cursor_.source(), number);
    if (!(n >= 1 && n <= 1e9)) fail("crossings are numbered from 1, or 'last'", where);
    event.number = static_cast<int>(n);
  }

  Cursor& cursor_;
  MeasureCard out_;
};

}  // namespace

MeasureCard read_measure(Cursor& cursor) { return MeasureReader(cursor).run(); }

}  // namespace nullor::netlist

namespace nullor {

MeasureCard parse_measure(std::string_view text, const Location& where) {
  netlist::Cursor cursor(netlist::SourceText(text, where));
  return netlist::read_measure(cursor);
}

}  // namespace nullor
