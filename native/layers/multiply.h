// Small matrix products whose sums stay in registers.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "../shared/lanes.h"

namespace selfsame {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kRows = 12;  // at once: 24 sums, where there are 32 registers
#else
constexpr int kRows = 6;  // 12 sums, where there are 16
#endif
constexpr int kColumns = 2 * kLanes;

// A matrix in memory: the place of a value is row · row_stride + step · step_stride; steps are what is summed over.
struct Rows {
  const float* data;
  int64_t row_stride, step_stride;
};

// sums[row][column] (+)= sum over steps of a[row][step] · b[step][column], for kCount rows and kColumns columns.
template <int kCount>
void multiply_rows(const Rows& a, const float* b, int64_t b_stride, int64_t steps, float* sums, int64_t sums_stride,
                   bool add) {
  Lanes found[kCount][2] = {};
  if (add) {
#pragma GCC unroll 12
    for (int row = 0; row < kCount; ++row) {
      found[row][0] = load<Lanes>(sums + row * sums_stride);
      found[row][1] = load<Lanes>(sums + row * sums_stride + kLanes);
    }
  }
  const float* value = a.data;
  for (int64_t step = 0; step < steps; ++step, value += a.step_stride, b += b_stride) {
    const auto left = load<Lanes>(b), right = load<Lanes>(b + kLanes);
#pragma GCC unroll 12
    for (int row = 0; row < kCount; ++row) {
      const float factor = value[row * a.row_stride];
      found[row][0] += factor * left;
      found[row][1] += factor * right;
    }
  }
#pragma GCC unroll 12
  for (int row = 0; row < kCount; ++row) {
    store(sums + row * sums_stride, found[row][0]);
    store(sums + row * sums_stride + kLanes, found[row][1]);
  }
}

using MultiplyRows = void (*)(const Rows&, const float*, int64_t, int64_t, float*, int64_t, bool);

template <int... kCounts>
constexpr std::array<MultiplyRows, sizeof...(kCounts)> multiply_rows_of(std::integer_sequence<int, kCounts...>) {
  return {multiply_rows<kCounts + 1>...};
}

// The same for any number of rows.
inline void multiply(const Rows& a, int64_t rows, const float* b, int64_t b_stride, int64_t steps, float* sums,
                     int64_t sums_stride, bool add) {
  static constexpr auto by_count = multiply_rows_of(std::make_integer_sequence<int, kRows>());
  for (int64_t row = 0; row < rows; row += kRows) {
    const Rows some{a.data + row * a.row_stride, a.row_stride, a.step_stride};
    by_count[std::min<int64_t>(kRows, rows - row) - 1](some, b, b_stride, steps, sums + row * sums_stride, sums_stride, add);
  }
}

}  // namespace selfsame
