#pragma once
/// Errors that a person can act on: what went wrong, where in which file, and the next thing to try.

#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nullor {

/// The process exit code of each kind of failure; a contract of the command line (0 is success).
enum class ErrorKind : int {
  usage = 2,
  netlist = 3,
  model = 4,
  singular = 5,
  no_convergence = 6,
  input_output = 7,
  specification = 8,
};

/// The text of one input file, kept while anything may still want to quote it.
struct SourceFile {
  std::string path;
  std::string text;

  /// The line numbered from 1, without its line end; empty when there is no such line.
  std::string_view line(int number) const;
};

/// A place in an input file. `line` and `column` count from 1; 0 means unknown.
struct Location {
  std::shared_ptr<const SourceFile> file;
  int line = 0;
  int column = 0;

  /// "file:line:column", as much of it as is known.
  std::string str() const;
};

/// Bad input. Thrown anywhere, caught once in `cli` and translated once in the Python module.
class InputError : public std::runtime_error {
 public:
  InputError(ErrorKind kind, const std::string& what, Location where = {}, std::string hint = {});

  ErrorKind kind() const { return kind_; }
  const Location& where() const { return where_; }
  const std::string& hint() const { return hint_; }

  /// The whole message: place, what is wrong, the quoted line with a caret, and the hint.
  std::string render() const;

 private:
  ErrorKind kind_;
  Location where_;
  std::string hint_;
};

/// The candidate nearest to `name` by edit distance (case ignored, a swap of neighbours counts one), or an
/// empty string when none is near enough to be a likely slip of the hand.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// "did you mean 'x'?", or `otherwise` when nothing is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates,
                         std::string otherwise = {});

}  // namespace nullor
