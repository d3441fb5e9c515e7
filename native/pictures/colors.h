// Colour operations on a stretch of pixels, [channels, length] of values in [0, 1], in place; results are clipped to [0, 1].
// `length` is a multiple of kLanes. The arithmetic is that of src/learn/augment/color.ts.
#pragma once
#include <cmath>
#include <cstdint>

#include "../shared/lanes.h"

namespace selfsame {

struct Stretch {
  float* first;
  int64_t channels, plane, length;

  float* channel(int64_t c) const { return first + c * plane; }
};

template <typename Change>
inline void change_each(const Stretch& x, int64_t c, const Change& change) {
  float* values = x.channel(c);
  for (int64_t i = 0; i < x.length; i += kLanes) store(values + i, change(load<Lanes>(values + i)));
}

// `change` takes red, green and blue by reference.
template <typename Change>
inline void change_colors(const Stretch& x, const Change& change) {
  float *red = x.channel(0), *green = x.channel(1), *blue = x.channel(2);
  for (int64_t i = 0; i < x.length; i += kLanes) {
    Lanes r = load<Lanes>(red + i), g = load<Lanes>(green + i), b = load<Lanes>(blue + i);
    change(r, g, b);
    store(red + i, r);
    store(green + i, g);
    store(blue + i, b);
  }
}

inline void brightness(const Stretch& x, float amount) {
  for (int64_t c = 0; c < x.channels; ++c) change_each(x, c, [=](const Lanes& v) { return clip(v + amount); });
}

inline void contrast(const Stretch& x, float factor, const float* means) {
  for (int64_t c = 0; c < x.channels; ++c) {
    const float mean = means[c];
    change_each(x, c, [=](const Lanes& v) { return clip((v - mean) * factor + mean); });
  }
}

inline Lanes absolute(const Lanes& x) { return larger(x, -x); }

/**
 * HSV's saturation times `factor`. Neither hue nor value change, and in HSV a channel is value - range * (its share by
 * hue), so its distance from the value grows by new over old saturation: no hue is needed.
 */
inline void saturation(const Stretch& x, float factor) {
  const Lanes wanted = Lanes{} + (factor > 0 ? factor : 0.0f);
  change_colors(x, [=](Lanes& r, Lanes& g, Lanes& b) {
    const Lanes value = larger(r, larger(g, b)), range = value - smaller(r, smaller(g, b));
    // a saturation of one at most
    const Lanes ratio = smaller(wanted, value / (range == 0.0f ? Lanes{} + 1.0f : range));
    r = clip(value - (value - r) * ratio);
    g = clip(value - (value - g) * ratio);
    b = clip(value - (value - b) * ratio);
  });
}

// HSV's hue turned by `turns` of a full circle.
inline void hue(const Stretch& x, float turns) {
  const float sixths = 6 * (turns - std::floor(turns));
  change_colors(x, [=](Lanes& r, Lanes& g, Lanes& b) {
    const Lanes value = larger(r, larger(g, b)), range = value - smaller(r, smaller(g, b));
    const Lanes inverse = 1.0f / (range == 0.0f ? Lanes{} + 1.0f : range);
    const Lanes of_blue = (r - g) * inverse + 4.0f, of_green = (b - r) * inverse + 2.0f, of_red = (g - b) * inverse;
    Lanes sextant = value == r ? of_red : value == g ? of_green : of_blue;
    sextant += sixths;  // -1 to 11
    sextant = sextant < 0.0f ? sextant + 6.0f : sextant;
    sextant = sextant >= 6.0f ? sextant - 6.0f : sextant;
    r = clip(value - range * clip(2.0f - absolute(sextant - 3.0f)));
    g = clip(value - range * clip(absolute(sextant - 2.0f) - 1.0f));
    b = clip(value - range * clip(absolute(sextant - 4.0f) - 1.0f));
  });
}

// Luma of ITU-R BT.601.
inline void grayscale(const Stretch& x) {
  change_colors(x, [](Lanes& r, Lanes& g, Lanes& b) { r = g = b = r * 0.2989f + g * 0.587f + b * 0.114f; });
}

}  // namespace selfsame
