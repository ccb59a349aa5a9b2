#include "nullor/netlist/source_lines.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "nullor/netlist/cursor.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

constexpr std::size_t kMaxDepth = 60;
constexpr int kMaxIncludes = 20000;
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

/// Length of `text` up to its comment. Quoted text is skipped; in `.control` blocks `$` starts variables.
std::size_t length_without_comment(std::string_view text, bool in_control, bool names_file) {
  // Nearly all lines of a large library: nothing in them could begin one.
  if (text.find(';') == std::string_view::npos && text.find('$') == std::string_view::npos &&
      text.find("//") == std::string_view::npos) {
    return text.size();
  }
  char quote = 0;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const char c = text[k];
    if (quote) {
      if (c == quote) quote = 0;
      continue;
    }
    const bool after_blank = k == 0 || is_blank(text[k - 1]) || text[k - 1] == ',';
    const bool before_blank = k + 1 == text.size() || is_blank(text[k + 1]);
    if (c == '"' || (c == '\'' && !in_control)) {
      // A quote without its pair is ordinary text and hides no comment.
      if (text.find(c, k + 1) != std::string_view::npos) quote = c;
    } else if (c == ';') {
      return k;
    } else if (c == '/' && k + 1 < text.size() && text[k + 1] == '/' && !in_control &&
               (!names_file || after_blank)) {
      return k;
    } else if (c == '$' && (before_blank || (after_blank && !in_control))) {
      return k;
    }
  }
  return text.size();
}

bool starts_with_directive(std::string_view text, std::string_view name) {
  return text.size() >= name.size() && same_name(text.substr(0, name.size()), name) &&
         (text.size() == name.size() || !is_letter(text[name.size()]));
}

bool names_file(std::string_view text) {
  if (text.empty() || text[0] != '.') return false;
  return starts_with_directive(text, ".include") || starts_with_directive(text, ".inc") ||
         starts_with_directive(text, ".lib");
}

}  // namespace

std::pair<int, int> SourceLines::line_column(const LogicalLine& line, std::size_t offset) const {
  std::pair<int, int> out{line.line, line.column + static_cast<int>(offset)};
  if (line.joined < 0) return out;
  const std::vector<Segment>& segments = joins_[static_cast<std::size_t>(line.joined)];
  const auto after = std::upper_bound(segments.begin(), segments.end(), offset,
                                      [](std::size_t at, const Segment& s) { return at < s.offset; });
  if (after == segments.begin()) return out;
  const Segment& segment = *std::prev(after);
  return {segment.line, segment.column + static_cast<int>(offset - segment.offset)};
}

Location SourceLines::locate(const LogicalLine& line, std::size_t offset) const {
  const auto [number, column] = line_column(line, offset);
  return {files_[static_cast<std::size_t>(line.file)], number, column};
}

std::pair<int, int> SourceText::line_column(const char* p) const {
  const std::size_t offset = static_cast<std::size_t>(p - text.data());
  if (line) return lines->line_column(*line, offset);
  return {fixed.line, fixed.column > 0 ? fixed.column + static_cast<int>(offset) : 0};
}

Location SourceText::at(const char* p) const {
  const auto [number, column] = line_column(p);
  return line ? lines->locate(*line, static_cast<std::size_t>(p - text.data()))
              : Location{fixed.file, number, column};
}

SourceLines::SourceLines(const std::string& path, const std::string* text, const ReadOptions& options)
    : options_(options) {
  const int main = text ? add_file({path, *text}) : open(path, {});
  read({main, {}}, true);
  if (in_control_) fail("this .control block has no .endc", control_);
}

int SourceLines::add_file(SourceFile file) {
  bytes_read_ += file.text.size();
  files_.push_back(std::make_shared<const SourceFile>(std::move(file)));
  return static_cast<int>(files_.size()) - 1;
}

