#include "nullor/cli/write_tables.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/io/json_tables.h"
#include "nullor/io/npy_file.h"
#include "nullor/io/raw_file.h"
#include "nullor/io/text_tables.h"

namespace nullor {

const std::vector<std::string>& table_formats() {
  static const std::vector<std::string> names = {"raw", "ascii", "csv", "npy", "json"};
  return names;
}

std::vector<std::string> write_tables(std::span<const Table> tables, const std::string& path,
                                      std::string format) {
  if (format.empty()) format = extension_of(path);
  if (format.empty()) format = "raw";
  const auto& known = table_formats();
  if (std::find(known.begin(), known.end(), format) == known.end()) {
    throw InputError(ErrorKind::usage, "no format '" + format + "' for '" + path + "'", {},
                     "--format raw, ascii, csv, npy or json");
  }
  if (format == "raw" || format == "ascii") {
    write_file(path, write_raw(tables, format == "raw" ? RawFormat::binary : RawFormat::ascii));
    return {path};
  }
  if (format == "json") {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Table& table : tables) all.push_back(to_json(table));
    write_file(path, all.dump() + "\n");
    return {path};
  }
  std::vector<std::string> names;
  std::map<std::string, int> count;
  for (const Table& table : tables) {
    std::filesystem::path name(path);
    if (tables.size() > 1 && path != "-") {
      const std::string number = table.kind + std::to_string(++count[table.kind]);
      name.replace_filename(name.stem().string() + "." + number + name.extension().string());
    }
    write_file(name.string(), format == "csv" ? write_csv(table) : write_npy(table));
    names.push_back(name.string());
  }
  return names;
}

}  // namespace nullor
