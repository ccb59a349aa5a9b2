#include "nullor/base/shared_files.h"

#include <filesystem>

namespace nullor {

std::string shared_file(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code status;
  const fs::path program = fs::read_symlink("/proc/self/exe", status);
  if (status) return {};
  const fs::path folder = program.parent_path();
  for (const fs::path& share :
       {folder / "../share/nullor", folder / "../../../share", folder / "../../share"}) {
    const fs::path file = share / name;
    if (fs::exists(file, status)) return file.lexically_normal().string();
  }
  return {};
}

}  // namespace nullor
