// One finished view of one picture, band of rows by band of rows, so that what is worked on stays in the first cache.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "../shared/elements.h"
#include "blur.h"
#include "colors.h"
#include "resizer.h"

namespace selfsame {

// Codes of the steps of colour jitter, and of none.
enum Step { kNone = -1, kBrightness, kContrast, kSaturation, kHue, kSteps };

// What was drawn for one view of one picture.
struct Drawn {
  Box box;
  bool flip;
  int64_t down, right;  // pixels of the view
  std::array<Step, kSteps> order;
  std::array<float, kSteps> amounts;  // by step
  bool grayscale;
  float sigma;  // pixels of the view; 0 for none
  bool solarize;
};

// What all views of a batch share.
struct ViewPlan {
  int64_t channels, size, radius;
  float threshold;
  std::vector<float> mean, scale;  // of each channel: (x - mean) * scale comes out
};

template <typename Value, typename Out>
class ViewMaker {
 public:
  explicit ViewMaker(const ViewPlan& plan)
      : plan_(plan),
        row_((plan.size + kLanes - 1) / kLanes * kLanes),
        plane_(row_ * plan.size),
        band_(std::max<int64_t>(1, kBand / (row_ * kRows)) * kRows),
        pixels_(plane_ * plan.channels),
        means_(plan.channels),
        line_(row_) {}

  // `to` is [channels, size, size].
  void make(const Picture<Value>& picture, float gain, const Drawn& drawn, Out* to) {
    const int64_t size = plan_.size;
    resizer_.template set<Cubic>(picture, drawn.box, drawn.flip, plan_.channels, size, gain);
    blur_.set(drawn.sigma, plan_.radius);
    const auto* mean_taken = std::find(drawn.order.begin(), drawn.order.end(), kContrast);
    const bool twice = mean_taken != drawn.order.end();
    if (twice) {
      sums_.assign(plan_.channels, 0.0);
      for (int64_t y = 0; y < size; y += band_) {
        const int64_t rows = std::min(band_, size - y);
        resize(drawn, y, rows);
        jitter(drawn, drawn.order.begin(), mean_taken, y, rows);
        add_up(y, rows);
      }
      for (int64_t c = 0; c < plan_.channels; ++c) means_[c] = sums_[c] / static_cast<double>(size * size);
    }
    int64_t done = 0;
    for (int64_t y = 0; y < size; y += band_) {
      const int64_t rows = std::min(band_, size - y), end = y + rows;
      if (!twice) resize(drawn, y, rows);
      jitter(drawn, twice ? mean_taken : drawn.order.begin(), drawn.order.end(), y, rows);
      if (drawn.grayscale && plan_.channels == 3) grayscale(stretch(y, rows));
      if (blur_.reach() == 0) {
        finish(drawn, y, end, to);
        continue;
      }
      for (int64_t c = 0; c < plan_.channels; ++c) blur_.along(row(c, y), rows, size, row_);
      // a row is done once its neighbours below are there as well; many at a time, as all of them read the same
      const int64_t ready = end == size ? size : std::max(done, end - blur_.reach());
      if (end < size && ready < done + kReady) continue;
      finish_blurred(drawn, done, ready, to);
      done = ready;
    }
  }

 private:
  static constexpr int64_t kBand = 1024;  // floats of a channel that are worked on at a time
  static constexpr int64_t kReady = 16;   // rows that wait for the second pass of the blur

  float* row(int64_t c, int64_t y) { return pixels_.data() + c * plane_ + y * row_; }

  Stretch stretch(int64_t y, int64_t rows) { return {row(0, y), plan_.channels, plane_, rows * row_}; }

  // Without repeating the edge.
  int64_t mirror(int64_t place) const {
    const int64_t period = std::max<int64_t>(1, 2 * (plan_.size - 1)), within = (place % period + period) % period;
    return within < plan_.size ? within : period - within;
  }

