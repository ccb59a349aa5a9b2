#pragma once
/// The scripts and the style sheet of the result page, embedded at build time from the `.js` and `.css` files
/// beside.

#include <string_view>

namespace nullor {

extern const std::string_view kPageStyle, kPageScript;

}  // namespace nullor
