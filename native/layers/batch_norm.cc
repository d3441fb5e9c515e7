#include "batch_norm.h"

#include "../shared/elements.h"

namespace selfsame {
namespace {

// Sums of distances from a block's first element (no cancellation), put together by Chan, Golub and LeVeque (1979).
template <typename T>
struct MomentTerms {
  const T* x;

  float center(int64_t, int64_t index) const { return load<float>(x + index); }
  template <typename Value>
  Value channel(int64_t, Value center) const {
    return center;
  }
  template <typename Constant, typename Value>
  void add(int64_t i, Constant center, Value& sum, Value& squares) const {
    const Value away = load<Value>(x + i) - center;
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

// Of one channel, or of as many side by side as there are lanes.
template <typename Value>
struct ChannelConstants {
  Value mean, scale, bias;
};

template <typename Value>
ChannelConstants<Value> constants_of(const Affine& affine, int64_t c) {
  return {load<Value>(affine.mean + c), load<Value>(affine.scale + c), load<Value>(affine.bias + c)};
}

template <typename T, bool kResidual, bool kRelu>
struct Normalise {
  const T *x, *residual;
  Affine affine;
  T* y;

  template <typename Value>
  ChannelConstants<Value> channel(int64_t c) const {
    return constants_of<Value>(affine, c);
  }
  template <typename Value, typename Constant>
  void apply(int64_t i, const ChannelConstants<Constant>& channel) const {
    Value value = (load<Value>(x + i) - channel.mean) * channel.scale + channel.bias;
    if constexpr (kResidual) value += load<Value>(residual + i);
    // not-a-number stays what it is, as in libtorch
    if constexpr (kRelu) value = value < 0 ? Value{} : value;
    store(y + i, value);
  }
};

enum class Cut { none, from_input, from_output };

template <typename T, Cut kCut>
struct Behind {
  const T *gradient, *x, *y;

  template <typename Value, typename Constant>
  Value at(int64_t i, const Value& away, const ChannelConstants<Constant>& channel) const {
    const auto given = load<Value>(gradient + i);
    if constexpr (kCut == Cut::from_input) return away * channel.scale + channel.bias <= 0 ? Value{} : given;
    if constexpr (kCut == Cut::from_output) return load<Value>(y + i) <= 0 ? Value{} : given;
    return given;
  }
};

template <typename T, Cut kCut, bool kWrite>
struct GradientTerms {
  Behind<T, kCut> behind;
  Affine affine;
  T* cut;

  float center(int64_t c, int64_t) const { return affine.mean[c]; }
  template <typename Value>
  ChannelConstants<Value> channel(int64_t c, const Value&) const {
    return constants_of<Value>(affine, c);
  }
  template <typename Constant, typename Value>
  void add(int64_t i, const ChannelConstants<Constant>& channel, Value& sum, Value& product) const {
    const Value away = load<Value>(behind.x + i) - channel.mean;
    const Value g = behind.at(i, away, channel);
    if constexpr (kWrite) store(cut + i, g);
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

  template <typename Value>
  struct Channel {
    ChannelConstants<Value> constants;
    Value gain, offset, slope;
  };
  template <typename Value>
  Channel<Value> channel(int64_t c) const {
    return {constants_of<Value>(affine, c), load<Value>(line.gain + c), load<Value>(line.offset + c), load<Value>(line.slope + c)};
  }
  template <typename Value, typename Constant>
  void apply(int64_t i, const Channel<Constant>& channel) const {
    const Value away = load<Value>(behind.x + i) - channel.constants.mean;
    const Value g = behind.at(i, away, channel.constants);
    store(gradient + i, g * channel.gain + channel.offset + away * channel.slope);
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
