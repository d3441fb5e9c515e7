// Resampling weights of one axis, as Pillow and libtorch's antialiased upsampling compute them.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "../shared/lanes.h"

namespace selfsame {

// Keys' kernel with a = -0.5; |x| >= 2 gives 0.
struct Cubic {
  static constexpr float radius = 2;
  static Lanes at(Lanes x) {
    const Lanes inner = (1.5f * x - 2.5f) * x * x + 1.0f;
    const Lanes outer = -0.5f * (((x - 5.0f) * x + 8.0f) * x - 4.0f);
    return x < 1.0f ? inner : x < 2.0f ? outer : Lanes{};
  }
};

struct Triangle {
  static constexpr float radius = 1;
  static Lanes at(Lanes x) { return x < 1.0f ? 1.0f - x : Lanes{}; }
};

/**
 * `outputs` samples of an interval of pixels. Outputs come in blocks of kLanes; a block has one row of weights (a lane an
 * output) for each pixel that any of its outputs needs, so that both passes read weights in a straight line.
 */
class ResizeWeights {
 public:
  struct Block {
    int first, last;   // pixels [first, last) of the interval
    const float* rows;  // [last - first][kLanes]
  };

  // `start` in [0, 1) is where the interval of `length` begins within its first pixel, of which `available` are there;
  // `gain` multiplies all weights.
  template <typename Filter>
  void set(float start, float length, int available, int outputs, bool flip, float gain) {
    // the sum may round up beyond the last pixel
    pixels_ = std::min(static_cast<int>(std::ceil(start + length)), available);
    const float scale = length / outputs;
    const float shrink = std::max(scale, 1.0f);
    const float support = Filter::radius * shrink;
    const int blocks = (outputs + kLanes - 1) / kLanes;
    blocks_.resize(blocks);
    starts_.resize(blocks);
    rows_.clear();
    for (int block = 0; block < blocks; ++block) {
      float centers[kLanes];
      for (int lane = 0; lane < kLanes; ++lane) {
        const int output = std::min(block * kLanes + lane, outputs - 1);
        centers[lane] = start + scale * (static_cast<float>(flip ? outputs - 1 - output : output) + 0.5f);
      }
      const auto [low, high] = std::minmax(centers[0], centers[kLanes - 1]);
      const int first = std::max(static_cast<int>(low - support + 0.5f), 0);
      const int last = std::min(static_cast<int>(high + support + 0.5f), pixels_);
      starts_[block] = rows_.size();
      blocks_[block] = {first, std::max(last, first), nullptr};
      fill<Filter>(blocks_[block], load<Lanes>(centers), 1.0f / shrink, gain);
    }
    for (int block = 0; block < blocks; ++block) blocks_[block].rows = rows_.data() + starts_[block];
  }

  int pixels() const { return pixels_; }
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  template <typename Filter>
  void fill(const Block& block, Lanes centers, float inverse, float gain) {
    const size_t begin = rows_.size();
    const int count = block.last - block.first;
    rows_.resize(begin + static_cast<size_t>(count) * kLanes);
    float* rows = rows_.data() + begin;
    Lanes total{};
    for (int i = 0; i < count; ++i) {
      const Lanes away = (static_cast<float>(block.first + i) + 0.5f - centers) * inverse;
      const Lanes weight = Filter::at(away < 0.0f ? -away : away);
      total += weight;
      store(rows + i * kLanes, weight);
    }
    // what lies outside of the interval is left out, so the rest is made to sum to one
    const Lanes factor = gain / total;
    for (int i = 0; i < count; ++i) store(rows + i * kLanes, load<Lanes>(rows + i * kLanes) * factor);
  }

  int pixels_ = 0;
  std::vector<Block> blocks_;
  std::vector<size_t> starts_;
  std::vector<float> rows_;
};

}  // namespace selfsame
