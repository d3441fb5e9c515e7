// selfsame::conv3x3: 3 × 3 convolutions of stride 1 by Winograd's F(4 × 4, 3 × 3), which libraries for the CPU have for inference at
// most. The gradient of the pictures is the same convolution with turned weights, that of the weights the transforms' transpose.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>

#include "../shared/compat.h"
#include "../shared/lanes.h"
#include "multiply.h"
#include "winograd.h"

namespace selfsame {
namespace {

using at::Tensor;
using namespace winograd;

constexpr int64_t kSmallBlock = 24;  // tiles whose values and products stay in the second cache, where channels are few
constexpr int64_t kBlock = 48;       // for weights beyond the last cache, which every block reads anew
constexpr int64_t kFewWeights = 1 << 15;
constexpr int64_t kSummed = 240;      // tiles that are summed at once for the gradient of the weights
constexpr int64_t kLeastTiles = 32;  // fewer are not worth the transform of the weights
constexpr int64_t kPad = 16;         // floats between points, as equal distances of a power of two share few places in a cache

// Channels-last maps [samples, height, width, channels] and their tiles, numbered row by row, sample by sample.
struct Maps {
  int64_t samples, channels, height, width;

  int64_t down() const { return (height + kTile - 1) / kTile; }
  int64_t across() const { return (width + kTile - 1) / kTile; }
  int64_t tiles() const { return samples * down() * across(); }
};

struct Place {
  int64_t sample, y, x;
};

Place place_of(const Maps& maps, int64_t tile) {
  const auto row = tile / maps.across();
  return {row / maps.down(), row % maps.down() * kTile, tile % maps.across() * kTile};
}

// A square of kSize² pixels from (y, x) on, of kLanes channels; zero beyond the map.
template <int kSize>
void read_square(const Maps& maps, const float* values, const Place& from, Lanes* to) {
  const auto [sample, y, x] = from;
  const float* map = values + sample * maps.height * maps.width * maps.channels;
  for (int down = 0; down < kSize; ++down) {
    for (int across = 0; across < kSize; ++across) {
      const auto row = y + down, column = x + across;
      const bool within = row >= 0 && row < maps.height && column >= 0 && column < maps.width;
      to[down * kSize + across] = within ? load<Lanes>(map + (row * maps.width + column) * maps.channels) : Lanes{};
    }
  }
}

// Of the tiles from `first` on: `to` is [kPoints, tiles, channels], its points `stride` apart.
template <typename Transform>
void transform_tiles(const Maps& maps, const float* values, int64_t margin, int64_t first, int64_t tiles, float* to,
                     int64_t stride) {
  constexpr int kSize = Transform::kFrom;
  for (int64_t tile = 0; tile < tiles; ++tile) {
    auto place = place_of(maps, first + tile);
    place.y -= margin;
    place.x -= margin;
    for (int64_t channel = 0; channel < maps.channels; channel += kLanes) {
      Lanes square[kSize * kSize], found[kPoints];
      read_square<kSize>(maps, values + channel, place, square);
      both_ways<Transform>(square, found);
      for (int point = 0; point < kPoints; ++point) store(to + point * stride + tile * maps.channels + channel, found[point]);
    }
  }
}

// The other way: results of the tiles from `first` on, from their products.
void finish_tiles(const Maps& maps, const float* products, int64_t stride, int64_t first, int64_t tiles, float* results) {
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const auto [sample, y, x] = place_of(maps, first + tile);
    const auto rows = std::min<int64_t>(kTile, maps.height - y), columns = std::min<int64_t>(kTile, maps.width - x);
    float* to = results + ((sample * maps.height + y) * maps.width + x) * maps.channels;
    for (int64_t channel = 0; channel < maps.channels; channel += kLanes) {
      Lanes points[kPoints], found[kTile * kTile];
      for (int point = 0; point < kPoints; ++point) {
        points[point] = load<Lanes>(products + point * stride + tile * maps.channels + channel);
      }
      both_ways<OutputTransform>(points, found);
      for (int64_t row = 0; row < rows; ++row) {
        for (int64_t column = 0; column < columns; ++column) {
          store(to + (row * maps.width + column) * maps.channels + channel, found[row * kTile + column]);
        }
      }
    }
  }
}

// Weights in memory, of any strides.
struct Weights {
  const float* data;
  int64_t outputs, inputs;
  int64_t output_stride, input_stride, down, across;
};

Weights weights_of(const Tensor& w) {
  return {w.data_ptr<float>(), w.size(0), w.size(1), w.stride(0), w.stride(1), w.stride(2), w.stride(3)};
}

// As the gradient of the pictures needs them: from outputs to inputs, turned by half a turn.
Weights turned(const Weights& w) {
  const auto* last = w.data + (kKernel - 1) * (w.down + w.across);
  return {last, w.inputs, w.outputs, w.input_stride, w.output_stride, -w.down, -w.across};
}

// Transformed weights [kPoints, outputs / kColumns, inputs, kColumns], points `stride` apart.
struct Factors {
  Tensor memory;
  int64_t stride;

