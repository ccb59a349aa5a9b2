#include <algorithm>
#include <cmath>
#include <numeric>

#include "nullor/base/parallel.h"
#include "nullor/resistive/coordinate.h"
#include "nullor/resistive/method.h"

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

constexpr std::size_t kChunk = 16384;  // rows a thread takes at a time
constexpr int kPeriod = 8;             // sweeps between estimates of the rate
constexpr double kMostSweeps = 3000;   // predicted; above, other methods are faster

/// Rows of all clusters by colour. A sweep reads 12 bytes an entry and 44 a row; x is gathered.
class Relaxation {
 public:
  Relaxation(const Reduced& reduced, int jobs, Iterate& out)
      : r_(reduced), out_(out), coordinate_(reduced), jobs_(jobs) {
    const Adjacency edges(r_.count, r_.edges.a, r_.edges.b);
    const std::vector<int> colours = colour(edges);
    sort_rows(colours);
    fill_rows(edges);
    set_bounds();
  }

  void run(const SolverOptions& options, const Deadline& deadline) {
    const double enough = 0.3 * options.tolerance * r_.voltage_scale;
    const int most = options.max_iterations > 0 ? options.max_iterations : 20'000;
    double before = 0;
    for (out_.iterations = 0; out_.iterations < most && !deadline.passed(out_.iterations);) {
      sweep();
      ++out_.iterations;
      if (largest_ <= enough) {
        out_.converged = true;
        break;
      }
      if (out_.iterations % kPeriod == kPeriod - 2) before = squares_;
      if (out_.iterations % kPeriod != 0) continue;
      const double rate = std::sqrt(std::sqrt(squares_ / before));
      const double left = rate < 1 ? std::log(largest_ / enough) / -std::log(rate) : HUGE_VAL;
      if (options.max_iterations == 0 && out_.iterations >= 8 * kPeriod && left > kMostSweeps) break;
      overshoot(rate);
    }
    out_.currents = diode_currents_at(r_, out_.x);
  }

 private:
  /// The smallest colour that no neighbour has, cluster by cluster.
  std::vector<int> colour(const Adjacency& edges) const {
    const Adjacency diodes(r_.count, r_.diodes.a, r_.diodes.c);
    std::vector<int> colours(at(r_.count), -1), taken;  // taken[c] == k: a neighbour of k has colour c
    for (int k = 1; k < r_.count; ++k) {
      const auto take = [&](int a, int b) {
        const int c = colours[at(a == k ? b : a)];
        if (c >= 0 && (a == k ? b : a) != 0) taken[at(c)] = k;
      };
      for (const int e : edges.of(k)) take(r_.edges.a[at(e)], r_.edges.b[at(e)]);
      for (const int d : diodes.of(k)) take(r_.diodes.a[at(d)], r_.diodes.c[at(d)]);
      int c = 0;
      while (at(c) < taken.size() && taken[at(c)] == k) ++c;
      if (at(c) == taken.size()) taken.push_back(-1);
      colours[at(k)] = c;
    }
    return colours;
  }

  void sort_rows(const std::vector<int>& colours) {
    const int last = *std::max_element(colours.begin(), colours.end());
    first_row_.assign(at(last) + 2, 0);
    for (const int c : colours) first_row_[at(c + 1)] += c >= 0 ? 1 : 0;
    std::partial_sum(first_row_.begin(), first_row_.end(), first_row_.begin());
    std::vector<std::size_t> next(first_row_);
    cluster_.resize(colours.size() - 1);
    for (int k = 1; k < r_.count; ++k) cluster_[next[at(colours[at(k)])]++] = k;
  }

  void fill_rows(const Adjacency& edges) {
    starts_.assign(cluster_.size() + 1, 0);
    columns_.reserve(2 * r_.edges.size());
    conductances_.reserve(2 * r_.edges.size());
    pull_.resize(cluster_.size());
    conductance_.resize(cluster_.size());
    curved_.assign(cluster_.size(), 0);
    for (std::size_t row = 0; row < cluster_.size(); ++row) {
      const int k = cluster_[row];
      for (const int e : edges.of(k)) {
        const int other = r_.edges.a[at(e)] == k ? r_.edges.b[at(e)] : r_.edges.a[at(e)];
        if (other == 0) continue;
        columns_.push_back(other);
        conductances_.push_back(r_.edges.g[at(e)]);
      }
      starts_[row + 1] = columns_.size();
      pull_[row] = r_.injection[at(k)];
      conductance_[row] = r_.conductance[at(k)];
    }
  }

