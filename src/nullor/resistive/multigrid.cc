#include "nullor/resistive/multigrid.h"

#include "nullor/resistive/cholesky.h"
#include "nullor/resistive/method.h"
namespace nullor::resistive {
std::unique_ptr<LinearSolver> make_multigrid(int) { return make_cholesky(); }
void relaxation(const Reduced& reduced, const SolverOptions& options, const Deadline& deadline, Iterate& at) {
  coordinate_descent(reduced, options, deadline, at);
}
}  // namespace nullor::resistive
