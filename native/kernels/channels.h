// Passes over a tensor with channels, in either memory layout: two sums a channel, and an element-wise map.
#pragma once
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <vector>

// The iterations of the loop that follows touch different memory. (`omp simd` would keep structs from registers.)
#ifdef __clang__
#define SELFSAME_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define SELFSAME_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace selfsame {

// [samples, channels, plane] in memory order; channels-last pictures and matrices have a plane of 1.
struct Extent {
  int64_t samples, channels, plane;

  int64_t numel() const { return samples * channels * plane; }
  int64_t count() const { return samples * plane; }
};

// Two numbers a channel, in double.
struct ChannelPairs {
  std::vector<double> first, second;
  explicit ChannelPairs(int64_t channels) : first(channels), second(channels) {}
};

namespace detail {

constexpr int64_t kChunk = 256;      // channels of one task when they lie side by side
constexpr int64_t kPlanes = 32;      // channels of one task when their planes do
constexpr int64_t kAdditions = 128;  // of floats, before a sum moves on to double
constexpr int kLanes = 16;           // separate float sums of a plane
constexpr int64_t kGrain = 32768;    // elements that are worth another thread

// What one task adds up: samples [begin, end) of channels [channel, channel + width).
struct Task {
  int64_t begin, end, channel, width;
};

template <int kRows, typename Terms>
inline void add_rows(Terms terms, int64_t index, int64_t stride, const Task& task, const float* centers, float* a,
                     float* b) {
  SELFSAME_INDEPENDENT
  for (int64_t c = 0; c < task.width; ++c) {
    const auto channel = terms.channel(task.channel + c, centers[c]);
    float first = a[c], second = b[c];
    for (int row = 0; row < kRows; ++row) terms.add(index + row * stride + c, channel, first, second);
    a[c] = first;
    b[c] = second;
  }
}

template <typename Terms>
void reduce_rows(Terms terms, Extent extent, Task task, double* first, double* second) {
  float centers[kChunk], a[kChunk], b[kChunk];
  for (int64_t begin = task.begin; begin < task.end; begin += kAdditions) {
    const int64_t end = std::min(begin + kAdditions, task.end);
    const auto index = [&](int64_t row) { return row * extent.channels + task.channel; };
    for (int64_t c = 0; c < task.width; ++c) {
      centers[c] = terms.center(task.channel + c, index(begin) + c);
      a[c] = b[c] = 0;
    }
    int64_t row = begin;
    for (; row + 8 <= end; row += 8) add_rows<8>(terms, index(row), extent.channels, task, centers, a, b);
    for (; row < end; ++row) add_rows<1>(terms, index(row), extent.channels, task, centers, a, b);
    const typename Terms::Merge merge(end - begin, begin - task.begin);
    SELFSAME_INDEPENDENT
    for (int64_t c = 0; c < task.width; ++c) merge.sums(centers[c], a[c], b[c], first[c], second[c]);
  }
}

template <typename Terms>
void reduce_planes(Terms terms, Extent extent, Task task, double* first, double* second) {
  float centers[kPlanes], a[kPlanes][kLanes] = {}, b[kPlanes][kLanes] = {};
  const int64_t plane = extent.plane;
  for (int64_t sample = task.begin; sample < task.end; ++sample) {
    for (int64_t c = 0; c < task.width; ++c) {
      const int64_t index = (sample * extent.channels + task.channel + c) * plane;
      if (sample == task.begin) centers[c] = terms.center(task.channel + c, index);
      const auto channel = terms.channel(task.channel + c, centers[c]);
      float first_lanes[kLanes], second_lanes[kLanes];
      std::copy_n(a[c], kLanes, first_lanes);
      std::copy_n(b[c], kLanes, second_lanes);
      int64_t i = 0;
      for (; i + kLanes <= plane; i += kLanes) {
        SELFSAME_INDEPENDENT
        for (int lane = 0; lane < kLanes; ++lane) {
          terms.add(index + i + lane, channel, first_lanes[lane], second_lanes[lane]);
        }
      }
      for (int lane = 0; i + lane < plane; ++lane) {
        terms.add(index + i + lane, channel, first_lanes[lane], second_lanes[lane]);
      }
      std::copy_n(first_lanes, kLanes, a[c]);
      std::copy_n(second_lanes, kLanes, b[c]);
    }
  }
  const typename Terms::Merge merge((task.end - task.begin) * plane, 0);
  for (int64_t c = 0; c < task.width; ++c) {
    double sum_a = 0, sum_b = 0;
    for (int lane = 0; lane < kLanes; ++lane) {
      sum_a += a[c][lane];
      sum_b += b[c][lane];
    }
    merge.sums(centers[c], sum_a, sum_b, first[c], second[c]);
  }
}

}  // namespace detail