  /// Bounds by ideal diodes to ground; other diodes make a row curved.
  void set_bounds() {
    std::vector<double> low(at(r_.count), -HUGE_VAL), high(at(r_.count), HUGE_VAL);
    std::vector<char> curved(at(r_.count), 0);
    for (std::size_t k = 0; k < r_.diodes.size(); ++k) {
      const int a = r_.diodes.a[k], c = r_.diodes.c[k];
      if (r_.diodes.ideal(k) && c == 0) {
        high[at(a)] = std::min(high[at(a)], r_.diodes.drop[k]);
      } else if (r_.diodes.ideal(k) && a == 0) {
        low[at(c)] = std::max(low[at(c)], -r_.diodes.drop[k]);
      } else {
        curved[at(a)] = curved[at(c)] = 1;
      }
    }
    low_.resize(cluster_.size());
    high_.resize(cluster_.size());
    for (std::size_t row = 0; row < cluster_.size(); ++row) {
      low_[row] = low[at(cluster_[row])];
      high_[row] = high[at(cluster_[row])];
      curved_[row] = curved[at(cluster_[row])];
    }
  }

  /// Relaxes rows [begin, end), all of one colour.
  void relax(std::size_t begin, std::size_t end, double& largest, double& squares) {
    double* x = out_.x.data();
    for (std::size_t row = begin; row < end; ++row) {
      double pull = pull_[row];
      for (std::size_t e = starts_[row]; e < starts_[row + 1]; ++e) pull += conductances_[e] * x[columns_[e]];
      const int k = cluster_[row];
      const double from = x[k];
      const double best = curved_[row]            ? coordinate_.best(k, conductance_[row], pull, from, out_.x)
                          : conductance_[row] > 0 ? pull / conductance_[row]
                                                  : from;
      const double to = std::min(std::max(from + factor_ * (best - from), low_[row]), high_[row]);
      const double moved = std::fabs(to - from);
      largest = std::max(largest, moved);
      squares += moved * moved;
      x[k] = to;
    }
  }

  void sweep() {
    largest_ = squares_ = 0;
    for (std::size_t c = 0; c + 1 < first_row_.size(); ++c) {
      const std::size_t begin = first_row_[c], end = first_row_[c + 1];
      const std::size_t chunks = (end - begin + kChunk - 1) / kChunk;
      chunk_largest_.assign(chunks, 0);
      chunk_squares_.assign(chunks, 0);
      parallel_for(chunks, jobs_, [&](std::size_t chunk) {
        relax(begin + chunk * kChunk, std::min(end, begin + (chunk + 1) * kChunk), chunk_largest_[chunk],
              chunk_squares_[chunk]);
      });
      for (std::size_t chunk = 0; chunk < chunks;
           ++chunk) {  // in order: the same sum for any number of threads
        largest_ = std::max(largest_, chunk_largest_[chunk]);
        squares_ += chunk_squares_[chunk];
      }
    }
  }

  /// The factor that is best for the rate lambda seen with the present one w (Hageman and Young, equation
  /// 9-3.5):
  ///   mu^2 = (lambda + w - 1)^2 / (lambda w^2),   w' = 2 / (1 + sqrt(1 - mu^2))
  void overshoot(double rate) {
    if (!(rate > factor_ - 1) || rate >= 1) return;
    const double mu = (rate + factor_ - 1) / factor_;
    const double square = std::min(mu * mu / rate, 1 - 1e-8);
    const double best = 2 / (1 + std::sqrt(1 - square));
    factor_ = std::max(factor_, std::min(best, 1.995));
  }

  const Reduced& r_;
  Iterate& out_;
  Coordinate coordinate_;
  int jobs_;
  std::vector<std::size_t> first_row_;  ///< of each colour
  std::vector<int> cluster_;            ///< of each row
  std::vector<std::size_t> starts_;
  std::vector<int> columns_;
  std::vector<double> conductances_, pull_, conductance_, low_, high_;
  std::vector<char> curved_;
  std::vector<double> chunk_largest_, chunk_squares_;
  double factor_ = 1, largest_ = 0, squares_ = 0;
};

}  // namespace

void relaxation(const Reduced& reduced, const SolverOptions& options, const Deadline& deadline,
                Iterate& out) {
  Relaxation(reduced, options.jobs, out).run(options, deadline);
}

}  // namespace nullor::resistive
