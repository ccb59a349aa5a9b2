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
  for (int k = 0; k < size(); ++k) {
    if (number_of((*this)[k]) < 0) slots_[slot((*this)[k])] = k + 1;
  }
}

int NamePool::number_of(std::string_view name) {
  if (name.empty() || name.size() > 7 || (name[0] == '0' && name.size() > 1)) return -1;
  int value = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return -1;
    value = 10 * value + (c - '0');
  }
  return value < kNumbers ? value : -1;
}

int NamePool::append(std::string_view name) {
  characters_ += name;
  ends_.push_back(characters_.size());
  return size();
}

int NamePool::find(std::string_view name) const {
  if (const int number = number_of(name); number >= 0) {
    const auto k = static_cast<std::size_t>(number);
    return k < numbers_.size() ? numbers_[k] - 1 : -1;
  }
  return slots_.empty() ? -1 : slots_[slot(name)] - 1;
}

int NamePool::add(std::string_view name) {
  if (const int number = number_of(name); number >= 0) {
    const auto k = static_cast<std::size_t>(number);
    if (k >= numbers_.size()) numbers_.resize(std::max(k + 1, std::min<std::size_t>(2 * k, kNumbers)));
    if (numbers_[k] == 0) numbers_[k] = append(name);
    return numbers_[k] - 1;
  }
  if (2 * (static_cast<std::size_t>(hashed_) + 1) > slots_.size()) grow();
  std::int32_t& entry = slots_[slot(name)];
  if (entry == 0) {
    entry = append(name);
    ++hashed_;
  }
  return entry - 1;
}

}  // namespace nullor::resistive
