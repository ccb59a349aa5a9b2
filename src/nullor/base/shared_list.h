#pragma once
/// A list whose copies share their elements until one of them grows. Model cards of a foundry fill a hundred
/// megabytes, and a circuit is copied for every engine that simulates it.

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace nullor {

/// Reading is free of cost and safe from any thread; push_back() of a list that others share copies it first.
template <class T>
class SharedList {
 public:
  std::size_t size() const { return items_->size(); }
  bool empty() const { return items_->empty(); }
  const T& operator[](std::size_t k) const { return (*items_)[k]; }
  /// Throws std::out_of_range.
  const T& at(std::size_t k) const { return items_->at(k); }
  auto begin() const { return items_->cbegin(); }
  auto end() const { return items_->cend(); }

  void push_back(T item) {
    if (items_.use_count() > 1) items_ = std::make_shared<std::vector<T>>(*items_);
    items_->push_back(std::move(item));
  }

 private:
  std::shared_ptr<std::vector<T>> items_ = std::make_shared<std::vector<T>>();
};

}  // namespace nullor
