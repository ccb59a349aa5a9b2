#pragma once
/// Inflates xz bytes no further than wanted.

#include <cstddef>
#include <string>
#include <string_view>

namespace nullor {

bool is_xz(std::string_view bytes);

/// The first `limit` bytes of what `bytes` hold, or all when that is less; streams that follow one another
/// are one. The dictionary may take 256 MiB. Throws InputError(input_output) naming `name` and the offset for
/// damaged or cut bytes.
std::string unxz(std::string_view bytes, std::size_t limit, const std::string& name);

}  // namespace nullor
