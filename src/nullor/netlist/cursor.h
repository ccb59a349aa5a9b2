#pragma once
/// A reading position in one logical line, with the few token shapes that SPICE lines are made of.

#include <string>
#include <string_view>

#include "nullor/netlist/source_lines.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {

class Cursor {
 public:
  explicit Cursor(SourceText source, std::size_t position = 0)
      : source_(std::move(source)), position_(position) {}

  /// Skips blanks; true when nothing is left.
  bool at_end();
  /// The next character after blanks, or 0.
  char peek();
  /// Takes `c` when it comes next.
  bool accept(char c);
  /// Skips blanks, commas and parentheses: what may stand between nodes and coefficients.
  void skip_separators();

  /// A run of characters up to a blank or one of , ( ) = ' " { }; may be empty. Node and element names are
  /// words.
  std::string_view word();
  /// The word that comes next, not taken.
  std::string_view peek_word();
  /// A number or an expression: quoted, in braces, or bare up to a blank, comma or parenthesis of an outer
  /// level. The delimiters are included. Fails when nothing is there or a delimiter has no pair.
  std::string_view value(const char* what);
  /// Up to the end of the line.
  std::string_view rest();
  /// A file name, quoted or not, without its quotes; empty at the end of the line.
  std::string_view file_name();
  /// Text inside the pair that opens here, '(' or '{' or a quote, without the delimiters.
  std::string_view enclosed();

  /// True when a word followed by a single '=' comes next.
  bool at_assignment();

  const char* here() const { return source_.text.data() + position_; }
  const char* last() const { return last_; }  ///< start of the piece taken last
  Location where() {
    at_end();
    return source_.at(here());
  }
  Location where(std::string_view piece) const { return source_.at(piece.data()); }
  const SourceText& source() const { return source_; }
  std::size_t position() const { return position_; }
  void seek(std::size_t position) { position_ = position; }

  /// Throws with the place of the next token.
  [[noreturn]] void fail(const std::string& what, std::string hint = {});

 private:
  SourceText source_;
  std::size_t position_;
  const char* last_ = nullptr;
};

/// The text of a value without its quotes or braces, when one pair encloses all of it.
std::string_view without_delimiters(std::string_view value);

}  // namespace nullor::netlist
