#include "nullor/base/file.h"

#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <system_error>

#include "nullor/base/error.h"

namespace nullor {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path, const std::string& why,
                       std::string hint = {}) {
  throw InputError(ErrorKind::input_output, what + " '" + path + "': " + why, {}, std::move(hint));
}

// Unique among the processes and threads that write to the same folder.
std::string temporary_name(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  static const unsigned process = std::random_device{}();
  return target.string() + ".tmp" + std::to_string(process) + "-" + std::to_string(counter++);
}

}  // namespace

std::string read_file(const std::string& path) {
  std::error_code status;
  if (fs::is_directory(path, status)) fail("cannot read", path, "it is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read", path, std::strerror(errno));
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) fail("cannot read", path, "the read failed part way");
  return bytes;
}

void write_file(const std::string& path, std::string_view bytes) {
  write_file(path, std::span<const std::string_view>(&bytes, 1));
}

void write_file(const std::string& path, std::span<const std::string_view> pieces) {
  if (path == "-") {
    for (const std::string_view bytes : pieces) std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    std::fflush(stdout);
    return;
  }
  const fs::path target(path);
  std::error_code status;
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), status);
  // A device such as /dev/null cannot be replaced by a rename.
  const bool in_place = fs::exists(target, status) && !fs::is_regular_file(target, status);
  const std::string name = in_place ? path : temporary_name(target);
  {
    std::ofstream out(name, std::ios::binary | std::ios::trunc);
    if (!out)
      fail("cannot write", path, std::strerror(errno), "does the folder exist and may you write to it?");
    for (const std::string_view bytes : pieces)
      out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) {
      if (!in_place) fs::remove(name, status);
      fail("cannot write", path, "the write failed part way", "is the disk full?");
    }
  }
  if (in_place) return;
  fs::rename(name, target, status);
  if (status) {
    const std::string why = status.message();
    fs::remove(name, status);
    fail("cannot write", path, why);
  }
}

std::string path_below(const std::string& folder, const std::string& name) {
  const fs::path relative(name);
  const auto refuse = [&](const std::string& why) {
    fail("refusing to write", name, why, "output names in a netlist are relative to --out");
  };
  if (name.empty()) refuse("the name is empty");
  if (relative.is_absolute() || relative.has_root_name()) refuse("it is an absolute path");
  for (const fs::path& part : relative) {
    if (part == "..") refuse("it leaves the output folder");
  }
  if (!relative.has_filename() || relative.filename() == ".") refuse("it names a folder");
  return (fs::path(folder.empty() ? "." : folder) / relative).string();
}

std::string extension_of(std::string_view path) {
  std::string out = fs::path(path).extension().string();
  if (!out.empty()) out.erase(0, 1);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace nullor