int SourceLines::open(const std::string& path, const Location& where) {
  if (const auto found = opened_.find(path); found != opened_.end()) return found->second;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error || !std::filesystem::exists(status)) {
    throw InputError(ErrorKind::input_output, "there is no file " + path_in_quotes(path), where);
  }
  // A directory, a device or a pipe is never a netlist, and reading one may never end.
  if (!std::filesystem::is_regular_file(status)) {
    throw InputError(ErrorKind::input_output, path_in_quotes(path) + " is not a regular file", where);
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kMaxBytes - std::min(kMaxBytes, bytes_read_)) {
    throw InputError(ErrorKind::input_output,
                     path_in_quotes(path) + " is too large: a netlist may have 1 GiB in all", where);
  }
  std::ifstream in(path, std::ios::binary);
  SourceFile file{path, std::string(size, '\0')};
  in.read(file.text.data(), static_cast<std::streamsize>(size));
  if (!in) throw InputError(ErrorKind::input_output, "cannot read " + path_in_quotes(path), where);
  const int index = add_file(std::move(file));
  opened_.emplace(path, index);
  return index;
}

std::string SourceLines::resolve(const std::string& name, int from_file) const {
  namespace fs = std::filesystem;
  const fs::path given(name);
  if (given.is_absolute()) return name;
  std::error_code error;
  const fs::path beside = fs::path(files_[static_cast<std::size_t>(from_file)]->path).parent_path() / given;
  if (fs::exists(beside, error)) return beside.string();
  for (const std::string& folder : options_.include_paths) {
    if (const fs::path candidate = fs::path(folder) / given; fs::exists(candidate, error))
      return candidate.string();
  }
  return fs::exists(given, error) ? name : beside.string();
}

/// A logical line that may still be continued.
struct SourceLines::Pending {
  bool active = false;
  LogicalLine line;
  std::string text;  // used once there is a second segment
  std::vector<Segment> segments;

  void start(std::string_view physical, int file, int number, int column) {
    active = true;
    line = {physical, file, number, column, -1, false};
    segments.clear();
  }
  void append(std::string_view physical, int number, int column) {
    if (segments.empty()) {
      text = line.text;
      segments.push_back({0, line.line, line.column});
    }
    text += ' ';
    segments.push_back({text.size(), number, column});
    text += physical;
  }
};

