#include "nullor/resistive/name_pool.h"

#include <algorithm>
#include <functional>

namespace nullor::resistive {

std::string_view NamePool::operator[](int index) const {
  const auto k = static_cast<std::size_t>(index);
  const std::size_t begin = k == 0 ? 0 : ends_[k - 1];
  return std::string_view(characters_).substr(begin, ends_[k] - begin);
}

std::size_t NamePool::slot(std::string_view name) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = std::hash<std::string_view>{}(name)&mask;
  while (slots_[at] != 0 && (*this)[slots_[at] - 1] != name) at = (at + 1) & mask;
  return at;
}

void NamePool::grow() {
  slots_.assign(std::max<std::size_t>(16, 2 * slots_.size()), 0);
  for (int k = 0; k < size(); ++k) slots_[slot((*this)[k])] = k + 1;
}

int NamePool::find(std::string_view name) const { return slots_.empty() ? -1 : slots_[slot(name)] - 1; }

int NamePool::add(std::string_view name) {
  if (2 * (ends_.size() + 1) > slots_.size()) grow();
  std::int32_t& entry = slots_[slot(name)];
  if (entry == 0) {
    characters_ += name;
    ends_.push_back(characters_.size());
    entry = size();
  }
  return entry - 1;
}

}  // namespace nullor::resistive
