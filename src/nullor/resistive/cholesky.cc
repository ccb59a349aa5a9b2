#include "nullor/resistive/cholesky.h"

#include <cholmod.h>

#include <algorithm>

namespace nullor::resistive {
namespace {

class Cholesky final : public LinearSolver {
 public:
  explicit Cholesky(double most_operations) : most_operations_(most_operations) {
    cholmod_start(&common_);
    common_.print = 0;
  }
  ~Cholesky() override {
    cholmod_free_factor(&factor_, &common_);
    cholmod_free_dense(&solution_, &common_);
    cholmod_free_dense(&work_, &common_);
    cholmod_free_dense(&more_work_, &common_);
    cholmod_finish(&common_);
  }
  Cholesky(const Cholesky&) = delete;
  Cholesky& operator=(const Cholesky&) = delete;

  bool factor(const SymmetricMatrix& matrix) override {
    cholmod_sparse a{};
    a.nrow = a.ncol = static_cast<std::size_t>(matrix.size());
    a.nzmax = matrix.rows.size();
    // CHOLMOD reads these and does not write them.
    a.p = const_cast<int*>(matrix.starts.data());
    a.i = const_cast<int*>(matrix.rows.data());
    a.x = const_cast<double*>(matrix.values.data());
    a.stype = -1;
    a.itype = CHOLMOD_INT;
    a.xtype = CHOLMOD_REAL;
    a.dtype = CHOLMOD_DOUBLE;
    a.sorted = a.packed = 1;
    if (!factor_) factor_ = cholmod_analyze(&a, &common_);
    if (!factor_ || common_.status < CHOLMOD_OK || common_.fl > most_operations_) return false;
    cholmod_factorize(&a, factor_, &common_);
    return common_.status >= CHOLMOD_OK && factor_->minor == factor_->n;
  }

  bool solve(const std::vector<double>& b, std::vector<double>& x, double) override {
    cholmod_dense right{};
    right.nrow = right.nzmax = right.d = b.size();
    right.ncol = 1;
    right.x = const_cast<double*>(b.data());
    right.xtype = CHOLMOD_REAL;
    right.dtype = CHOLMOD_DOUBLE;
    if (!cholmod_solve2(CHOLMOD_A, factor_, &right, nullptr, &solution_, nullptr, &work_, &more_work_,
                        &common_)) {
      return false;
    }
    const double* values = static_cast<const double*>(solution_->x);
    x.assign(values, values + b.size());
    return true;
  }

 private:
  double most_operations_;
  cholmod_common common_;
  cholmod_factor* factor_ = nullptr;
  cholmod_dense *solution_ = nullptr, *work_ = nullptr, *more_work_ = nullptr;
};

}  // namespace

std::unique_ptr<LinearSolver> make_cholesky(double most_operations) {
  return std::make_unique<Cholesky>(most_operations);
}

}  // namespace nullor::resistive
