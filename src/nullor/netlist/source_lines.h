#pragma once
/// Logical lines of a deck: comments removed, continuation lines joined, includes and library sections in
/// place. Every character still knows its file, line and column.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/netlist/circuit.h"

namespace nullor::netlist {

struct LogicalLine {
  std::string_view text;  ///< views the file, or the joined text when there were continuation lines
  int file = 0;           ///< index into SourceLines::files
  int line = 0, column = 0;
  int joined = -1;          ///< index into SourceLines::joins, when made of several lines
  bool in_control = false;  ///< between .control and .endc
};

class SourceLines {
 public:
  /// Reads the main file (`text` when given, else the file at `path`) and all it includes.
  SourceLines(const std::string& path, const std::string* text, const ReadOptions& options);

  const std::string& title() const { return title_; }
  const std::vector<LogicalLine>& lines() const { return lines_; }
  Location locate(const LogicalLine& line, std::size_t offset) const;
  std::pair<int, int> line_column(const LogicalLine& line, std::size_t offset) const;

 private:
  struct Segment {
    std::size_t offset;  ///< in the joined text
    int line, column;
  };
  /// A file being read: which one, and which `.lib` section of it (empty: all of it).
  struct Frame {
    int file;
    std::string section;
  };
  struct Pending;
  enum class After { go_on, stop };

  int open(const std::string& path, const Location& where);
  int add_file(SourceFile file);
  std::string resolve(const std::string& name, int from_file) const;
  void read(const Frame& frame, bool is_main);
  void include(std::string_view rest, const LogicalLine& line, bool library);
  bool is_section_start(const LogicalLine& line) const;

  const ReadOptions& options_;
  std::string title_;
  std::deque<std::shared_ptr<const SourceFile>> files_;
  std::map<std::string, int> opened_;
  std::deque<std::string> arena_;
  std::vector<std::vector<Segment>> joins_;
  std::vector<LogicalLine> lines_;
  std::vector<Frame> stack_;
  std::size_t bytes_read_ = 0;
  int includes_ = 0;
  bool in_control_ = false;
  Location control_;  ///< of the open .control
};

/// A piece of text with its origin: a logical line, or a fixed place for text typed at run time.
struct SourceText {
  std::string_view text;
  const SourceLines* lines = nullptr;
  const LogicalLine* line = nullptr;
  Location fixed;  ///< used when there is no `line`

  SourceText(const SourceLines& source, const LogicalLine& from)
      : text(from.text), lines(&source), line(&from) {}
  SourceText(std::string_view typed, Location where) : text(typed), fixed(std::move(where)) {}

  /// Where `p`, a pointer into `text`, stands in its file.
  Location at(const char* p) const;
  /// Line and column of the same place.
  std::pair<int, int> line_column(const char* p) const;
};

}  // namespace nullor::netlist
