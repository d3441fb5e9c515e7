// selfsame::batch_norm_act: batch norm, residual sum and ReLU in two passes forward and two backward.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rsqrt.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "../shared/compat.h"
#include "batch_norm.h"
#include "with_type.h"

namespace selfsame {
namespace {

using at::Tensor;

struct Options {
  bool training;
  double momentum, eps;
  bool relu;
};

// All float32 [channels].
struct Constants {
  Tensor mean, inverse_deviation, scale, bias;

  Affine affine() const { return {mean.data_ptr<float>(), scale.data_ptr<float>(), bias.data_ptr<float>()}; }
};

struct Result {
  Tensor y;
  Constants constants;
};

at::MemoryFormat format_of(const Tensor& x) {
  return x.dim() == 4 && !x.is_contiguous() && x.suggest_memory_format() == at::MemoryFormat::ChannelsLast
             ? at::MemoryFormat::ChannelsLast
             : at::MemoryFormat::Contiguous;
}

// `x` must be contiguous in its format.
Extent extent_of(const Tensor& x) {
  const auto channels = x.size(1), samples = x.size(0), plane = x.numel() / (channels * samples);
  if (format_of(x) == at::MemoryFormat::ChannelsLast) return {samples * plane, channels, 1};
  return {samples, channels, plane};
}

template <typename T>
T* data_of(const Tensor& x) {
  return x.defined() ? static_cast<T*>(x.data_ptr()) : nullptr;
}

void check_parameter(const char* name, const Tensor& parameter, int64_t channels) {
  if (!parameter.defined()) return;
  TORCH_CHECK(parameter.scalar_type() == at::kFloat && parameter.is_contiguous() &&
                  parameter.sizes() == at::IntArrayRef({channels}),
              "expected `", name, "` as contiguous float32[", channels, "], got ", parameter.scalar_type(), parameter.sizes());
}

void check(const Tensor& x, const Tensor& residual, const Tensor& running_mean, const Tensor& running_var,
           const Options& options) {
  TORCH_CHECK(x.dim() >= 2 && x.numel() > 0 && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16),
              "expected `x` as float32 or bfloat16 [N, C, ...] with at least one element, got ", x.scalar_type(), x.sizes());
  TORCH_CHECK(!residual.defined() || (residual.sizes() == x.sizes() && residual.scalar_type() == x.scalar_type()),
              "expected `residual` like `x` (", x.scalar_type(), x.sizes(), "), got ", residual.scalar_type(), residual.sizes());
  TORCH_CHECK(running_mean.defined() == running_var.defined(), "expected both of `running_mean` and `running_var` or neither");
  TORCH_CHECK(options.training || running_mean.defined(), "expected `running_mean` and `running_var` outside of training");
  TORCH_CHECK(!options.training || x.numel() > x.size(1), "expected more than one value a channel in training, got ", x.sizes());
}

Tensor or_filled(const Tensor& parameter, int64_t channels, float value) {
  return parameter.defined() ? parameter : at::full({channels}, value, at::kFloat);
}

void set_batch_statistics(const Tensor& x, const Options& options, const Tensor& running_mean, const Tensor& running_var,
                          Constants& constants) {
  const auto extent = extent_of(x);
  const auto found = with_type(x, [&](auto* type) { return moments(extent, data_of<std::remove_pointer_t<decltype(type)>>(x)); });
  const auto count = static_cast<double>(extent.count());
  auto *mean = constants.mean.data_ptr<float>(), *inverse = constants.inverse_deviation.data_ptr<float>();
  auto *mean_so_far = data_of<float>(running_mean), *var_so_far = data_of<float>(running_var);
  for (int64_t c = 0; c < extent.channels; ++c) {
    mean[c] = static_cast<float>(found.first[c]);
    inverse[c] = static_cast<float>(1 / std::sqrt(found.second[c] / count + options.eps));
    if (mean_so_far == nullptr) continue;
    mean_so_far[c] += options.momentum * (found.first[c] - mean_so_far[c]);
    var_so_far[c] += options.momentum * (found.second[c] / (count - 1) - var_so_far[c]);
  }
}

Tensor value_or_none(const OptionalTensor& tensor) { return tensor.has_value() ? *tensor : Tensor(); }

Result forward(const Tensor& given, const OptionalTensor& residual_or_none, const OptionalTensor& weight_or_none,
               const OptionalTensor& bias_or_none, const OptionalTensor& running_mean_or_none,
               const OptionalTensor& running_var_or_none, const Options& options) {
  const auto residual = value_or_none(residual_or_none), weight = value_or_none(weight_or_none);
  const auto bias = value_or_none(bias_or_none), running_mean = value_or_none(running_mean_or_none);
  const auto running_var = value_or_none(running_var_or_none);
  check(given, residual, running_mean, running_var, options);
  const auto channels = given.size(1);
  check_parameter("weight", weight, channels);
  check_parameter("bias", bias, channels);
  check_parameter("running_mean", running_mean, channels);
  check_parameter("running_var", running_var, channels);
  const auto format = format_of(given);
  const auto x = given.contiguous(format);
  const auto added = residual.defined() ? residual.contiguous(format) : residual;

  Constants constants{at::empty({channels}, at::kFloat), at::empty({channels}, at::kFloat), {}, or_filled(bias, channels, 0)};
  if (options.training) {
    set_batch_statistics(x, options, running_mean, running_var, constants);
  } else {
    constants.mean.copy_(running_mean);
    at::rsqrt_out(constants.inverse_deviation, running_var.add(options.eps));
  }
  constants.scale = weight.defined() ? constants.inverse_deviation.mul(weight) : constants.inverse_deviation;
  auto y = at::empty(x.sizes(), x.options(), format);
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    normalise(extent_of(x), data_of<T>(x), data_of<T>(added), constants.affine(), options.relu, data_of<T>(y));
  });
  return {y, constants};
}

