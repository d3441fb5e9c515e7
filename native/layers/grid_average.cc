// selfsame::grid_average: the means of a grid of cells of each channel, for maps whose channels lie side by side. libtorch's
// adaptive_avg_pool2d turns such a map's gradient into the other layout and back, which takes as long as a convolution.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <vector>

#include "span.h"
#include "with_type.h"

namespace selfsame {
namespace {

using at::Tensor;

struct Shape {
  int64_t samples, channels, height, width, side;

  int64_t cells() const { return side * side; }
  int64_t numel() const { return channels * height * width; }
};

constexpr int64_t kWorthThread = 32768;  // elements that are worth another thread

int64_t grain_of(const Shape& shape) { return std::max<int64_t>(1, kWorthThread / shape.numel()); }

template <typename Value, typename T>
void add_scaled(const T* from, float scale, float* to) {
  store(to, load<Value>(to) + load<Value>(from) * scale);
}

// to[c] += from[c] · scale
template <typename T>
void add_scaled_row(const T* from, int64_t channels, float scale, float* to) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) add_scaled<Lanes>(from + c, scale, to + c);
  for (; c < channels; ++c) add_scaled<float>(from + c, scale, to + c);
}

// Calls `body(cell, row of the map, share of the cell)` for every place of every cell.
template <typename Body>
void each_place(const Shape& shape, Body body) {
  for (int64_t cell = 0; cell < shape.cells(); ++cell) {
    const Span rows(cell / shape.side, shape.side, shape.height), columns(cell % shape.side, shape.side, shape.width);
    const float share = 1.0f / static_cast<float>(rows.length() * columns.length());
    for (int64_t y = rows.begin; y < rows.end; ++y) {
      for (int64_t x = columns.begin; x < columns.end; ++x) body(cell, y * shape.width + x, share);
    }
  }
}

// x [N, H, W, C] in memory to means [N, C, cells]
template <typename T>
void averages(const Shape& shape, const T* x, T* means) {
  const int64_t channels = shape.channels, cells = shape.cells();
  at::parallel_for(0, shape.samples, grain_of(shape), [&](int64_t begin, int64_t end) {
    std::vector<float> sums(cells * channels);
    for (int64_t n = begin; n < end; ++n) {
      std::fill(sums.begin(), sums.end(), 0.0f);
      const T* map = x + n * shape.numel();
      each_place(shape, [&](int64_t cell, int64_t place, float share) {
        add_scaled_row(map + place * channels, channels, share, sums.data() + cell * channels);
      });
      T* to = means + n * channels * cells;
      for (int64_t c = 0; c < channels; ++c) {
        for (int64_t cell = 0; cell < cells; ++cell) store(to + c * cells + cell, sums[cell * channels + c]);
      }
    }
  });
}

// The gradient of the means [N, C, cells] to that of x [N, H, W, C] in memory
template <typename T>
void spread(const Shape& shape, const T* means, T* x) {
  const int64_t channels = shape.channels, cells = shape.cells();
  at::parallel_for(0, shape.samples, grain_of(shape), [&](int64_t begin, int64_t end) {
    std::vector<float> turned(cells * channels), map(shape.numel());
    for (int64_t n = begin; n < end; ++n) {
      const T* from = means + n * channels * cells;
      for (int64_t c = 0; c < channels; ++c) {
        for (int64_t cell = 0; cell < cells; ++cell) turned[cell * channels + c] = load<float>(from + c * cells + cell);
      }
      std::fill(map.begin(), map.end(), 0.0f);
      each_place(shape, [&](int64_t cell, int64_t place, float share) {
        add_scaled_row(turned.data() + cell * channels, channels, share, map.data() + place * channels);
      });
      T* to = x + n * shape.numel();
      int64_t i = 0;
      for (; i + kLanes <= shape.numel(); i += kLanes) store(to + i, load<Lanes>(map.data() + i));
      for (; i < shape.numel(); ++i) store(to + i, map[i]);
    }
  });
}

Tensor grid_means(const Tensor& x, int64_t side) {
  TORCH_CHECK(x.dim() == 4 && x.numel() > 0 && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16),
              "expected `x` as float32 or bfloat16 [N, C, H, W] with at least one element, got ", x.scalar_type(), x.sizes());
  TORCH_CHECK(side > 0, "expected `side` above 0, got ", side);
  const auto laid = x.contiguous(at::MemoryFormat::ChannelsLast);
  const Shape shape{x.size(0), x.size(1), x.size(2), x.size(3), side};
  auto means = at::empty({shape.samples, shape.channels * shape.cells()}, x.options());
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    averages(shape, static_cast<const T*>(laid.data_ptr()), static_cast<T*>(means.data_ptr()));
  });
  return means;
}

Tensor grid_gradient(const Tensor& upstream, at::IntArrayRef sizes, int64_t side) {
  const auto gradient = upstream.contiguous();
  auto result = at::empty(sizes, gradient.options(), at::MemoryFormat::ChannelsLast);
  const Shape shape{sizes[0], sizes[1], sizes[2], sizes[3], side};
  with_type(gradient, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    spread(shape, static_cast<const T*>(gradient.data_ptr()), static_cast<T*>(result.data_ptr()));
  });
  return result;
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct GridAverage : torch::autograd::Function<GridAverage> {
  static Tensor forward(AutogradContext* context, const Tensor& x, int64_t side) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->saved_data["sizes"] = x.sizes().vec();
    context->saved_data["side"] = side;
    return grid_means(x, side);
  }

  static variable_list backward(AutogradContext* context, variable_list upstream) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "grid_average has no second derivative: use ops.adaptive_avg_pool2d where one is needed");
    const auto sizes = context->saved_data["sizes"].toIntVector();
    return {grid_gradient(upstream[0], sizes, context->saved_data["side"].toInt()), Tensor()};
  }
};

Tensor grid_average(const Tensor& x, int64_t side) { return GridAverage::apply(x, side); }

}  // namespace
}  // namespace selfsame

TORCH_LIBRARY_FRAGMENT(selfsame, library) {
  library.def("grid_average(Tensor x, int side) -> Tensor");
}
TORCH_LIBRARY_IMPL(selfsame, CPU, library) { library.impl("grid_average", selfsame::grid_means); }
TORCH_LIBRARY_IMPL(selfsame, AutogradCPU, library) { library.impl("grid_average", selfsame::grid_average); }
