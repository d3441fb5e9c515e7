// The arithmetic of batch_norm_act on memory, for floats and bfloat16; all inputs are contiguous in one layout.
#pragma once
#include "channels.h"

namespace selfsame {


// Mean, and sum of squared distances from it, of every channel.
template <typename T>
ChannelPairs moments(const Extent& extent, const T* x);

// A channel's constants: normalised x is (x - mean) * scale + bias.
struct Affine {
  const float *mean, *scale, *bias;
};

// y = (x - mean) * scale + bias + residual, cut at zero if `relu`; `residual` may be null.
template <typename T>
void normalise(const Extent& extent, const T* x, const T* residual, const Affine& affine, bool relu, T* y);

// What the gradient of the sum of normalised x and residual is made from.
template <typename T>
struct Upstream {
  const T* gradient;  // of y
  const T* y;         // null when the cut can be told from x (no residual)
  bool relu;
};

// Sums of g and of g * (x - mean), where g is the gradient behind the cut; writes g unless `cut` is null.
template <typename T>
ChannelPairs gradient_sums(const Extent& extent, const Upstream<T>& upstream, const T* x, const Affine& affine, T* cut);

// gradient of x = g * gain + offset + (x - mean) * slope
struct GradientLine {
  const float *gain, *offset, *slope;
};

template <typename T>
void gradient_of_input(const Extent& extent, const Upstream<T>& upstream, const T* x, const Affine& affine,
                       const GradientLine& line, T* gradient);

}  // namespace selfsame
