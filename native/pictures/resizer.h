// One box of one picture as rows of a square: vertical pass first, a few output rows at a time.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "resize_weights.h"

namespace selfsame {

// In pixels of its picture; fractions are allowed.
struct Box {
  float top, left, height, width;
};

// A Value is a uint8_t or uint16_t.
template <typename Value>
struct Picture {
  const Value* values;  // [height, width, channels]
  int64_t height, width;
};

constexpr int kRows = 4;  // output rows made at a time: each weight that is read serves four products

/** Where output rows go, `[channels, rows, row]` with these distances in floats. */
struct Planes {
  float* first;
  int64_t plane, row;
  int64_t written;  // floats of a row that may be written: `size`, or more where rows are padded
};

template <typename Value>
class Resizer {
 public:
  template <typename Filter>
  void set(const Picture<Value>& picture, const Box& box, bool flip, int64_t channels, int64_t size, float gain) {
    const float top = std::floor(box.top), left = std::floor(box.left);
    vertical_.set<Filter>(box.top - top, box.height, picture.height - top, size, false, gain);
    horizontal_.set<Filter>(box.left - left, box.width, picture.width - left, size, flip, 1.0f);
    channels_ = channels;
    stride_ = picture.width * channels;
    length_ = horizontal_.pixels() * channels;
    from_ = picture.values + static_cast<int64_t>(top) * stride_ + static_cast<int64_t>(left) * channels;
    rows_.resize(kRows * length_);
  }

  // Output rows `which` (at most kRows), clipped to [0, 1] as bicubic overshoots.
  void make(const int64_t* which, int count, const Planes& to) {
    for (int row = 0; row < count; ++row) blend(which[row], rows_.data() + row * length_);
    for (int64_t c = 0; c < channels_; ++c) squeeze(rows_.data() + c, count, to, to.first + c * to.plane);
  }

 private:
  // to[i] = (or, unless the first, +=) sum of weights[t] * rows[t][i]
  template <int kTaps, bool kFirst>
  void add(const Value* rows, const float* weights, float* __restrict to) const {
    const Value* row[kTaps];
    float weight[kTaps];
    for (int t = 0; t < kTaps; ++t) {
      row[t] = rows + t * stride_;
      weight[t] = weights[t * kLanes];
    }
    const int64_t length = length_;
#pragma omp simd
    for (int64_t i = 0; i < length; ++i) {
      float sum = kFirst ? 0.0f : to[i];
      for (int t = 0; t < kTaps; ++t) sum += weight[t] * static_cast<float>(static_cast<int32_t>(row[t][i]));
      to[i] = sum;
    }
  }

  template <int kTaps>
  void add(bool first, const Value* rows, const float* weights, float* to) const {
    first ? add<kTaps, true>(rows, weights, to) : add<kTaps, false>(rows, weights, to);
  }

  // One output row before the horizontal pass: a weighted sum of rows of the picture.
  void blend(int64_t y, float* to) const {
    const auto& block = vertical_.blocks()[y / kLanes];
    const float* weights = block.rows + y % kLanes;
    const Value* from = from_ + block.first * stride_;
    int count = block.last - block.first;
    // the block's other lanes may need more rows than this one
    for (; count > 1 && weights[0] == 0; --count, from += stride_) weights += kLanes;
    while (count > 1 && weights[(count - 1) * kLanes] == 0) --count;
    bool first = true;
    const auto next = [&](int taps) {
      count -= taps;
      from += taps * stride_;
      weights += taps * kLanes;
      first = false;
    };
    while (count >= 4) add<4>(first, from, weights, to), next(4);
    if (count >= 2) add<2>(first, from, weights, to), next(2);
    if (count >= 1) add<1>(first, from, weights, to);
  }

  // kRows rows of one channel. `rows` are interleaved, `to` is planar.
  void squeeze(const float* rows, int count, const Planes& planes, float* to) const {
    int64_t x = 0;
    for (const auto& block : horizontal_.blocks()) {
      Lanes sums[kRows] = {};
      for (int i = 0; i < block.last - block.first; ++i) {
        const Lanes weight = load<Lanes>(block.rows + i * kLanes);
        const float* column = rows + (block.first + i) * channels_;
        for (int row = 0; row < kRows; ++row) sums[row] += weight * column[row * length_];
      }
      // a constant number of turns, or the sums would go through memory
      for (int row = 0; row < kRows; ++row) {
        if (row < count) store_some(to + row * planes.row + x, clip(sums[row]), planes.written - x);
      }
      x += kLanes;
    }
  }

  ResizeWeights vertical_, horizontal_;
  std::vector<float> rows_;  // kRows rows of the box, resampled vertically
  const Value* from_ = nullptr;
  int64_t channels_ = 0, stride_ = 0, length_ = 0;
};

}  // namespace selfsame