  const float* panel(int64_t point, int64_t panel, int64_t inputs) const {
    return memory.data_ptr<float>() + point * stride + panel * inputs * kColumns;
  }
};

Factors transform_weights(const Weights& w, const at::TensorOptions& like) {
  const auto stride = w.inputs * w.outputs + kPad;
  Factors factors{at::empty({kPoints * stride}, like), stride};
  auto* all = factors.memory.data_ptr<float>();
  at::parallel_for(0, w.outputs / kColumns * w.inputs, 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const auto panel = row / w.inputs, input = row % w.inputs;
      for (int v = 0; v < kColumns / kLanes; ++v) {
        const float* from = w.data + (panel * kColumns + v * kLanes) * w.output_stride + input * w.input_stride;
        Lanes kernel[kKernel * kKernel], found[kPoints];
        for (int tap = 0; tap < kKernel * kKernel; ++tap) {
          const float* value = from + tap / kKernel * w.down + tap % kKernel * w.across;
          for (int lane = 0; lane < kLanes; ++lane) kernel[tap][lane] = value[lane * w.output_stride];
        }
        both_ways<WeightTransform>(kernel, found);
        for (int point = 0; point < kPoints; ++point) store(all + point * stride + row * kColumns + v * kLanes, found[point]);
      }
    }
  });
  return factors;
}

// x channels-last [N, inputs, H, W] to [N, outputs, H, W].
Tensor convolve(const Tensor& x, const Weights& weights) {
  const Maps from{x.size(0), weights.inputs, x.size(2), x.size(3)};
  const Maps to{from.samples, weights.outputs, from.height, from.width};
  auto y = at::empty({to.samples, to.channels, to.height, to.width}, x.options(), at::MemoryFormat::ChannelsLast);
  const auto factors = transform_weights(weights, x.options());
  const auto size = from.channels * to.channels <= kFewWeights ? kSmallBlock : kBlock;
  const auto values_stride = size * from.channels + kPad, products_stride = size * to.channels + kPad;
  const auto each = kPoints * (values_stride + products_stride);
  auto space = at::empty({at::get_num_threads(), each}, x.options());
  const auto* pictures = x.data_ptr<float>();
  auto *results = y.data_ptr<float>(), *spaces = space.data_ptr<float>();
  const auto tiles = from.tiles();
  at::parallel_for(0, (tiles + size - 1) / size, 1, [&](int64_t begin, int64_t end) {
    float* values = spaces + at::get_thread_num() * each;
    float* products = values + kPoints * values_stride;
    for (int64_t block = begin; block < end; ++block) {
      const auto first = block * size, count = std::min(size, tiles - first);
      transform_tiles<InputTransform>(from, pictures, 1, first, count, values, values_stride);
      for (int point = 0; point < kPoints; ++point) {
        const Rows rows{values + point * values_stride, from.channels, 1};
        for (int64_t panel = 0; panel < to.channels / kColumns; ++panel) {
          multiply(rows, count, factors.panel(point, panel, from.channels), kColumns, from.channels,
                   products + point * products_stride + panel * kColumns, to.channels, false);
        }
      }
      finish_tiles(to, products, products_stride, first, count, results);
    }
  });
  return y;
}