  void resize(const Drawn& drawn, int64_t y, int64_t rows) {
    for (int64_t done = 0; done < rows; done += kRows) {
      const int count = std::min<int64_t>(kRows, rows - done);
      int64_t which[kRows];
      for (int i = 0; i < count; ++i) which[i] = mirror(y + done + i - drawn.down);
      resizer_.make(which, count, {row(0, y + done), plane_, row_, row_});
    }
    if (drawn.right == 0) return;
    for (int64_t c = 0; c < plan_.channels; ++c) {
      for (int64_t i = 0; i < rows; ++i) move(row(c, y + i), drawn.right);
    }
  }

  // One row by `right`, the border mirrored.
  void move(float* line, int64_t right) {
    const int64_t size = plan_.size;
    const int64_t begin = std::clamp<int64_t>(right, 0, size), end = std::clamp<int64_t>(size + right, 0, size);
    std::copy_n(line, size, line_.data());
    for (int64_t x = 0; x < begin; ++x) line[x] = line_[mirror(x - right)];
    if (begin < end) std::copy_n(line_.data() + (begin - right), end - begin, line + begin);
    for (int64_t x = end; x < size; ++x) line[x] = line_[mirror(x - right)];
  }

  void jitter(const Drawn& drawn, const Step* begin, const Step* end, int64_t y, int64_t rows) {
    const auto x = stretch(y, rows);
    for (const Step* step = begin; step != end; ++step) {
      const float amount = *step == kNone ? 0.0f : drawn.amounts[*step];
      if (*step == kBrightness) brightness(x, amount);
      if (*step == kContrast) contrast(x, amount, means_.data());
      if (*step == kSaturation && plan_.channels == 3) saturation(x, amount);
      if (*step == kHue && plan_.channels == 3) hue(x, amount);
    }
  }

  // Row by row in floats, the rows in double.
  void add_up(int64_t y, int64_t rows) {
    for (int64_t c = 0; c < plan_.channels; ++c) {
      for (int64_t i = 0; i < rows; ++i) {
        const float* line = row(c, y + i);
        Lanes sum{};
        int64_t x = 0;
        for (; x + kLanes <= plan_.size; x += kLanes) sum += load<Lanes>(line + x);
        float rest = 0;
        for (; x < plan_.size; ++x) rest += line[x];
        for (int lane = 0; lane < kLanes; ++lane) rest += sum[lane];
        sums_[c] += rest;
      }
    }
  }

  // Everything after the blur: solarize, standardise, store lanes of one row of the result.
  struct Ending {
    float threshold, mean, scale;
    int64_t size;

    void operator()(const Lanes& value, int64_t x, Out* line) const {
      const Lanes turned = value >= threshold ? 1.0f - value : value;
      store_some(line + x, (turned - mean) * scale, size - x);
    }
  };

  Ending ending(const Drawn& drawn, int64_t c) const {
    // no value reaches infinity
    return {drawn.solarize ? plan_.threshold : INFINITY, plan_.mean[c], plan_.scale[c], plan_.size};
  }

  void finish(const Drawn& drawn, int64_t begin, int64_t end, Out* to) {
    for (int64_t c = 0; c < plan_.channels; ++c) {
      const Ending last = ending(drawn, c);
      for (int64_t y = begin; y < end; ++y) {
        const float* from = row(c, y);
        Out* line = to + (c * plan_.size + y) * plan_.size;
        for (int64_t x = 0; x < plan_.size; x += kLanes) last(load<Lanes>(from + x), x, line);
      }
    }
  }

  void finish_blurred(const Drawn& drawn, int64_t begin, int64_t end, Out* to) {
    const int64_t size = plan_.size;
    for (int64_t c = 0; c < plan_.channels; ++c) {
      const Ending last = ending(drawn, c);
      for (int64_t y = begin; y < end; y += Blur::kTogether) {
        Out* line = to + (c * size + y) * size;
        const int64_t count = end - y;
        blur_.across(row(c, 0), y, size, row_, [=](int i, int64_t x, const Lanes& value) {
          if (i < count) last(value, x, line + i * size);
        });
      }
    }
  }

  const ViewPlan& plan_;
  const int64_t row_, plane_, band_;  // floats of a padded row and of a channel; rows of a band
  Resizer<Value> resizer_;
  Blur blur_;
  std::vector<float> pixels_, means_, line_;
  std::vector<double> sums_;
};

}  // namespace selfsame
