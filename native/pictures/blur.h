// Gaussian blur as two one-dimensional passes over rows; the borders see zeros outside.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "../shared/lanes.h"

namespace selfsame {

class Blur {
 public:
  static constexpr int kTogether = 4;  // rows that `across` sums at a time: each value that is read serves all of them

  // A Gaussian of `sigma` pixels cut off at `radius`; none at all for a sigma of 0.
  void set(double sigma, int64_t radius) {
    half_.assign(1, 1.0);
    double sum = 1;
    for (int64_t away = 1; sigma > 0 && away <= radius; ++away) {
      const double weight = std::exp(-static_cast<double>(away * away) / (2 * sigma * sigma));
      // further taps add less than a float's rounding
      if (weight < 1e-7 * sum) break;
      half_.push_back(weight);
      sum += 2 * weight;
    }
    weights_.assign(taps() + 2 * kEdge, 0.0f);
    for (int64_t i = 0; i < taps(); ++i) weights_[kEdge + i] = half_[std::abs(i - reach())] / sum;
  }

  int64_t reach() const { return half_.size() - 1; }

  // `rows` rows of `size` floats in place; `stride` of each (a multiple of kLanes) may be written.
  void along(float* first, int64_t rows, int64_t size, int64_t stride) {
    const int64_t padded = stride + 2 * reach();
    padded_.resize(rows * padded);
    // all rows first: a value cannot be read at another alignment while it is on its way to the cache
    for (int64_t y = 0; y < rows; ++y) {
      float* to = padded_.data() + y * padded;
      std::fill_n(to, reach(), 0.0f);
      for (int64_t x = 0; x < stride; x += kLanes) store(to + reach() + x, load<Lanes>(first + y * stride + x));
      std::fill(to + reach() + size, to + padded, 0.0f);
    }
    for (int64_t y = 0; y < rows; ++y) {
      const float* from = padded_.data() + y * padded;
      float* to = first + y * stride;
      in_blocks<7>(stride, [&](auto blocks, int64_t x) { sum_along<blocks()>(from + x, to + x); });
    }
  }

  // Sums over rows y - reach to y + reach (those of [0, rows) that there are), for y and the kTogether - 1 rows below it:
  // `take(row, x, lanes)`.
  template <typename Take>
  void across(const float* first, int64_t y, int64_t rows, int64_t stride, const Take& take) const {
    const int64_t begin = std::max<int64_t>(y - reach(), 0), end = std::min(y + kTogether + reach(), rows);
    const float* weights = weights_.data() + kEdge + begin - y + reach();
    in_blocks<kLanes == 16 ? 4 : 2>(stride, [&](auto blocks, int64_t x) {
      sum_across<blocks()>(first + begin * stride + x, stride, weights, end - begin, x, take);
    });
  }

 private:
  static constexpr int64_t kEdge = kTogether - 1;  // zeros on either side of the weights, for the rows together

  int64_t taps() const { return 2 * reach() + 1; }

  // Cuts a row into pieces of kMost vectors, and what is left into single ones; their number is a constant for `body`.
  template <int kMost, typename Body>
  static void in_blocks(int64_t length, const Body& body) {
    int64_t x = 0;
    for (; x + kMost * kLanes <= length; x += kMost * kLanes) body(std::integral_constant<int, kMost>(), x);
    for (; x + 2 * kLanes <= length; x += 2 * kLanes) body(std::integral_constant<int, 2>(), x);
    for (; x < length; x += kLanes) body(std::integral_constant<int, 1>(), x);
  }

  template <int kBlocks>
  void sum_along(const float* from, float* to) const {
    const float* weights = weights_.data() + kEdge;
    Lanes sums[kBlocks] = {};
    for (int64_t t = 0, count = taps(); t < count; ++t) {
      for (int i = 0; i < kBlocks; ++i) sums[i] += load<Lanes>(from + t + i * kLanes) * weights[t];
    }
    for (int i = 0; i < kBlocks; ++i) store(to + i * kLanes, sums[i]);
  }

  template <int kBlocks, typename Take>
  static void sum_across(const float* from, int64_t stride, const float* weights, int64_t count, int64_t x, const Take& take) {
    Lanes sums[kTogether][kBlocks] = {};
    for (int64_t t = 0; t < count; ++t) {
      Lanes values[kBlocks];
      for (int i = 0; i < kBlocks; ++i) values[i] = load<Lanes>(from + t * stride + i * kLanes);
      for (int row = 0; row < kTogether; ++row) {
        for (int i = 0; i < kBlocks; ++i) sums[row][i] += values[i] * weights[t - row];
      }
    }
    for (int row = 0; row < kTogether; ++row) {
      for (int i = 0; i < kBlocks; ++i) take(row, x + i * kLanes, sums[row][i]);
    }
  }

  std::vector<double> half_;  // from the middle outwards, before they are made to sum to one
  std::vector<float> weights_, padded_;
};

}  // namespace selfsame