// The gradient of the weights [outputs, inputs, 3, 3], channels-last.
Tensor weight_gradient(const Tensor& x, const Tensor& gradient) {
  const Maps from{x.size(0), x.size(1), x.size(2), x.size(3)};
  const Maps to{from.samples, gradient.size(1), from.height, from.width};
  const auto inputs = from.channels, outputs = to.channels;
  const auto values_stride = kSummed * inputs + kPad, gradients_stride = kSummed * outputs + kPad;
  const auto sums_stride = outputs * inputs + kPad;
  auto space = at::empty({kPoints, values_stride + gradients_stride + sums_stride}, x.options());
  auto* values = space.data_ptr<float>();
  auto *gradients = values + kPoints * values_stride, *sums = gradients + kPoints * gradients_stride;
  const auto tiles = from.tiles();
  for (int64_t first = 0; first < tiles; first += kSummed) {
    const auto count = std::min(kSummed, tiles - first);
    at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
      transform_tiles<InputTransform>(from, x.data_ptr<float>(), 1, first + begin, end - begin, values + begin * inputs,
                                      values_stride);
      transform_tiles<GradientTransform>(to, gradient.data_ptr<float>(), 0, first + begin, end - begin,
                                         gradients + begin * outputs, gradients_stride);
    });
    const auto panels = inputs / kColumns;
    at::parallel_for(0, kPoints * panels, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        const auto point = part / panels, column = part % panels * kColumns;
        multiply({gradients + point * gradients_stride, 1, outputs}, outputs, values + point * values_stride + column, inputs,
                 count, sums + point * sums_stride + column, inputs, first > 0);
      }
    });
  }
  auto found = at::empty({outputs, inputs, kKernel, kKernel}, x.options(), at::MemoryFormat::ChannelsLast);
  auto* results = found.data_ptr<float>();
  at::parallel_for(0, outputs, 1, [&](int64_t begin, int64_t end) {
    for (int64_t output = begin; output < end; ++output) {
      for (int64_t input = 0; input < inputs; input += kLanes) {
        Lanes points[kPoints], weights[kKernel * kKernel];
        for (int point = 0; point < kPoints; ++point) {
          points[point] = load<Lanes>(sums + point * sums_stride + output * inputs + input);
        }
        both_ways<WeightGradientTransform>(points, weights);
        for (int tap = 0; tap < kKernel * kKernel; ++tap) {
          store(results + (output * kKernel * kKernel + tap) * inputs + input, weights[tap]);
        }
      }
    }
  });
  return found;
}

Tensor direct(const Tensor& x, const Tensor& weight) { return at::conv2d(x, weight, {}, 1, 1); }

bool is_ours(const Tensor& x, const Tensor& weight) {
  const bool plain = x.dim() == 4 && weight.dim() == 4 && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat;
  if (!plain || weight.size(2) != kKernel || weight.size(3) != kKernel || weight.size(1) != x.size(1)) return false;
  const Maps maps{x.size(0), x.size(1), x.size(2), x.size(3)};
  return x.size(1) % kColumns == 0 && weight.size(0) % kColumns == 0 && maps.tiles() >= kLeastTiles &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor values_alone(const Tensor& x, const Tensor& weight) {
  return is_ours(x, weight) ? convolve(x, weights_of(weight)) : direct(x, weight);
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Conv3x3 : torch::autograd::Function<Conv3x3> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({x, weight});
    return convolve(x, weights_of(weight));
  }

  static variable_list backward(AutogradContext* context, variable_list upstream) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "conv3x3 has no second derivative: use ops.conv2d where one is needed");
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    const auto gradient = upstream[0].contiguous(at::MemoryFormat::ChannelsLast);
    return {context->needs_input_grad(0) ? convolve(gradient, turned(weights_of(weight))) : Tensor(),
            context->needs_input_grad(1) ? weight_gradient(x, gradient) : Tensor()};
  }
};

Tensor conv3x3(const Tensor& x, const Tensor& weight) {
  return !casting() && is_ours(x, weight) ? Conv3x3::apply(x, weight) : direct(x, weight);
}

}  // namespace
}  // namespace selfsame

TORCH_LIBRARY_FRAGMENT(selfsame, library) {
  library.def("conv3x3(Tensor x, Tensor weight) -> Tensor");
}
TORCH_LIBRARY_IMPL(selfsame, CPU, library) { library.impl("conv3x3", selfsame::values_alone); }
TORCH_LIBRARY_IMPL(selfsame, AutogradCPU, library) { library.impl("conv3x3", selfsame::conv3x3); }
