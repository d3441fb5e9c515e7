// One finished view of one picture, band of rows by band of rows, so that what is worked on stays in the first cache.
#pragma once
#include <array>
#include <cmath>
#include <vector>

#include "blur.h"
#include "colors.h"
#include "elements.h"
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
    set_columns(drawn.right);
    const auto* mean_taken = std::find(drawn.order.begin(), drawn.order.end(), kContrast);
    const bool twice = mean_taken != drawn.order.end();
    if (twice) {
      std::fill(means_.begin(), means_.end(), 0.0f);
      std::vector<double>& sums = sums_;
      sums.assign(plan_.channels, 0.0);
      for (int64_t y = 0; y < size; y += band_) {
        const int64_t rows = std::min(band_, size - y);
        resize(drawn, y, rows);
        jitter(drawn, drawn.order.begin(), mean_taken, y, rows);
        add_up(y, rows);
      }
      for (int64_t c = 0; c < plan_.channels; ++c) means_[c] = sums[c] / static_cast<double>(size * size);
    }
    int64_t done = 0;
    for (int64_t y = 0; y < size; y += band_) {
      const int64_t rows = std::min(band_, size - y), end = y + rows;
      if (!twice) resize(drawn, y, rows);
      jitter(drawn, twice ? mean_taken : drawn.order.begin(), drawn.order.end(), y, rows);
      if (drawn.grayscale && plan_.channels == 3) grayscale(stretch(y, rows));
      if (blur_.reach() > 0) squeeze(y, rows);
      // rows whose neighbours below are there as well
      const int64_t ready = end == size ? size : std::max(done, end - blur_.reach());
      finish(drawn, done, ready, to);
      done = ready;
    }
  }

 private:
  static constexpr int64_t kBand = 1024;  // floats of a channel that are worked on at a time

  Stretch stretch(int64_t y, int64_t rows) { return {pixels_.data() + y * row_, plan_.channels, plane_, rows * row_}; }

  // Where each column comes from when the view is moved; empty when it is not.
  void set_columns(int64_t right) {
    columns_.resize(right == 0 ? 0 : plan_.size);
    for (size_t x = 0; x < columns_.size(); ++x) columns_[x] = mirror(static_cast<int64_t>(x) - right);
  }

  // Without repeating the edge.
  int64_t mirror(int64_t place) const {
    const int64_t period = std::max<int64_t>(1, 2 * (plan_.size - 1)), within = (place % period + period) % period;
    return within < plan_.size ? within : period - within;
  }

  void resize(const Drawn& drawn, int64_t y, int64_t rows) {
    for (int64_t row = y; row < y + rows; row += kRows) {
      const int count = std::min<int64_t>(kRows, y + rows - row);
      int64_t which[kRows];
      for (int i = 0; i < count; ++i) which[i] = mirror(row + i - drawn.down);
      resizer_.make(which, count, {pixels_.data() + row * row_, plane_, row_, row_});
    }
    if (columns_.empty()) return;
    for (int64_t c = 0; c < plan_.channels; ++c) {
      for (int64_t row = y; row < y + rows; ++row) {
        float* line = pixels_.data() + c * plane_ + row * row_;
        std::copy_n(line, plan_.size, line_.data());
        for (int64_t x = 0; x < plan_.size; ++x) line[x] = line_[columns_[x]];
      }
    }
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
      for (int64_t row = y; row < y + rows; ++row) {
        const float* line = pixels_.data() + c * plane_ + row * row_;
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

  void squeeze(int64_t y, int64_t rows) {
    for (int64_t c = 0; c < plan_.channels; ++c) {
      for (int64_t row = y; row < y + rows; ++row) blur_.along(pixels_.data() + c * plane_ + row * row_, plan_.size, row_);
    }
  }

  void finish(const Drawn& drawn, int64_t begin, int64_t end, Out* to) {
    const int64_t size = plan_.size;
    // no value reaches infinity
    const float threshold = drawn.solarize ? plan_.threshold : INFINITY;
    for (int64_t c = 0; c < plan_.channels; ++c) {
      const float mean = plan_.mean[c], scale = plan_.scale[c];
      const float* from = pixels_.data() + c * plane_;
      for (int64_t y = begin; y < end; ++y) {
        Out* line = to + (c * size + y) * size;
        blur_.across(from, y, size, row_, [=](int64_t x, const Lanes& value) {
          const Lanes turned = value >= threshold ? 1.0f - value : value;
          store_some(line + x, (turned - mean) * scale, size - x);
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
  std::vector<int64_t> columns_;
};

}  // namespace selfsame