/**
 * Two numbers a channel out of all its elements. The partition depends on the extent alone, and its parts are put
 * together in order: the result is the same for every number of threads.
 */
template <typename Terms>
ChannelPairs reduce_channels(const Extent& extent, const Terms& terms) {
  using namespace detail;
  const auto [samples, channels, plane] = extent;
  const int64_t width = std::min(channels, plane == 1 ? kChunk : kPlanes);
  const int64_t length = plane == 1 ? kAdditions * std::max<int64_t>(1, 1024 / width)
                                    : std::max<int64_t>(1, kAdditions * kLanes / plane);
  const int64_t columns = (channels + width - 1) / width, parts = (samples + length - 1) / length;
  ChannelPairs partial(parts * channels);
  const int64_t grain = std::max<int64_t>(1, kGrain / (width * length * plane));
  at::parallel_for(0, parts * columns, grain, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t part = task / columns, channel = task % columns * width;
      const Task block{part * length, std::min((part + 1) * length, samples), channel, std::min(width, channels - channel)};
      double* first = partial.first.data() + part * channels + channel;
      double* second = partial.second.data() + part * channels + channel;
      plane == 1 ? reduce_rows(terms, extent, block, first, second) : reduce_planes(terms, extent, block, first, second);
    }
  });
  for (int64_t part = 1; part < parts; ++part) {
    const int64_t before = part * length, now = std::min(length, samples - before);
    const typename Terms::Merge merge(now * plane, before * plane);
    const double* first = partial.first.data() + part * channels;
    const double* second = partial.second.data() + part * channels;
    SELFSAME_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) merge.pairs(first[c], second[c], partial.first[c], partial.second[c]);
  }
  partial.first.resize(channels);
  partial.second.resize(channels);
  return partial;
}

namespace detail {

template <typename Map>
void map_rows(Map map, int64_t channels, int64_t begin, int64_t end) {
  int64_t row = begin;
  // four rows at a time: a channel's constants are read once for them
  for (; row + 4 <= end; row += 4) {
    SELFSAME_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) {
      const auto channel = map.channel(c);
      for (int r = 0; r < 4; ++r) map.apply((row + r) * channels + c, channel);
    }
  }
  for (; row < end; ++row) {
    SELFSAME_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) map.apply(row * channels + c, map.channel(c));
  }
}

template <typename Map>
void map_planes(Map map, int64_t channels, int64_t plane, int64_t begin, int64_t end) {
  for (int64_t each = begin; each < end; ++each) {
    const auto channel = map.channel(each % channels);
    SELFSAME_INDEPENDENT
    for (int64_t i = each * plane; i < (each + 1) * plane; ++i) map.apply(i, channel);
  }
}

}  // namespace detail

/** Calls `map.apply(index, map.channel(c))` for every element. */
template <typename Map>
void map_channels(const Extent& extent, const Map& map) {
  const auto [samples, channels, plane] = extent;
  const bool rows = plane == 1;
  const int64_t grain = std::max<int64_t>(1, detail::kGrain / (rows ? channels : plane));
  at::parallel_for(0, rows ? samples : samples * channels, grain, [&, channels = channels, plane = plane](auto begin, auto end) {
    // by value: the compiler must see that what is written changes no pointer in it
    rows ? detail::map_rows(map, channels, begin, end) : detail::map_planes(map, channels, plane, begin, end);
  });
}

}  // namespace selfsame
