// Operations of a tape over the tokens of samples.
#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "nullor/learn/tape.h"
#include "nullor/learn/tape_maps.h"

namespace nullor::learn {

template <class Real>
Var Tape<Real>::rows(Var x, std::vector<int> which) {
  const Var out = make(static_cast<int>(which.size()), x.columns);
  for (int r = 0; r < out.rows; ++r)
    matrix(node(out).value, out).row(r) = matrix(node(x).value, x).row(which[static_cast<std::size_t>(r)]);
  on_backward(out, [this, x, out, which = std::move(which)] {
    for (int r = 0; r < out.rows; ++r)
      matrix(node(x).gradient, x).row(which[static_cast<std::size_t>(r)]) +=
          matrix(node(out).gradient, out).row(r);
  });
  return out;
}

template <class Real>
Var Tape<Real>::tile(Var x, int batch) {
  const Var out = make(batch * x.rows, x.columns);
  matrix(node(out).value, out) = matrix(node(x).value, x).replicate(batch, 1);
  on_backward(out, [this, x, out, batch] {
    for (int b = 0; b < batch; ++b)
      matrix(node(x).gradient, x) += matrix(node(out).gradient, out).middleRows(b * x.rows, x.rows);
  });
  return out;
}

template <class Real>
Var Tape<Real>::join(Var a, Var b, int batch) {
  assert(a.columns == b.columns);
  const int first = a.rows / batch, second = b.rows / batch, both = first + second;
  const Var out = make(a.rows + b.rows, a.columns);
  auto y = matrix(node(out).value, out);
  for (int s = 0; s < batch; ++s) {
    y.middleRows(s * both, first) = matrix(node(a).value, a).middleRows(s * first, first);
    y.middleRows(s * both + first, second) = matrix(node(b).value, b).middleRows(s * second, second);
  }
  on_backward(out, [this, a, b, out, batch, first, second, both] {
    const auto dy = matrix(node(out).gradient, out);
    for (int s = 0; s < batch; ++s) {
      matrix(node(a).gradient, a).middleRows(s * first, first) += dy.middleRows(s * both, first);
      matrix(node(b).gradient, b).middleRows(s * second, second) += dy.middleRows(s * both + first, second);
    }
  });
  return out;
}

template <class Real>
Var Tape<Real>::tokens(Var x, int first, int count, int batch) {
  const int all = x.rows / batch;
  const Var out = make(batch * count, x.columns);
  for (int s = 0; s < batch; ++s)
    matrix(node(out).value, out).middleRows(s * count, count) =
        matrix(node(x).value, x).middleRows(s * all + first, count);
  on_backward(out, [this, x, out, first, count, batch, all] {
    for (int s = 0; s < batch; ++s)
      matrix(node(x).gradient, x).middleRows(s * all + first, count) +=
          matrix(node(out).gradient, out).middleRows(s * count, count);
  });
  return out;
}

template <class Real>
Var Tape<Real>::mean_tokens(Var x, int batch) {
  const int count = x.rows / batch;
  const Real share = Real(1) / static_cast<Real>(count);
  const Var out = make(batch, x.columns);
  for (int s = 0; s < batch; ++s)
    matrix(node(out).value, out).row(s) =
        matrix(node(x).value, x).middleRows(s * count, count).colwise().sum() * share;
  on_backward(out, [this, x, out, batch, count, share] {
    for (int s = 0; s < batch; ++s)
      matrix(node(x).gradient, x).middleRows(s * count, count).rowwise() +=
          matrix(node(out).gradient, out).row(s) * share;
  });
  return out;
}

template <class Real>
Var Tape<Real>::neighbour_mean(Var x, std::span<const TokenRelation> relations, int type,
                               std::span<const int> listeners, int batch) {
  const int count = x.rows / batch, heard = static_cast<int>(listeners.size());
  const Var out = make(batch * heard, x.columns);
  struct Term {
    int to, from;
    Real share;
  };
  std::vector<Term> terms;
  for (int k = 0; k < heard; ++k) {
    const std::size_t first = terms.size();
    for (const TokenRelation& r : relations) {
      if (r.type == type && r.to == listeners[static_cast<std::size_t>(k)]) terms.push_back({k, r.from, 0});
    }
    for (std::size_t t = first; t < terms.size(); ++t)
      terms[t].share = Real(1) / static_cast<Real>(terms.size() - first);
  }
  auto y = matrix(node(out).value, out);
  y.setZero();
  const auto from = matrix(node(x).value, x);
  for (int s = 0; s < batch; ++s) {
    for (const Term& t : terms) y.row(s * heard + t.to) += from.row(s * count + t.from) * t.share;
  }
  on_backward(out, [this, x, out, terms = std::move(terms), batch, count, heard] {
    auto dx = matrix(node(x).gradient, x);
    const auto dy = matrix(node(out).gradient, out);
    for (int s = 0; s < batch; ++s) {
      for (const Term& t : terms) dx.row(s * count + t.from) += dy.row(s * heard + t.to) * t.share;
    }
  });
  return out;
}

template <class Real>
Var Tape<Real>::scatter(std::vector<Part> parts, int tokens, int batch) {
  const Var out = make(batch * tokens, parts.front().x.columns);
  const auto for_each = [parts = std::move(parts), tokens, batch](const auto& visit) {
    for (const Part& part : parts) {
      const int count = static_cast<int>(part.where.size());
      for (int s = 0; s < batch; ++s) {
        for (int k = 0; k < count; ++k)
          visit(part.x, s * count + k, s * tokens + part.where[static_cast<std::size_t>(k)]);
      }
    }
  };
  auto y = matrix(node(out).value, out);
  y.setZero();
  for_each([&](Var x, int from, int to) { y.row(to) += matrix(node(x).value, x).row(from); });
  on_backward(out, [this, out, for_each] {
    const auto dy = matrix(node(out).gradient, out);
    for_each([&](Var x, int from, int to) { matrix(node(x).gradient, x).row(from) += dy.row(to); });
  });
  return out;
}

template <class Real>
Var Tape<Real>::relation_bias(Var table, std::span<const TokenRelation> relations, int tokens) {
  const int heads = table.columns;
  const Var out = make(heads * tokens, tokens);
  auto y = matrix(node(out).value, out);
  y.setZero();
  for (const TokenRelation& r : relations) {
    for (int h = 0; h < heads; ++h)
      y(h * tokens + r.to, r.from) += matrix(node(table).value, table)(r.type, h);
  }
  on_backward(out, [this, table, out, relations, tokens, heads] {
    const auto dy = matrix(node(out).gradient, out);
    for (const TokenRelation& r : relations) {
      for (int h = 0; h < heads; ++h)
        matrix(node(table).gradient, table)(r.type, h) += dy(h * tokens + r.to, r.from);
    }
  });
  return out;
}

namespace {

/// Tokens of one sample, columns of one head.
template <class Map>
auto head_of(Map&& map, int sample, int tokens, int head, int width) {
  return map.block(sample * tokens, head * width, tokens, width);
}

}  // namespace

template <class Real>
Var Tape<Real>::attention(Var q, Var k, Var v, int heads, int batch, const Var* bias,
                          std::span<const char> allowed) {
  const int queries = q.rows / batch, keys = k.rows / batch, width = q.columns / heads;
  const Real scale = 1 / std::sqrt(static_cast<Real>(width));
  const Var out = make(q.rows, q.columns);
  const std::size_t block = static_cast<std::size_t>(queries) * static_cast<std::size_t>(keys);
  Buffer& shares = scratch(block * static_cast<std::size_t>(heads * batch));
  const auto share_of = [&shares, block, queries, keys, heads](int s, int h) {
    return mutable_map(shares.data() + block * static_cast<std::size_t>(s * heads + h), queries, keys);
  };
  // What is left out, once for all samples.
  RowMajor<Real> mask;
  if (!allowed.empty()) {
    mask.resize(queries, keys);
    for (Eigen::Index e = 0; e < mask.size(); ++e)
      mask.data()[e] = allowed[static_cast<std::size_t>(e)] ? Real(0) : Real(-1e9);
  }
  const auto mq = matrix(node(q).value, q), mk = matrix(node(k).value, k), mv = matrix(node(v).value, v);
  auto mo = matrix(node(out).value, out);
  for (int s = 0; s < batch; ++s) {
    for (int h = 0; h < heads; ++h) {
      auto p = share_of(s, h);
      p.noalias() = head_of(mq, s, queries, h, width) * head_of(mk, s, keys, h, width).transpose() * scale;
      if (bias) p += matrix(node(*bias).value, *bias).middleRows(h * queries, queries);
      if (!allowed.empty()) p += mask;
      p.colwise() -= p.rowwise().maxCoeff().eval();
      p.array() = p.array().exp();
      p.array().colwise() /= p.rowwise().sum().array().eval();
      head_of(mo, s, queries, h, width).noalias() = p * head_of(mv, s, keys, h, width);
    }
  }
  on_backward(out, [this, q, k, v, out, heads, batch, queries, keys, width, scale, share_of,
                    bias = bias ? *bias : Var{}] {
    const auto mq = matrix(node(q).value, q), mk = matrix(node(k).value, k), mv = matrix(node(v).value, v);
    const auto dout = matrix(node(out).gradient, out);
    auto dq = matrix(node(q).gradient, q), dk = matrix(node(k).gradient, k), dv = matrix(node(v).gradient, v);
    RowMajor<Real> dp(queries, keys);
    for (int s = 0; s < batch; ++s) {
      for (int h = 0; h < heads; ++h) {
        const auto p = share_of(s, h);
        const auto dy = head_of(dout, s, queries, h, width);
        head_of(dv, s, keys, h, width).noalias() += p.transpose() * dy;
        dp.noalias() = dy * head_of(mv, s, keys, h, width).transpose();
        const auto along = dp.cwiseProduct(p).rowwise().sum().eval();
        dp.colwise() -= along;
        dp = dp.cwiseProduct(p);
        if (bias.node >= 0) matrix(node(bias).gradient, bias).middleRows(h * queries, queries) += dp;
        head_of(dq, s, queries, h, width).noalias() += dp * head_of(mk, s, keys, h, width) * scale;
        head_of(dk, s, keys, h, width).noalias() +=
            dp.transpose() * head_of(mq, s, queries, h, width) * scale;
      }
    }
  });
  return out;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace nullor::learn
