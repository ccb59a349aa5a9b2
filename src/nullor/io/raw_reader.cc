#include <algorithm>
#include <cctype>
#include <charconv>
#include <complex>
#include <cstring>
#include <limits>

#include "nullor/base/error.h"
#include "nullor/io/raw_file.h"
#include "nullor/io/raw_names.h"

namespace nullor {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The name ngspice gives the vector in memory.
std::string memory_name(std::string_view raw) {
  std::string name = lower(raw);
  if (name.ends_with("#branch")) return "i(" + name.substr(0, name.size() - 7) + ")";
  if (name.ends_with("-sweep)") && (name.starts_with("v(") || name.starts_with("i("))) {
    return name.substr(2, name.size() - 3);
  }
  return name;
}

class RawReader {
 public:
  RawReader(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  std::vector<Table> read() {
    std::vector<Table> tables;
    for (;;) {
      const auto begin = bytes_.find_first_not_of(kSpaces, at_);
      if (begin == std::string_view::npos) break;
      at_ = begin;
      tables.push_back(plot());
    }
    if (tables.empty()) fail("it holds no plot");
    return tables;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw InputError(ErrorKind::input_output, "'" + path_ + "' is not a readable raw file: " + why);
  }

  std::string_view line() {
    if (at_ >= bytes_.size()) fail("it ends inside a header");
    const auto end = std::min(bytes_.find('\n', at_), bytes_.size());
    std::string_view out = bytes_.substr(at_, end - at_);
    at_ = std::min(end + 1, bytes_.size());
    return out;
  }

  std::size_t count(std::string_view text) const {
    text = trim(text);
    std::size_t n = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (status != std::errc{} || end == text.data())
      fail("'" + std::string(text.substr(0, 40)) + "' is no count");
    return n;
  }

  Table plot() {
    Table table;
    std::size_t variables = 0, points = 0;
    bool is_complex = false, has_variables = false;
    for (;;) {
      const std::string_view text = line();
      const auto colon = text.find(':');
      if (colon == std::string_view::npos) {
        if (trim(text).empty()) continue;
        fail("expected a header line, got '" + printable(text) + "'");
      }
      const std::string key = lower(trim(text.substr(0, colon)));
      const std::string_view value = trim(text.substr(colon + 1));
      if (key == "title")
        table.title = value;
      else if (key == "plotname")
        table.plotname = value;
      else if (key == "flags")
        is_complex = flags(value);
      else if (key == "no. variables")
        variables = count(value);
      else if (key == "no. points")
        points = count(value);
      else if (key == "variables") {
        columns(table, variables, value);
        has_variables = true;
      } else if (key == "binary" || key == "values") {
        if (!has_variables) fail("the values come before the list of variables");
        allocate(table, points, is_complex, key == "binary");
        if (key == "binary")
          binary(table, points, is_complex);
        else
          ascii(table, points, is_complex);
        break;
      } else if (!is_known_extra(key)) {
        fail("unknown header line '" + printable(text) + "'");
      }
    }
    table.kind = kind_of_plotname(table.plotname);
    make_scale_real(table);
    return table;
  }

  static bool is_known_extra(const std::string& key) {
    constexpr std::string_view kExtra[] = {
        "date", "command", "option", "offset", "backannotation", "dimensions", "no. of data columns", "plot"};
    return std::find(std::begin(kExtra), std::end(kExtra), key) != std::end(kExtra);
  }

  static std::string printable(std::string_view text) {
    std::string out(text.substr(0, 40));
    for (char& c : out) {
      if (!std::isprint(static_cast<unsigned char>(c))) c = '?';
    }
    return out;
  }

  bool flags(std::string_view value) const {
    const std::string text = lower(value);
    if (text.find("unpadded") != std::string::npos) fail("unpadded plots are not supported");
    if (text.find("complex") != std::string::npos) return true;
    if (text.find("real") != std::string::npos) return false;
    fail("neither real nor complex");
  }

  // One line per variable: index, name, type, and options such as "grid=3". The first may share the line of
  // the key.
  void columns(Table& table, std::size_t variables, std::string_view first) {
    if (!table.columns.empty()) fail("two lists of variables");
    if (variables == 0) fail("a plot without variables");
    constexpr std::size_t kShortestLine = 4;  // "0 a\n"
    if (variables > (bytes_.size() - at_) / kShortestLine + 1)
      fail("more variables than the file has room for");
    table.columns.reserve(variables);
    while (table.columns.size() < variables) {
      std::string_view text = first.empty() ? line() : first;
      first = {};
      word(text);  // the index
      Column column;
      column.name = memory_name(word(text));
      column.quantity = quantity_of_raw_type(lower(word(text)));
      if (column.name.empty()) fail("a variable without a name");
      table.columns.push_back(std::move(column));
    }
  }

  static std::string_view word(std::string_view& text) {
    text = trim(text);
    const auto end = std::min(text.find_first_of(kSpaces), text.size());
    const std::string_view out = text.substr(0, end);
    text.remove_prefix(end);
    return out;
  }

  // Checks the promised size against the bytes left before any memory is taken.
  void allocate(Table& table, std::size_t points, bool is_complex, bool is_binary) const {
    const std::size_t left = bytes_.size() - at_;
    const std::size_t smallest = is_binary ? (is_complex ? 16 : 8) : 2;
    const std::size_t per_row = table.columns.size() * smallest;
    if (points > left / per_row) {
      fail("the header promises " + std::to_string(points) + " points, the file has room for " +
           std::to_string(left / per_row));
    }
    for (Column& column : table.columns) {
      if (is_complex)
        column.complex.resize(points);
      else
        column.real.resize(points);
    }
  }

  void binary(Table& table, std::size_t points, bool is_complex) {
    const auto next = [this] {
      double x;
      std::memcpy(&x, bytes_.data() + at_, sizeof x);
      at_ += sizeof x;
      return x;
    };
    for (std::size_t row = 0; row < points; ++row) {
      for (Column& column : table.columns) {
        const double re = next();
        if (is_complex)
          column.complex[row] = {re, next()};
        else
          column.real[row] = re;
      }
    }
  }

  double number() {
    at_ = std::min(bytes_.find_first_not_of(" \t\r\n+", at_), bytes_.size());
    double x = 0;
    const auto [end, status] = std::from_chars(bytes_.data() + at_, bytes_.data() + bytes_.size(), x);
    if (status == std::errc::invalid_argument)
      fail("a value is no number: '" + printable(bytes_.substr(at_)) + "'");
    at_ = static_cast<std::size_t>(end - bytes_.data());
    return x;
  }

  void ascii(Table& table, std::size_t points, bool is_complex) {
    for (std::size_t row = 0; row < points; ++row) {
      if (number() != static_cast<double>(row))
        fail("row " + std::to_string(row) + " is not where it should be");
      for (Column& column : table.columns) {
        const double re = number();
        if (!is_complex) {
          column.real[row] = re;
          continue;
        }
        const bool has_imaginary = at_ < bytes_.size() && bytes_[at_] == ',';
        if (has_imaginary) ++at_;
        column.complex[row] = {re, has_imaginary ? number() : 0.0};
      }
    }
  }

  static void make_scale_real(Table& table) {
    Column& scale = table.columns.front();
    if (!scale.is_complex() || scale.quantity != Quantity::frequency) return;
    scale.real.reserve(scale.complex.size());
    for (const auto& z : scale.complex) scale.real.push_back(z.real());
    scale.complex.clear();
  }

  std::string_view bytes_;
  const std::string& path_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Table> read_raw(std::string_view bytes, const std::string& path) {
  return RawReader(bytes, path).read();
}

}  // namespace nullor
