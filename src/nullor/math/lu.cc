#include "nullor/math/lu.h"

#include <klu.h>

#include <stdexcept>
#include <type_traits>
#include <vector>

#include "nullor/math/operation_list_lu.h"

namespace nullor {
namespace {

template <class T>
class KluLu final : public SparseLu<T> {
  static constexpr bool kReal = std::is_same_v<T, double>;

 public:
  KluLu(const SparsePattern& pattern, const typename SparseLu<T>::Options& options)
      : pattern_(pattern), options_(options) {
    klu_defaults(&common_);
    common_.tol = options.pivot_tolerance;
    symbolic_ = klu_analyze(pattern_.n, pattern_.column_start.data(), pattern_.row.data(), &common_);
    if (!symbolic_) structurally_singular_ = true;
  }
  KluLu(const KluLu&) = delete;
  KluLu& operator=(const KluLu&) = delete;
  ~KluLu() override {
    release();
    if (symbolic_) klu_free_symbolic(&symbolic_, &common_);
  }

  bool factor(const T* values) override {
    if (structurally_singular_) return false;
    if (numeric_ && refactor(values)) return true;
    release();
    common_.halt_if_singular = 1;
    if constexpr (kReal) {
      numeric_ = klu_factor(columns(), rows(), data(values), symbolic_, &common_);
    } else {
      numeric_ = klu_z_factor(columns(), rows(), data(values), symbolic_, &common_);
    }
    singular_ = common_.status == KLU_SINGULAR ? common_.singular_col : -1;
    if (!numeric_ || common_.status != KLU_OK) {
      release();
      return false;
    }
    return true;
  }

  void solve(T* b) const override {
    if constexpr (kReal) {
      klu_solve(symbolic_, numeric_, pattern_.n, 1, b, &common_);
    } else {
      klu_z_solve(symbolic_, numeric_, pattern_.n, 1, reinterpret_cast<double*>(b), &common_);
    }
  }

  void solve_transposed(T* b) const override {
    if constexpr (kReal) {
      klu_tsolve(symbolic_, numeric_, pattern_.n, 1, b, &common_);
    } else {
      klu_z_tsolve(symbolic_, numeric_, pattern_.n, 1, reinterpret_cast<double*>(b), 0, &common_);
    }
  }

  int singular_column() const override { return singular_; }
  long fill() const override {
    return numeric_ ? static_cast<long>(numeric_->lnz) + static_cast<long>(numeric_->unz) : 0;
  }

 private:
  bool refactor(const T* values) {
    int ok = 0;
    if constexpr (kReal) {
      ok = klu_refactor(columns(), rows(), data(values), symbolic_, numeric_, &common_);
      if (ok && common_.status == KLU_OK) ok = klu_rcond(symbolic_, numeric_, &common_);
    } else {
      ok = klu_z_refactor(columns(), rows(), data(values), symbolic_, numeric_, &common_);
      if (ok && common_.status == KLU_OK) ok = klu_z_rcond(symbolic_, numeric_, &common_);
    }
    // The cheap reciprocal condition (smallest over largest pivot) detects a lost pivot, not a bad matrix.
    return ok && common_.status == KLU_OK && common_.rcond > 1e-20;
  }
  void release() {
    if (!numeric_) return;
    if constexpr (kReal) {
      klu_free_numeric(&numeric_, &common_);
    } else {
      klu_z_free_numeric(&numeric_, &common_);
    }
    numeric_ = nullptr;
  }
  // KLU's interface is not const-correct; it does not write to these.
  int* columns() { return pattern_.column_start.data(); }
  int* rows() { return pattern_.row.data(); }
  static double* data(const T* values) { return reinterpret_cast<double*>(const_cast<T*>(values)); }

  SparsePattern pattern_;
  typename SparseLu<T>::Options options_;
  mutable klu_common common_;
  klu_symbolic* symbolic_ = nullptr;
  klu_numeric* numeric_ = nullptr;
  bool structurally_singular_ = false;
  int singular_ = -1;
};

}  // namespace

template <class T>
std::unique_ptr<SparseLu<T>> SparseLu<T>::create(const SparsePattern& pattern, const Options& options) {
  if (pattern.n <= options.largest_operation_list)
    return std::make_unique<OperationListLu<T>>(pattern, options);
  return std::make_unique<KluLu<T>>(pattern, options);
}

template class SparseLu<double>;
template class SparseLu<std::complex<double>>;

}  // namespace nullor
