// The transforms of F(4 × 4, 3 × 3): Lavin and Gray 2016 (arXiv 1509.09308). A tile of 4 × 4 results of a 3 × 3 convolution is
// made from 6 × 6 values with 36 multiplications in place of 144: Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A. The polynomials behind it are
// evaluated at 0, ±3/4, ±3/2 and infinity: a quarter of the rounding error of the paper's 0, ±1, ±2 (Barabasz et al. 2018, arXiv
// 1803.10986, on the choice of points).
#pragma once
#include "../shared/lanes.h"

namespace selfsame::winograd {

constexpr int kTile = 4;                // results a side
constexpr int kKernel = 3;              // weights a side
constexpr int kSide = 6;                // values that a tile is made from, a side
constexpr int kPoints = kSide * kSide;  // products a tile

constexpr float kNear = 3 / 4.0f, kNear2 = kNear * kNear, kNear3 = kNear2 * kNear;
constexpr float kFar = 3 / 2.0f, kFar2 = kFar * kFar, kFar3 = kFar2 * kFar;
constexpr float kProduct = kNear2 * kFar2, kSum = kNear2 + kFar2;
// One over the product of a point's distances to the others
constexpr float kOfZero = 1 / kProduct, kOfNear = 1 / (2 * kNear2 * (kNear2 - kFar2)), kOfFar = 1 / (2 * kFar2 * (kFar2 - kNear2));

// Each multiplies kFrom values by one matrix; the kTo results lie `step` apart.
struct InputTransform {  // Bᵀ
  static constexpr int kFrom = kSide, kTo = kSide;
  static void apply(const Lanes* d, Lanes* to, int step) {
    const Lanes near_even = d[4] - kFar2 * d[2], near_odd = kNear * (d[3] - kFar2 * d[1]);
    const Lanes far_even = d[4] - kNear2 * d[2], far_odd = kFar * (d[3] - kNear2 * d[1]);
    to[0] = kProduct * d[0] - kSum * d[2] + d[4];
    to[step] = near_even + near_odd;
    to[2 * step] = near_even - near_odd;
    to[3 * step] = far_even + far_odd;
    to[4 * step] = far_even - far_odd;
    to[5 * step] = kProduct * d[1] - kSum * d[3] + d[5];
  }
};

struct OutputTransform {  // Aᵀ
  static constexpr int kFrom = kSide, kTo = kTile;
  static void apply(const Lanes* m, Lanes* to, int step) {
    const Lanes near_sum = m[1] + m[2], near_difference = m[1] - m[2];
    const Lanes far_sum = m[3] + m[4], far_difference = m[3] - m[4];
    to[0] = m[0] + near_sum + far_sum;
    to[step] = kNear * near_difference + kFar * far_difference;
    to[2 * step] = kNear2 * near_sum + kFar2 * far_sum;
    to[3 * step] = kNear3 * near_difference + kFar3 * far_difference + m[5];
  }
};

struct GradientTransform {  // A
  static constexpr int kFrom = kTile, kTo = kSide;
  static void apply(const Lanes* y, Lanes* to, int step) {
    const Lanes near_even = y[0] + kNear2 * y[2], near_odd = kNear * y[1] + kNear3 * y[3];
    const Lanes far_even = y[0] + kFar2 * y[2], far_odd = kFar * y[1] + kFar3 * y[3];
    to[0] = y[0];
    to[step] = near_even + near_odd;
    to[2 * step] = near_even - near_odd;
    to[3 * step] = far_even + far_odd;
    to[4 * step] = far_even - far_odd;
    to[5 * step] = y[3];
  }
};

struct WeightTransform {  // G
  static constexpr int kFrom = kKernel, kTo = kSide;
  static void apply(const Lanes* g, Lanes* to, int step) {
    const Lanes near_even = kOfNear * (g[0] + kNear2 * g[2]), near_odd = kOfNear * kNear * g[1];
    const Lanes far_even = kOfFar * (g[0] + kFar2 * g[2]), far_odd = kOfFar * kFar * g[1];
    to[0] = kOfZero * g[0];
    to[step] = near_even + near_odd;
    to[2 * step] = near_even - near_odd;
    to[3 * step] = far_even + far_odd;
    to[4 * step] = far_even - far_odd;
    to[5 * step] = g[2];
  }
};

struct WeightGradientTransform {  // Gᵀ
  static constexpr int kFrom = kSide, kTo = kKernel;
  static void apply(const Lanes* u, Lanes* to, int step) {
    const Lanes near_sum = kOfNear * (u[1] + u[2]), near_difference = kOfNear * (u[1] - u[2]);
    const Lanes far_sum = kOfFar * (u[3] + u[4]), far_difference = kOfFar * (u[3] - u[4]);
    to[0] = kOfZero * u[0] + near_sum + far_sum;
    to[step] = kNear * near_difference + kFar * far_difference;
    to[2 * step] = kNear2 * near_sum + kFar2 * far_sum + u[5];
  }
};

// T x Tᵀ: x is [kFrom, kFrom] by rows, `to` is [kTo, kTo].
template <typename Transform>
void both_ways(const Lanes* x, Lanes* to) {
  constexpr int kFrom = Transform::kFrom, kTo = Transform::kTo;
  Lanes half[kTo * kFrom];
  for (int row = 0; row < kFrom; ++row) Transform::apply(x + row * kFrom, half + row, kFrom);
  for (int row = 0; row < kTo; ++row) Transform::apply(half + row * kFrom, to + row, kTo);
}

}  // namespace selfsame::winograd
