#include "nullor/netlist/control_blocks.h"

#include "nullor/netlist/cursor.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

constexpr int kMaxDepth = 100;

class ControlReader {
 public:
  explicit ControlReader(const SourceLines& source) : source_(source) {}

  std::vector<ControlCommand> run() {
    for (const LogicalLine& line : source_.lines()) {
      if (!line.in_control) continue;
      if (line.text[0] == '.') {
        directive(line);
        continue;
      }
      lines_.push_back(&line);
    }
    std::vector<ControlCommand> out = block(nullptr);
    if (next_ < lines_.size()) {
      const std::string word = verb(*lines_[next_]);
      fail(in_quotes(word) + " without " + (word == "else" ? "if" : "a loop or an if"), at(*lines_[next_]));
    }
    return out;
  }

 private:
  Location at(const LogicalLine& line) const { return source_.locate(line, 0); }

  static std::string verb(const LogicalLine& line) {
    std::size_t end = 0;
    while (end < line.text.size() && !is_blank(line.text[end])) ++end;
    return lower(line.text.substr(0, end));
  }

  void directive(const LogicalLine& line) const {
    const std::string word = verb(line);
    // .options is read with the deck's own.
    if (word == ".control" || word == ".option" || word == ".options") return;
    fail("a .control block holds commands, not " + in_quotes(word), at(line),
         "write it before .control, or without the dot");
  }

  /// Commands up to an `end` or `else`, which stays for the caller.
  std::vector<ControlCommand> block(const ControlCommand* opener) {
    if (++depth_ > kMaxDepth) fail("loops are nested too deeply", opener->where);
    std::vector<ControlCommand> out;
    for (; next_ < lines_.size(); ++next_) {
      const LogicalLine& line = *lines_[next_];
      ControlCommand command;
      command.verb = verb(line);
      command.where = at(line);
      if (command.verb == "end" || command.verb == "else") break;
      command.rest = std::string(trim(line.text.substr(command.verb.size())));
      if (opens(command.verb)) {
        ++next_;
        command.body = block(&command);
        if (next_ < lines_.size() && verb(*lines_[next_]) == "else") {
          if (command.verb != "if") fail("else without if", at(*lines_[next_]));
          ++next_;
          command.otherwise = block(&command);
        }
        if (next_ == lines_.size() || verb(*lines_[next_]) != "end") {
          fail("this " + in_quotes(command.verb) + " has no end", command.where);
        }
      }
      out.push_back(std::move(command));
    }
    --depth_;
    return out;
  }

  static bool opens(std::string_view verb) {
    return verb == "foreach" || verb == "while" || verb == "dowhile" || verb == "repeat" || verb == "if";
  }

  const SourceLines& source_;
  std::vector<const LogicalLine*> lines_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace

std::vector<ControlCommand> read_control_blocks(const SourceLines& source) {
  return ControlReader(source).run();
}

}  // namespace nullor::netlist
