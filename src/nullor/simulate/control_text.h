#pragma once
/// The text side of the control language: words, lists of expressions, `$` substitution.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nullor {

/// Words at blanks; "..." and '...' keep theirs together and lose the quotes; ( and ) of a list are words of
/// their own when `split_parentheses`.
std::vector<std::string> control_words(std::string_view text, bool split_parentheses = false);

/// "name", "name = value", "name = ( a b c )", several in one line: the names and the words each is set to.
std::vector<std::pair<std::string, std::vector<std::string>>> control_settings(std::string_view text);

/// Splits "v(a) v(b)-v(c) 2 * x" into its expressions: a blank separates unless an operator or a parenthesis
/// joins its sides.
std::vector<std::string> split_expressions(std::string_view text);

/// Replaces $name, {$name} by `variable(name)` and $&name by `vector(name)`. "$$" is one dollar sign.
std::string substitute(std::string_view text, const std::function<std::string(const std::string&)>& variable,
                       const std::function<std::string(const std::string&)>& vector);

/// Spells the word operators of conditions as parse_expression knows them: eq ne gt lt ge le and or not <> =
/// & | ~.
std::string normalize_condition(std::string_view text);

/// Without blanks at the ends.
std::string_view trimmed(std::string_view text);
std::string lowered(std::string_view text);

}  // namespace nullor
