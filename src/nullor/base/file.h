#pragma once
/// Whole files in and out. Output appears under its final name only when it is complete.

#include <span>
#include <string>
#include <string_view>

namespace nullor {

/// The bytes of a file. Throws InputError(input_output) when it cannot be read.
std::string read_file(const std::string& path);

/// Writes `bytes` to a temporary name in the folder of `path` and renames it, so that a reader sees the old
/// file or the whole new one. Missing folders are made. "-" is standard output. Throws
/// InputError(input_output).
void write_file(const std::string& path, std::string_view bytes);
/// The same of bytes that lie in pieces.
void write_file(const std::string& path, std::span<const std::string_view> pieces);

/// `folder`/`name` for a name that a netlist chose: it must be relative and stay below `folder`.
/// Throws InputError(input_output) for an absolute name, a drive, or a ".." component.
std::string path_below(const std::string& folder, const std::string& name);

/// The extension in lower case without its dot: "out.RAW" -> "raw"; empty when there is none.
std::string extension_of(std::string_view path);

}  // namespace nullor
