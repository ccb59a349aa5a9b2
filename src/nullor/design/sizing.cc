#include "nullor/design/sizing.h"

#include "nullor/design/evaluator.h"

namespace nullor {

namespace {

/// The best of the start and the points that were proposed.
std::vector<double> first_point(Evaluator& evaluate, const SizingProblem& problem,
                                const SizingOptions& options) {
  std::vector<Trial> tried = {evaluate(problem.start(), false)};
  for (auto points = options.propose(tried); !points.empty(); points = options.propose(tried)) {
    evaluate.prepare(points);
    for (const std::vector<double>& u : points) tried.push_back(evaluate(u, false));
  }
  return evaluate.best().ok() ? evaluate.best().u : problem.start();
}

}  // namespace

SizingResult size_circuit(SizingProblem& problem, const SizingOptions& options) {
  Evaluator evaluate(problem, options);
  try {
    const std::vector<double> start =
        options.propose ? first_point(evaluate, problem, options) : problem.start();
    switch (options.method) {
      case SearchMethod::gradient:
        search_by_gradients(evaluate, start);
        break;
      case SearchMethod::evolution:
        search_by_evolution(evaluate, options.evaluations, start);
        break;
      case SearchMethod::both:
        search_by_evolution(evaluate, options.evaluations / 2, start);
        search_by_gradients(evaluate, evaluate.best().ok() ? evaluate.best().u : problem.start());
        break;
    }
  } catch (const SearchEnds&) {  // met, or out of evaluations or time: the result says which
  }
  SizingResult out = evaluate.result();
  if (!out.best.ok()) {
    throw InputError(ErrorKind::no_convergence,
                     "no trial had values for all goals; the start: " + out.start.failure, {},
                     "start from values at which the circuit works, or widen the bounds");
  }
  out.verified = problem.verify(out.best.u);
  return out;
}

}  // namespace nullor
