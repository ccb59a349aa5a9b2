#include "nullor/cli/named_values.h"

#include "nullor/base/error.h"
#include "nullor/base/si.h"

namespace nullor {

std::vector<std::pair<std::string, double>> named_values(const std::vector<std::string>& words,
                                                         const std::string& example) {
  std::vector<std::pair<std::string, double>> out;
  for (const std::string& word : words) {
    const auto equal = word.find('=');
    const auto value = equal == std::string::npos ? std::nullopt : parse_si(word.substr(equal + 1));
    if (!value || equal == 0) {
      throw InputError(ErrorKind::usage, "'" + word + "' is not NAME=VALUE", {}, "for example " + example);
    }
    out.emplace_back(word.substr(0, equal), *value);
  }
  return out;
}

}  // namespace nullor
