// Gaussian blur as two one-dimensional passes over rows; the borders see zeros outside.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lanes.h"

namespace selfsame {

class Blur {
 public:
  // A Gaussian of `sigma` pixels cut off at `radius`; none at all for a sigma of 0.
  void set(double sigma, int64_t radius) {
    half_.assign(1, 1.0);
    double sum = 1;
    for (int64_t away = 1; sigma > 0 && away <= radius; ++away) {
      const double weight = std::exp(-static_cast<double>(away * away) / (2 * sigma * sigma));
      // further taps would not be seen in a float
      if (weight < 1e-9 * sum) break;
      half_.push_back(weight);
      sum += 2 * weight;
    }
    weights_.resize(taps());
    for (int64_t i = 0; i < taps(); ++i) weights_[i] = half_[std::abs(i - reach())] / sum;
  }

  int64_t reach() const { return half_.size() - 1; }

  // A row of `size` floats in place; `stride` of them (a multiple of kLanes) may be written.
  void along(float* row, int64_t size, int64_t stride) {
    padded_.resize(stride + 2 * reach());
    std::fill_n(padded_.data(), reach(), 0.0f);
    std::copy_n(row, size, padded_.data() + reach());
    std::fill(padded_.begin() + reach() + size, padded_.end(), 0.0f);
    weigh(padded_.data(), 1, weights_.data(), taps(), stride, [=](int64_t x, const Lanes& sum) { store(row + x, sum); });
  }

  // Hands the sums over rows y - reach to y + reach (those of [0, rows) that there are) to `take(x, lanes)`.
  template <typename Take>
  void across(const float* first, int64_t y, int64_t rows, int64_t stride, const Take& take) const {
    const int64_t begin = std::max<int64_t>(y - reach(), 0), end = std::min(y + reach() + 1, rows);
    weigh(first + begin * stride, stride, weights_.data() + (begin - y + reach()), end - begin, stride, take);
  }

 private:
  static constexpr int kAtOnce = 7;  // blocks of lanes: enough additions that need not wait for each other

  // Sums of weights[t] * from[t * step + x] for every x below `length`.
  template <typename Take>
  static void weigh(const float* from, int64_t step, const float* weights, int64_t taps, int64_t length, const Take& take) {
    int64_t x = 0;
    for (; x + kAtOnce * kLanes <= length; x += kAtOnce * kLanes) blocks<kAtOnce>(from, step, weights, taps, x, take);
    for (; x + 2 * kLanes <= length; x += 2 * kLanes) blocks<2>(from, step, weights, taps, x, take);
    for (; x < length; x += kLanes) blocks<1>(from, step, weights, taps, x, take);
  }

  template <int kBlocks, typename Take>
  static void blocks(const float* from, int64_t step, const float* weights, int64_t taps, int64_t x, const Take& take) {
    Lanes sums[kBlocks] = {};
    for (int64_t t = 0; t < taps; ++t) {
      const float* row = from + t * step + x;
      for (int i = 0; i < kBlocks; ++i) sums[i] += load<Lanes>(row + i * kLanes) * weights[t];
    }
    for (int i = 0; i < kBlocks; ++i) take(x + i * kLanes, sums[i]);
  }

  int64_t taps() const { return 2 * reach() + 1; }

  std::vector<double> half_;  // from the middle outwards, before they are made to sum to one
  std::vector<float> weights_, padded_;
};

}  // namespace selfsame
