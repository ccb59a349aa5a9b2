#pragma once
/// Inflates gzip bytes no further than wanted.

#include <cstddef>
#include <string>
#include <string_view>

namespace nullor {

bool is_gzip(std::string_view bytes);

/// The first `limit` bytes of what `bytes` hold, or all when that is less; members that follow one another
/// are one stream. Throws InputError(input_output) naming `name` and the offset for damaged or cut bytes.
std::string gunzip(std::string_view bytes, std::size_t limit, const std::string& name);

}  // namespace nullor
