#include "nullor/resistive/read_edge_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "nullor/base/file.h"
#include "nullor/base/si.h"

namespace nullor::resistive {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == ','; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Where elements stand in a text: by kind, the offset of each line's first character.
struct Places {
  std::shared_ptr<const SourceFile> file;
  std::array<std::vector<std::size_t>, 4> offsets;

  Location locate(std::size_t offset) const {
    const auto before = std::string_view(file->text).substr(0, offset);
    const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {file, static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(offset - line_start) + 1};
  }
  ElementOrigin origin(ElementKind kind, int index) const {
    const std::size_t offset = offsets[static_cast<std::size_t>(kind)][static_cast<std::size_t>(index)];
    const std::string_view rest = std::string_view(file->text).substr(offset);
    const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return is_blank(c) || c == '\n'; });
    ElementOrigin out{std::string(rest.begin(), end), locate(offset)};
    if (out.name.size() == 1) out.name += std::to_string(out.where.line);  // nameless: after its line
    for (char& c : out.name) c = lower(c);
    return out;
  }
};

class EdgeListReader {
 public:
  EdgeListReader(std::string text, const std::string& path) : places_(std::make_shared<Places>()) {
    places_->file = std::make_shared<const SourceFile>(SourceFile{path, std::move(text)});
    text_ = places_->file->text;
    net_.node_names = std::make_shared<NamePool>();
    net_.node_names->add("0");
  }

  ResistiveNetwork run() {
    while (at_ < text_.size()) {
      skip_blanks();
      if (!at_end()) line();
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      ++at_;
    }
    net_.node_count = net_.node_names->size();
    net_.origin = [places = places_](ElementKind kind, int index) { return places->origin(kind, index); };
    return std::move(net_);
  }

 private:
  [[noreturn]] void fail(const std::string& what, std::size_t offset, std::string hint = {}) const {
    throw InputError(ErrorKind::netlist, what, places_->locate(std::min(offset, text_.size())),
                     std::move(hint));
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  /// At the end of the line, comments aside.
  bool at_end() const {
    return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '#' || text_[at_] == '*';
  }
  std::string_view word(const char* what) {
    skip_blanks();
    if (at_end())
      fail(std::string("expected ") + what, at_,
           "R a b ohms, V p n volts, I p n amperes, D a c [vf ron roff]");
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '\n') ++at_;
    return text_.substr(begin, at_ - begin);
  }
  int node(const char* what) {
    const std::string_view name = word(what);
    if (name == "gnd" || name == "GND") return 0;
    return net_.node_names->add(name);
  }
  double number(const char* what) {
    const std::string_view text = word(what);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(value)) return value;
    if (error != std::errc::result_out_of_range) {
      if (const auto scaled = parse_si(text); scaled && std::isfinite(*scaled)) return *scaled;
    }
    fail("'" + std::string(text) + "' is no number: expected " + what, at_ - text.size());
  }

  void line() {
    const std::size_t start = at_;
    const char letter = lower(word("an element")[0]);
    constexpr std::string_view kLetters = "rvid";  // in the order of ElementKind
    const auto kind = kLetters.find(letter);
    if (kind == std::string_view::npos) {
      fail("'" + std::string(1, text_[start]) + "' is no element of a resistive network", start,
           "R, V, I and D are; a comment begins with #");
    }
    const int p = node("a node"), n = node("a second node");
    if (letter == 'd') {
      net_.add_diode(p, n, diode());
    } else {
      const std::size_t before = at_;
      const double value = number(letter == 'r' ? "a resistance" : letter == 'v' ? "a voltage" : "a current");
      if (letter == 'r') {
        if (!(value > 0))
          fail("a resistance must be above 0", before + 1, value == 0 ? "V p n 0 joins two nodes" : "");
        net_.add_resistor(p, n, value);
      } else {
        letter == 'v' ? net_.add_voltage_source(p, n, value) : net_.add_current_source(p, n, value);
      }
    }
    skip_blanks();
    if (!at_end()) fail("more on the line than the element takes", at_);
    places_->offsets[kind].push_back(start);
  }

  DiodeModel diode() {
    DiodeModel model;
    skip_blanks();
    if (at_end()) return model;
    if (const char c = lower(text_[at_]); c == 'i') {
      const std::size_t before = at_;
      std::string name(word("a model"));
      std::transform(name.begin(), name.end(), name.begin(), lower);
      if (name != "ideal") fail("'" + name + "' is no number and not 'ideal'", before);
      return model;
    }
    model.forward_drop = number("a forward drop");
    skip_blanks();
    if (!at_end()) model.on_resistance = number("an on resistance");
    skip_blanks();
    if (!at_end()) {
      const std::size_t before = at_;
      const double off = number("an off resistance");
      if (!(off > 0)) fail("an off resistance must be above 0", before);
      model.leakage = 1 / off;
    }
    return model;
  }

  std::shared_ptr<Places> places_;
  std::string_view text_;
  std::size_t at_ = 0;
  ResistiveNetwork net_;
};

}  // namespace

ResistiveNetwork read_edge_list_text(std::string text, const std::string& path) {
  return EdgeListReader(std::move(text), path).run();
}

ResistiveNetwork read_edge_list(const std::string& path) {
  return read_edge_list_text(read_file(path), path);
}

}  // namespace nullor::resistive