struct Gradients {
  Tensor x, residual, weight, bias;
};

// `y` is undefined where the cut can be told from x.
Gradients backward(const Tensor& upstream, const Tensor& given, const Tensor& y, const Constants& constants, bool training,
                   bool relu, bool wants_x, bool wants_residual) {
  const auto format = format_of(given);
  const auto x = given.contiguous(format);
  auto gradient = upstream.contiguous(format);
  const auto extent = extent_of(x);
  const auto affine = constants.affine();
  Gradients result{{}, {}, at::empty({extent.channels}, at::kFloat), at::empty({extent.channels}, at::kFloat)};
  if (wants_residual) result.residual = relu ? at::empty(x.sizes(), x.options(), format) : gradient;
  if (wants_x) result.x = at::empty(x.sizes(), x.options(), format);
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Upstream<T> whole{data_of<T>(gradient), data_of<T>(y), relu};
    T* cut = relu ? data_of<T>(result.residual) : nullptr;
    const auto sums = gradient_sums(extent, whole, data_of<T>(x), affine, cut);

    std::vector<float> offset(extent.channels), slope(extent.channels);
    auto *weight = result.weight.template data_ptr<float>(), *bias = result.bias.template data_ptr<float>();
    const auto* inverse = constants.inverse_deviation.template data_ptr<float>();
    const auto count = static_cast<double>(extent.count());
    for (int64_t c = 0; c < extent.channels; ++c) {
      bias[c] = sums.first[c];
      weight[c] = sums.second[c] * inverse[c];
      // the batch's own mean and deviation depend on x as well
      offset[c] = training ? -sums.first[c] / count * affine.scale[c] : 0;
      slope[c] = training ? -sums.second[c] / count * inverse[c] * inverse[c] * affine.scale[c] : 0;
    }
    if (!wants_x) return;
    // what is cut already needs no second look at y
    const auto rest = cut == nullptr ? whole : Upstream<T>{cut, nullptr, false};
    gradient_of_input(extent, rest, data_of<T>(x), affine, {affine.scale, offset.data(), slope.data()}, data_of<T>(result.x));
  });
  return result;
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct BatchNormAct : torch::autograd::Function<BatchNormAct> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const OptionalTensor& residual,
                        const OptionalTensor& weight, const OptionalTensor& bias, const OptionalTensor& running_mean,
                        const OptionalTensor& running_var, const Options& options) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto [y, constants] = selfsame::forward(x, residual, weight, bias, running_mean, running_var, options);
    const auto wants = [](const OptionalTensor& tensor) { return tensor.has_value() && tensor->requires_grad(); };
    const bool needs_y = options.relu && residual.has_value();
    context->save_for_backward({x, needs_y ? y : Tensor(), constants.mean, constants.inverse_deviation, constants.scale,
                                constants.bias});
    context->saved_data["training"] = options.training;
    context->saved_data["relu"] = options.relu;
    context->saved_data["wants_x"] = x.requires_grad();
    context->saved_data["wants_residual"] = wants(residual);
    context->saved_data["wants_weight"] = wants(weight);
    context->saved_data["wants_bias"] = wants(bias);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list upstream) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "batch_norm_act has no second derivative: use ops.batch_norm where one is needed");
    const auto saved = context->get_saved_variables();
    const auto flag = [&](const char* name) { return context->saved_data[name].toBool(); };
    auto gradients = selfsame::backward(upstream[0], saved[0], saved[1], {saved[2], saved[3], saved[4], saved[5]},
                                        flag("training"), flag("relu"), flag("wants_x"), flag("wants_residual"));
    if (!flag("wants_weight")) gradients.weight = Tensor();
    if (!flag("wants_bias")) gradients.bias = Tensor();
    return {gradients.x, gradients.residual, gradients.weight, gradients.bias, Tensor(), Tensor(), Tensor()};
  }
};

template <bool kDifferentiable>
Tensor batch_norm_act(const Tensor& x, const OptionalTensor& residual, const OptionalTensor& weight,
                      const OptionalTensor& bias, const OptionalTensor& running_mean, const OptionalTensor& running_var,
                      bool training, double momentum, double eps, bool relu) {
  const Options options{training, momentum, eps, relu};
  if constexpr (kDifferentiable) {
    return BatchNormAct::apply(x, residual, weight, bias, running_mean, running_var, options);
  } else {
    return forward(x, residual, weight, bias, running_mean, running_var, options).y;
  }
}

}  // namespace
}  // namespace selfsame

TORCH_LIBRARY_FRAGMENT(selfsame, library) {
  library.def(
      "batch_norm_act(Tensor x, Tensor? residual, Tensor? weight, Tensor? bias, Tensor(a!)? running_mean, "
      "Tensor(b!)? running_var, bool training, float momentum, float eps, bool relu) -> Tensor");
}
TORCH_LIBRARY_IMPL(selfsame, CPU, library) { library.impl("batch_norm_act", selfsame::batch_norm_act<false>); }
TORCH_LIBRARY_IMPL(selfsame, AutogradCPU, library) { library.impl("batch_norm_act", selfsame::batch_norm_act<true>); }