void SourceLines::read(const Frame& frame, bool is_main) {
  stack_.push_back(frame);
  const std::shared_ptr<const SourceFile> file = files_[static_cast<std::size_t>(frame.file)];
  const std::string_view whole = file->text;
  const bool wants_section = !frame.section.empty();
  bool inside = !wants_section, found = false, ended = false;
  std::string open_section;  // the `.lib name` we are in, wanted or not
  std::vector<std::string> sections;
  Location open_where;
  Pending pending;

  const auto finish = [&] {
    if (!pending.active) return;
    pending.active = false;
    LogicalLine line = pending.line;
    const auto place = [&] { return Location{file, line.line, line.column}; };
    const std::string_view first = pending.segments.empty() ? line.text : std::string_view(pending.text);
    if (first[0] == '.' && starts_with_directive(first, ".endl")) {
      if (open_section.empty()) fail(".endl without .lib", place());
      open_section.clear();
      inside = !wants_section;
      return;
    }
    const bool is_lib = first[0] == '.' && starts_with_directive(first, ".lib");
    bool section_start = false;
    if (is_lib) {
      Cursor cursor(SourceText(first, place()), 4);
      const std::string_view name = cursor.file_name();
      section_start = !name.empty() && cursor.at_end();
      if (section_start) {
        if (!open_section.empty()) {
          fail("this .lib section starts inside section " + in_quotes(open_section), place(),
               "end that one with .endl");
        }
        open_section = lower(name);
        open_where = place();
        sections.push_back(open_section);
        inside = wants_section && open_section == frame.section;
        found = found || inside;
        return;
      }
    }
    if (!inside) return;
    if (!pending.segments.empty()) {
      arena_.push_back(std::move(pending.text));
      joins_.push_back(pending.segments);
      line.text = arena_.back();
      line.joined = static_cast<int>(joins_.size()) - 1;
    }
    if (line.text[0] == '.') {
      if (is_lib) return include(line.text.substr(4), line, true);
      if (starts_with_directive(line.text, ".include")) return include(line.text.substr(8), line, false);
      if (starts_with_directive(line.text, ".incl")) return include(line.text.substr(5), line, false);
      if (starts_with_directive(line.text, ".inc")) return include(line.text.substr(4), line, false);
      if (starts_with_directive(line.text, ".end")) {
        ended = true;
        return;
      }
      if (starts_with_directive(line.text, ".control")) {
        if (in_control_) fail(".control inside .control", place(), "end the first block with .endc");
        in_control_ = true;
        control_ = place();
      } else if (starts_with_directive(line.text, ".endc")) {
        if (!in_control_) fail(".endc without .control", place());
        in_control_ = false;
      }
    }
    line.in_control = in_control_;
    lines_.push_back(line);
  };

  if (is_main) lines_.reserve(static_cast<std::size_t>(std::count(whole.begin(), whole.end(), '\n')) + 1);
  std::size_t position = 0;
  for (int number = 1; position < whole.size() && !ended; ++number) {
    std::size_t end = whole.find('\n', position);
    if (end == std::string_view::npos) end = whole.size();
    std::string_view physical = whole.substr(position, end - position);
    position = end + 1;
    if (number == 1 && is_main) {
      title_ = trim(physical);
      continue;
    }
    std::size_t begin = 0;
    while (begin < physical.size() && is_blank(physical[begin])) ++begin;
    if (begin == physical.size()) continue;
    const char first = physical[begin];
    if (first == '*' || first == '#' || first == '$') continue;
    physical.remove_prefix(begin);
    if (first != '+') {
      finish();
      if (ended) break;
    }
    physical = physical.substr(0, length_without_comment(physical, in_control_, names_file(physical)));
    while (!physical.empty() && is_blank(physical.back())) physical.remove_suffix(1);
    if (physical.empty()) continue;
    const int column = static_cast<int>(begin) + 1;
    if (first != '+') {
      pending.start(physical, frame.file, number, column);
    } else if (pending.active) {
      pending.append(physical.substr(1), number, column + 1);
    } else {
      fail("this line continues nothing: '+' follows no line", {file, number, column});
    }
  }
  finish();
  if (!open_section.empty()) fail("library section " + in_quotes(open_section) + " has no .endl", open_where);
  stack_.pop_back();
  if (wants_section && !found) {
    std::string list;
    for (const std::string& name : sections) list += (list.empty() ? "" : ", ") + name;
    throw InputError(
        ErrorKind::netlist,
        "library " + path_in_quotes(file->path) + " has no section " + in_quotes(frame.section), {},
        did_you_mean(frame.section, sections,
                     list.empty() ? "it has no .lib ... .endl sections at all" : "it has: " + list));
  }
}

void SourceLines::include(std::string_view, const LogicalLine& line, bool library) {
  const SourceText source(*this, line);
  Cursor cursor(source, 1);
  const std::string directive = "." + lower(cursor.word());
  const std::string name(cursor.file_name());
  if (name.empty()) cursor.fail(directive + " expects a file name");
  const Location where = source.at(cursor.last());
  std::string section;
  if (library) section = lower(cursor.file_name());
  if (!cursor.at_end())
    cursor.fail(directive + " has more words than expected", "quote a file name with blanks");
  if (!options_.allow_includes) fail(directive + " is not allowed here", where);
  if (++includes_ > kMaxIncludes) fail("more than " + std::to_string(kMaxIncludes) + " includes", where);
  if (bytes_read_ > kMaxBytes) fail("the deck and its includes are larger than 1 GiB", where);
  const int file = open(resolve(name, line.file), where);
  bytes_read_ +=
      files_[static_cast<std::size_t>(file)]->text.size();  // a file counts each time it is included
  for (const Frame& frame : stack_) {
    if (frame.file == file && frame.section == section) {
      fail("this file includes itself: " + path_in_quotes(files_[static_cast<std::size_t>(file)]->path),
           where);
    }
  }
  if (stack_.size() >= kMaxDepth) fail("includes are nested deeper than " + std::to_string(kMaxDepth), where);
  try {
    read({file, section}, false);
  } catch (const InputError& error) {
    // A missing section is reported where it was asked for.
    if (error.where().file) throw;
    throw InputError(error.kind(), error.what(), where, error.hint());
  }
}

}  // namespace nullor::netlist
