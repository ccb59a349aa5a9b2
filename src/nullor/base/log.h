#pragma once
/// Talk on standard error. Data never goes here and talk never goes to standard output.

#include <string_view>

namespace nullor {

enum class Verbosity : int { quiet, normal, verbose };

/// Set once by the command line.
void set_verbosity(Verbosity verbosity);
Verbosity verbosity();

void log_warning(std::string_view text);  ///< unless quiet
void log_note(std::string_view text);     ///< unless quiet
void log_detail(std::string_view text);   ///< when verbose

/// Whether standard error is a terminal that a person watches.
bool stderr_is_terminal();

}  // namespace nullor
