// selfsame::first_conv2d: a convolution of pictures, which have few channels and need no gradient. Libraries are made for many
// channels: oneDNN takes longer for the gradient of a first layer's weights than for all else about it together.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <utility>

#include "../shared/compat.h"
#include "../shared/lanes.h"

namespace selfsame {
namespace {

using at::Tensor;

// A picture value's place is the sum of index · stride; gradients lie [N, H, W, outputs] in memory.
struct Geometry {
  int64_t samples, inputs, height, width;
  int64_t sample_stride, input_stride, row_stride, column_stride;
  int64_t outputs, out_height, out_width;
  int64_t kernel_height, kernel_width, stride_down, stride_across, padding_down, padding_across;

  int64_t taps() const { return inputs * kernel_height * kernel_width; }
};

constexpr int kVectors = 8;          // of outputs at once: their sums stay in registers
constexpr int64_t kParts = 64;       // of the samples at most: how they are cut depends on the shape alone
constexpr int64_t kLeast = 1 << 20;  // multiplications that are worth a part

// sums[o] += sum over places of pictures[place] · gradients[place][o], for kCount · kLanes outputs
template <int kCount>
void add_products(const float* picture, int64_t step, const float* gradient, int64_t outputs, int64_t places, float* sums) {
  Lanes found[kCount];
  for (int v = 0; v < kCount; ++v) found[v] = load<Lanes>(sums + v * kLanes);
  for (int64_t place = 0; place < places; ++place) {
    const Lanes value = Lanes{} + picture[place * step];
    for (int v = 0; v < kCount; ++v) found[v] += value * load<Lanes>(gradient + place * outputs + v * kLanes);
  }
  for (int v = 0; v < kCount; ++v) store(sums + v * kLanes, found[v]);
}

void add_row(const float* picture, int64_t step, const float* gradient, int64_t outputs, int64_t places, float* sums) {
  int64_t o = 0;
  for (; o + kVectors * kLanes <= outputs; o += kVectors * kLanes) {
    add_products<kVectors>(picture, step, gradient + o, outputs, places, sums + o);
  }
  for (; o + kVectors / 2 * kLanes <= outputs; o += kVectors / 2 * kLanes) {
    add_products<kVectors / 2>(picture, step, gradient + o, outputs, places, sums + o);
  }
  for (; o + kLanes <= outputs; o += kLanes) add_products<1>(picture, step, gradient + o, outputs, places, sums + o);
  for (; o < outputs; ++o) {
    for (int64_t place = 0; place < places; ++place) sums[o] += picture[place * step] * gradient[place * outputs + o];
  }
}

// Output columns whose picture column `x · stride + offset` is within the width.
std::pair<int64_t, int64_t> columns_within(int64_t offset, int64_t stride, int64_t width, int64_t out_width) {
  const auto first = offset < 0 ? (-offset + stride - 1) / stride : 0;
  const auto end = width - offset <= 0 ? 0 : (width - offset - 1) / stride + 1;
  return {first, std::max(first, std::min(end, out_width))};
}

// sums [inputs, kernel height, kernel width, outputs] of one sample
void add_sample(const Geometry& g, const float* picture, const float* gradient, float* sums) {
  for (int64_t y = 0; y < g.out_height; ++y) {
    const float* row = gradient + y * g.out_width * g.outputs;
    float* to = sums;
    for (int64_t input = 0; input < g.inputs; ++input) {
      for (int64_t down = 0; down < g.kernel_height; ++down) {
        const auto from = y * g.stride_down + down - g.padding_down;
        for (int64_t across = 0; across < g.kernel_width; ++across, to += g.outputs) {
          if (from < 0 || from >= g.height) continue;
          const auto offset = across - g.padding_across;
          const auto [first, end] = columns_within(offset, g.stride_across, g.width, g.out_width);
          const float* values = picture + input * g.input_stride + from * g.row_stride +
                                (first * g.stride_across + offset) * g.column_stride;
          add_row(values, g.stride_across * g.column_stride, row + first * g.outputs, g.outputs, end - first, to);
        }
      }
    }
  }
}

Geometry geometry_of(const Tensor& x, const Tensor& gradient, at::IntArrayRef kernel, at::IntArrayRef stride,
                     at::IntArrayRef padding) {
  return {x.size(0),        x.size(1),        x.size(2), x.size(3), x.stride(0), x.stride(1), x.stride(2), x.stride(3),
          gradient.size(1), gradient.size(2), gradient.size(3), kernel[0], kernel[1], stride[0], stride[1], padding[0],
          padding[1]};
}

// The gradient of the weights [outputs, inputs, height, width], channels-last.
Tensor first_weight_gradient(const Tensor& x, const Tensor& upstream, at::IntArrayRef kernel, at::IntArrayRef stride,
                       at::IntArrayRef padding) {
  const auto gradient = upstream.contiguous(at::MemoryFormat::ChannelsLast);
  const auto g = geometry_of(x, gradient, kernel, stride, padding);
  const auto each = g.taps() * g.outputs, places = g.out_height * g.out_width;
  const auto least = std::max<int64_t>(1, kLeast / std::max<int64_t>(1, each * places));
  const auto length = std::max(least, (g.samples + kParts - 1) / kParts);
  const auto parts = (g.samples + length - 1) / length;
  auto sums = at::zeros({parts, g.inputs, g.kernel_height, g.kernel_width, g.outputs}, x.options());
  const auto *pictures = x.data_ptr<float>(), *gradients = gradient.data_ptr<float>();
  auto* all = sums.data_ptr<float>();
  at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      for (int64_t n = part * length; n < std::min((part + 1) * length, g.samples); ++n) {
        add_sample(g, pictures + n * g.sample_stride, gradients + n * places * g.outputs, all + part * each);
      }
    }
  });
  return sums.sum(0).permute({3, 0, 1, 2}).contiguous(at::MemoryFormat::ChannelsLast);
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct FirstConv2d : torch::autograd::Function<FirstConv2d> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, at::IntArrayRef stride,
                        at::IntArrayRef padding) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({x});
    context->saved_data["kernel"] = weight.sizes().slice(2).vec();
    context->saved_data["stride"] = stride.vec();
    context->saved_data["padding"] = padding.vec();
    return at::conv2d(x, weight, {}, stride, padding);
  }

  static variable_list backward(AutogradContext* context, variable_list upstream) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "first_conv2d has no second derivative: use ops.conv2d where one is needed");
    const auto saved = [&](const char* name) { return context->saved_data[name].toIntVector(); };
    const auto x = context->get_saved_variables()[0];
    return {Tensor(), first_weight_gradient(x, upstream[0], saved("kernel"), saved("stride"), saved("padding")), Tensor(), Tensor()};
  }
};

Tensor plain(const Tensor& x, const Tensor& weight, at::IntArrayRef stride, at::IntArrayRef padding) {
  return at::conv2d(x, weight, {}, stride, padding);
}

Tensor first_conv2d(const Tensor& x, const Tensor& weight, at::IntArrayRef stride, at::IntArrayRef padding) {
  const bool ours = !casting() && !x.requires_grad() && x.dim() == 4 && stride.size() == 2 && padding.size() == 2 &&
                    x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat;
  return ours ? FirstConv2d::apply(x, weight, stride, padding) : plain(x, weight, stride, padding);
}

}  // namespace
}  // namespace selfsame

TORCH_LIBRARY_FRAGMENT(selfsame, library) {
  library.def("first_conv2d(Tensor x, Tensor weight, int[] stride, int[] padding) -> Tensor");
}
TORCH_LIBRARY_IMPL(selfsame, CPU, library) { library.impl("first_conv2d", selfsame::plain); }
TORCH_LIBRARY_IMPL(selfsame, AutogradCPU, library) { library.impl("first_conv2d", selfsame::first_conv2d); }
