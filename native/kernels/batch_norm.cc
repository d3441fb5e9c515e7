#include "batch_norm.h"

#include "elements.h"

namespace selfsame {
namespace {

// Sums of distances from a block's first element (no cancellation), put together by Chan, Golub and LeVeque (1979).
template <typename T>
struct MomentTerms {
  const T* x;

  float center(int64_t, int64_t index) const { return widen(x[index]); }
  float channel(int64_t, float center) const { return center; }
  void add(int64_t i, float center, float& sum, float& squares) const {
    const float away = widen(x[i]) - center;
    sum += away;
    squares += away * away;
  }

  struct Merge {
    double inverse, share, cross;
    Merge(double now, double before) : inverse(1 / now), share(now / (now + before)), cross(before * share) {}
    void sums(double center, double sum, double squares, double& mean, double& total) const {
      pairs(center + sum * inverse, squares - sum * sum * inverse, mean, total);
    }
    void pairs(double mean_now, double squares_now, double& mean, double& total) const {
      const double away = mean_now - mean;
      mean += away * share;
      total += squares_now + away * away * cross;
    }
  };
};

template <typename T, bool kResidual, bool kRelu>
struct Normalise {
  const T *x, *residual;
  Affine affine;
  T* y;

  struct Channel {
    float mean, scale, bias;
  };
  Channel channel(int64_t c) const { return {affine.mean[c], affine.scale[c], affine.bias[c]}; }
  void apply(int64_t i, Channel channel) const {
    float value = (widen(x[i]) - channel.mean) * channel.scale + channel.bias;
    if constexpr (kResidual) value += widen(residual[i]);
    // not-a-number stays what it is, as in libtorch
    if constexpr (kRelu) value = value < 0 ? 0 : value;
    y[i] = narrow<T>(value);
  }
};

enum class Cut { none, from_input, from_output };

template <typename T, Cut kCut>
struct Behind {
  const T *gradient, *x, *y;

  float at(int64_t i, float away, float scale, float bias) const {
    const float given = widen(gradient[i]);
    if constexpr (kCut == Cut::from_input) return away * scale + bias <= 0 ? 0 : given;
    if constexpr (kCut == Cut::from_output) return widen(y[i]) <= 0 ? 0 : given;
    return given;
  }
};

template <typename T, Cut kCut, bool kWrite>
struct GradientTerms {
  Behind<T, kCut> behind;
  Affine affine;
  T* cut;

  struct Channel {
    float mean, scale, bias;
  };
  float center(int64_t c, int64_t) const { return affine.mean[c]; }
  Channel channel(int64_t c, float mean) const { return {mean, affine.scale[c], affine.bias[c]}; }
  void add(int64_t i, Channel channel, float& sum, float& product) const {
    const float away = widen(behind.x[i]) - channel.mean;
    const float g = behind.at(i, away, channel.scale, channel.bias);
    if constexpr (kWrite) cut[i] = narrow<T>(g);
    sum += g;
    product += g * away;
  }

  struct Merge {
    Merge(double, double) {}
    void sums(double, double a, double b, double& first, double& second) const { pairs(a, b, first, second); }
    void pairs(double a, double b, double& first, double& second) const {
      first += a;
      second += b;
    }
  };
};

template <typename T, Cut kCut>
struct InputGradient {
  Behind<T, kCut> behind;
  Affine affine;
  GradientLine line;
  T* gradient;

  struct Channel {
    float mean, scale, bias, gain, offset, slope;
  };
  Channel channel(int64_t c) const {
    return {affine.mean[c], affine.scale[c], affine.bias[c], line.gain[c], line.offset[c], line.slope[c]};
  }
  void apply(int64_t i, Channel channel) const {
    const float away = widen(behind.x[i]) - channel.mean;
    const float g = behind.at(i, away, channel.scale, channel.bias);
    gradient[i] = narrow<T>(g * channel.gain + channel.offset + away * channel.slope);
  }
};

// Calls `body` with the way to tell what was cut as a compile-time constant.
template <typename T, typename Body>
auto with_cut(const Upstream<T>& upstream, const T* x, Body body) {
  const auto *gradient = upstream.gradient, *y = upstream.y;
  if (!upstream.relu) return body(Behind<T, Cut::none>{gradient, x, y});
  if (y == nullptr) return body(Behind<T, Cut::from_input>{gradient, x, y});
  return body(Behind<T, Cut::from_output>{gradient, x, y});
}

template <typename T, Cut kCut>
ChannelPairs sums_behind(const Extent& extent, const Behind<T, kCut>& behind, const Affine& affine, T* cut) {
  if (cut == nullptr) return reduce_channels(extent, GradientTerms<T, kCut, false>{behind, affine, cut});
  return reduce_channels(extent, GradientTerms<T, kCut, true>{behind, affine, cut});
}

template <typename T, Cut kCut>
void input_gradient(const Extent& extent, const Behind<T, kCut>& behind, const Affine& affine, const GradientLine& line,
                    T* gradient) {
  map_channels(extent, InputGradient<T, kCut>{behind, affine, line, gradient});
}

}  // namespace

template <typename T>
ChannelPairs moments(const Extent& extent, const T* x) {
  return reduce_channels(extent, MomentTerms<T>{x});
}

template <typename T>
void normalise(const Extent& extent, const T* x, const T* residual, const Affine& affine, bool relu, T* y) {
  if (residual != nullptr) {
    relu ? map_channels(extent, Normalise<T, true, true>{x, residual, affine, y})
         : map_channels(extent, Normalise<T, true, false>{x, residual, affine, y});
  } else {
    relu ? map_channels(extent, Normalise<T, false, true>{x, residual, affine, y})
         : map_channels(extent, Normalise<T, false, false>{x, residual, affine, y});
  }
}

template <typename T>
ChannelPairs gradient_sums(const Extent& extent, const Upstream<T>& upstream, const T* x, const Affine& affine, T* cut) {
  return with_cut(upstream, x, [&](const auto& behind) { return sums_behind(extent, behind, affine, cut); });
}

template <typename T>
void gradient_of_input(const Extent& extent, const Upstream<T>& upstream, const T* x, const Affine& affine,
                       const GradientLine& line, T* gradient) {
  with_cut(upstream, x, [&](const auto& behind) { input_gradient(extent, behind, affine, line, gradient); });
}

#define SELFSAME_BATCH_NORM(T)                                                                                          \
  template ChannelPairs moments(const Extent&, const T*);                                                               \
  template void normalise(const Extent&, const T*, const T*, const Affine&, bool, T*);                                  \
  template ChannelPairs gradient_sums(const Extent&, const Upstream<T>&, const T*, const Affine&, T*);                  \
  template void gradient_of_input(const Extent&, const Upstream<T>&, const T*, const Affine&, const GradientLine&, T*);
SELFSAME_BATCH_NORM(float)
SELFSAME_BATCH_NORM(BFloat)

}  // namespace selfsame
