// Passes over a tensor with channels, in either memory layout: two sums a channel, and an element-wise map.
#pragma once
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../shared/elements.h"

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
constexpr int kRowsAtOnce = 2;       // while their sums are in registers
constexpr int kStreams = 2;          // of sums of a plane: one addition need not wait for the other
constexpr int64_t kGrain = 32768;    // elements that are worth another thread

// What one task adds up: samples [begin, end) of channels [channel, channel + width).
struct Task {
  int64_t begin, end, channel, width;
};

template <typename Value, typename Terms>
inline void add_at(const Terms& terms, int64_t index, int64_t stride, int rows, int64_t channel, const float* center, float* a,
                   float* b) {
  const auto constants = terms.template channel<Value>(channel, load<Value>(center));
  auto first = load<Value>(a), second = load<Value>(b);
  for (int row = 0; row < rows; ++row) terms.add(index + row * stride, constants, first, second);
  store(a, first);
  store(b, second);
}

// A few rows, each in a straight line: memory is read in order, the sums stay in the first cache.
template <int kRows, typename Terms>
inline void add_rows(const Terms& terms, int64_t index, int64_t stride, const Task& task, const float* centers, float* a,
                     float* b) {
  int64_t c = 0;
  for (; c + kLanes <= task.width; c += kLanes) {
    add_at<Lanes>(terms, index + c, stride, kRows, task.channel + c, centers + c, a + c, b + c);
  }
  for (; c < task.width; ++c) {
    add_at<float>(terms, index + c, stride, kRows, task.channel + c, centers + c, a + c, b + c);
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
    for (; row + kRowsAtOnce <= end; row += kRowsAtOnce) {
      add_rows<kRowsAtOnce>(terms, index(row), extent.channels, task, centers, a, b);
    }
    for (; row < end; ++row) add_rows<1>(terms, index(row), extent.channels, task, centers, a, b);
    const typename Terms::Merge merge(end - begin, begin - task.begin);
#pragma omp simd
    for (int64_t c = 0; c < task.width; ++c) merge.sums(centers[c], a[c], b[c], first[c], second[c]);
  }
}

template <typename Terms>
void reduce_planes(Terms terms, Extent extent, Task task, double* first, double* second) {
  float centers[kPlanes];
  Lanes a[kPlanes] = {}, b[kPlanes] = {};
  float rest_a[kPlanes] = {}, rest_b[kPlanes] = {};
  for (int64_t sample = task.begin; sample < task.end; ++sample) {
    for (int64_t c = 0; c < task.width; ++c) {
      int64_t index = (sample * extent.channels + task.channel + c) * extent.plane;
      const int64_t end = index + extent.plane;
      if (sample == task.begin) centers[c] = terms.center(task.channel + c, index);
      const auto constants = terms.template channel<float>(task.channel + c, centers[c]);
      Lanes sum_a[kStreams] = {a[c]}, sum_b[kStreams] = {b[c]};
      for (; index + kStreams * kLanes <= end; index += kStreams * kLanes) {
        for (int s = 0; s < kStreams; ++s) terms.add(index + s * kLanes, constants, sum_a[s], sum_b[s]);
      }
      for (; index + kLanes <= end; index += kLanes) terms.add(index, constants, sum_a[0], sum_b[0]);
      for (; index < end; ++index) terms.add(index, constants, rest_a[c], rest_b[c]);
      a[c] = sum_a[0] + sum_a[1];
      b[c] = sum_b[0] + sum_b[1];
    }
  }
  const typename Terms::Merge merge((task.end - task.begin) * extent.plane, 0);
  for (int64_t c = 0; c < task.width; ++c) {
    double total_a = rest_a[c], total_b = rest_b[c];
    for (int lane = 0; lane < kLanes; ++lane) {
      total_a += a[c][lane];
      total_b += b[c][lane];
    }
    merge.sums(centers[c], total_a, total_b, first[c], second[c]);
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
  const int64_t samples = extent.samples, channels = extent.channels, plane = extent.plane;
  const int64_t width = std::min(channels, plane == 1 ? kChunk : kPlanes);
  const int64_t length = plane == 1 ? kAdditions * std::max<int64_t>(1, 1024 / width)
                                    : std::max<int64_t>(1, kAdditions * 16 / plane);
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
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) merge.pairs(first[c], second[c], partial.first[c], partial.second[c]);
  }
  partial.first.resize(channels);
  partial.second.resize(channels);
  return partial;
}

namespace detail {

template <typename Map>
void map_rows(Map map, int64_t channels, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    int64_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) map.template apply<Lanes>(row * channels + c, map.template channel<Lanes>(c));
    for (; c < channels; ++c) map.template apply<float>(row * channels + c, map.template channel<float>(c));
  }
}

template <typename Map>
void map_planes(Map map, int64_t channels, int64_t plane, int64_t begin, int64_t end) {
  for (int64_t each = begin; each < end; ++each) {
    const auto constants = map.template channel<float>(each % channels);
    int64_t i = each * plane;
    for (; i + kLanes <= (each + 1) * plane; i += kLanes) map.template apply<Lanes>(i, constants);
    for (; i < (each + 1) * plane; ++i) map.template apply<float>(i, constants);
  }
}

}  // namespace detail

/** Calls `map.apply<Value>(index, map.channel<Value>(c))` for every element, a Value being a float or Lanes of them. */
template <typename Map>
void map_channels(const Extent& extent, const Map& map) {
  const int64_t samples = extent.samples, channels = extent.channels, plane = extent.plane;
  const bool rows = plane == 1;
  const int64_t grain = std::max<int64_t>(1, detail::kGrain / (rows ? channels : plane));
  at::parallel_for(0, rows ? samples : samples * channels, grain, [&](int64_t begin, int64_t end) {
    // by value: the compiler must see that what is written changes no pointer in it
    rows ? detail::map_rows(map, channels, begin, end) : detail::map_planes(map, channels, plane, begin, end);
  });
}

}  // namespace selfsame
