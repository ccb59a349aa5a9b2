#include "nullor/resistive/mention.h"

#include <algorithm>

namespace nullor::resistive {
namespace {

constexpr std::size_t kListed = 8;

template <class Item, class Text>
std::string list(const std::vector<Item>& items, const Text& text) {
  std::string out;
  for (std::size_t k = 0; k < std::min(items.size(), kListed); ++k) out += (k ? ", " : "") + text(items[k]);
  if (items.size() > kListed) out += " and " + std::to_string(items.size() - kListed) + " more";
  return out;
}

}  // namespace

std::string mention(const ResistiveNetwork& network, const std::vector<Element>& elements) {
  return list(elements, [&](const Element& element) {
    const ElementOrigin origin = network.describe(element.kind, element.index);
    const std::string where = origin.where.str();
    return "'" + origin.name + "'" + (where.empty() ? "" : " (" + where + ")");
  });
}

std::string mention_nodes(const ResistiveNetwork& network, const std::vector<int>& nodes) {
  return list(nodes, [&](int node) { return "'" + network.node_name(node) + "'"; });
}

}  // namespace nullor::resistive
