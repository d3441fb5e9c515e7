// A device that is none, so that code for accelerators is tested where there is no accelerator: its tensors lie in the host's
// memory and are computed there, but an operator that is given tensors of both sides throws, as on CUDA. Loading it registers it
// as libtorch's `privateuseone` (tried with 1.13 and 2.13). It also records as a CUDA graph does: the operators with their tensors
// and numbers, to be run again in the same memory.
#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <ATen/ops/unfold_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <node_api.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/library.h>
#if TORCH_VERSION_MAJOR >= 2
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/DeviceType.h>
#endif

#include <functional>
#include <memory>
#include <set>
#include <vector>

namespace {

using at::Tensor;
using Sizes = at::IntArrayRef;

constexpr auto kKind = c10::DeviceType::PrivateUse1;
const c10::Device kDevice(kKind, 0);

void forget(void* kept) { delete static_cast<Tensor*>(kept); }

// The same memory, seen from the other side; it lives as long as either is held.
Tensor seen_from(const Tensor& tensor, c10::Device device, c10::DispatchKey key) {
  if (!tensor.defined() || tensor.device() == device) return tensor;
  auto* kept = new Tensor(tensor);
  const auto& storage = tensor.storage();
  auto other = c10::Storage(c10::Storage::use_byte_size_t(), storage.nbytes(),
                            c10::DataPtr(storage.data_ptr().get(), kept, forget, device), nullptr, false);
  auto result = at::detail::make_tensor<c10::TensorImpl>(std::move(other), c10::DispatchKeySet(key), tensor.dtype());
  result.unsafeGetTensorImpl()->set_sizes_and_strides(tensor.sizes(), tensor.strides(), tensor.storage_offset());
  return result;
}

Tensor on_host(const Tensor& tensor) { return seen_from(tensor, c10::Device(c10::kCPU), c10::DispatchKey::CPU); }
Tensor on_device(const Tensor& tensor) { return seen_from(tensor, kDevice, c10::DispatchKey::PrivateUse1); }

using Tape = std::vector<std::function<void()>>;

std::vector<std::unique_ptr<Tape>> tapes;
std::unique_ptr<Tape> recording;
// Memory that was made while recording. What is recorded is not executed, so all other memory stays as it is; this is written
// into all the same, since shapes and indices may come of it.
std::set<void*> fresh;

void* memory_of(const Tensor& tensor) { return tensor.storage().data_ptr().get(); }

bool must_stay(const Tensor& tensor) { return recording && tensor.defined() && fresh.count(memory_of(tensor)) == 0; }

Tensor made(const Tensor& host) {
  auto result = on_device(host);
  if (recording && result.defined()) fresh.insert(memory_of(result));
  return result;
}

void put_again(const Tensor& recorded, const Tensor& again) {
  if (!recorded.defined()) return;
  TORCH_CHECK(recorded.sizes() == again.sizes(), "what was recorded with shape ", recorded.sizes(), " is now ", again.sizes());
  on_host(recorded).copy_(again);
}

void put_again(const c10::IValue& recorded, const c10::IValue& again) {
  if (recorded.isTensor()) return put_again(recorded.toTensor(), again.toTensor());
  const auto [old, now] = std::pair(recorded.toTensorVector(), again.toTensorVector());
  for (size_t i = 0; i < old.size(); ++i) put_again(old[i], now[i]);
}

[[noreturn]] void refuse(const c10::FunctionSchema& schema, const Tensor& tensor) {
  TORCH_CHECK(false, schema.name(), " was given a tensor of shape ", tensor.sizes(), " on ", tensor.device(),
              " among tensors on ", kDevice);
}

Tensor argument_on_host(const c10::FunctionSchema& schema, const Tensor& tensor) {
  // CUDA takes single numbers from the host, too
  if (tensor.defined() && tensor.device() != kDevice && tensor.dim() > 0) refuse(schema, tensor);
  return on_host(tensor);
}

// An empty tensor may be an `out` that takes the size of what comes out.
c10::IValue converted(const c10::FunctionSchema& schema, const c10::IValue& value) {
  if (value.isTensor()) {
    const auto& tensor = value.toTensor();
    if (tensor.defined() && tensor.device() == kDevice && tensor.sizes() == Sizes({0})) return at::empty({0}, tensor.dtype());
    return argument_on_host(schema, tensor);
  }
  if (value.isTensorList()) {
    std::vector<Tensor> list;
    for (const Tensor& tensor : value.toTensorVector()) list.push_back(argument_on_host(schema, tensor));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<c10::optional<Tensor>> list;
    for (const auto& one : value.toOptionalTensorVector()) {
      list.push_back(one ? c10::optional<Tensor>(argument_on_host(schema, *one)) : c10::nullopt);
    }
    return list;
  }
  if (value.isDevice()) return c10::Device(c10::kCPU);
  return value;
}

// The argument that a result of an operator in place is, if it is one.
const c10::IValue* same_as(const c10::FunctionSchema& schema, const c10::Argument& result, at::ArrayRef<c10::IValue> given) {
  if (result.alias_info() == nullptr) return nullptr;
  TORCH_CHECK(result.alias_info()->isWrite(), schema.name(), " gives a view, which the stand-in has no form for");
  for (size_t i = 0; i < given.size(); ++i) {
    const auto* alias = schema.arguments()[i].alias_info();
    if (alias != nullptr && *alias == *result.alias_info()) return &given[i];
  }
  return nullptr;
}

c10::IValue given_back(const c10::IValue& value) {
  if (value.isTensor()) return made(value.toTensor());
  TORCH_CHECK(!recording || value.isTensorList(), "a value was asked for while recording");
  if (!value.isTensorList()) return value;
  std::vector<Tensor> list;
  for (const Tensor& tensor : value.toTensorVector()) list.push_back(made(tensor));
  return list;
}

// What was given to be written into, which takes over the memory of what was written where its own was none.
c10::IValue grown(const c10::IValue& given, const c10::IValue& written) {
  if (!given.isTensor() || given.toTensor().sizes() == written.toTensor().sizes()) return given;
  const auto found = made(written.toTensor());
  auto* own = given.toTensor().unsafeGetTensorImpl();
  own->set_storage_keep_dtype(found.storage());
  own->set_sizes_and_strides(found.sizes(), found.strides(), found.storage_offset());
  return given;
}

// An argument, as a copy where its memory has to stay as it is: not all that write into one say so (native_batch_norm).
c10::IValue spared(const c10::IValue& given, const c10::IValue& host) {
  if (!recording) return host;
  if (host.isTensor()) return must_stay(given.toTensor()) ? c10::IValue(host.toTensor().clone()) : host;
  if (!host.isTensorList()) return host;
  auto list = host.toTensorVector();
  const auto before = given.toTensorVector();
  for (size_t i = 0; i < list.size(); ++i) {
    if (must_stay(before[i])) list[i] = list[i].clone();
  }
  return list;
}

void compute_on_host(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto& schema = op.schema();
  const auto count = schema.arguments().size();
  const std::vector<c10::IValue> given(stack->end() - count, stack->end());
  for (size_t i = 0; i < count; ++i) {
    (*stack)[stack->size() - count + i] = spared(given[i], converted(schema, given[i]));
  }
  // kept until the results are on the stack: libtorch takes the arguments off it first, and several results in place are references to them
  const std::vector<c10::IValue> kept(stack->end() - count, stack->end());
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  const auto results = schema.returns().size();
  std::vector<std::pair<size_t, c10::IValue>> to_fill;
  for (size_t i = 0; i < results; ++i) {
    auto& result = (*stack)[stack->size() - results + i];
    const auto* same = same_as(schema, schema.returns()[i], given);
    result = same ? grown(*same, result) : given_back(result);
    if (!same) to_fill.emplace_back(i, result);
  }
  if (!recording) return;
  recording->push_back([op, given, to_fill] {
    torch::jit::Stack again;
    for (const auto& value : given) again.push_back(converted(op.schema(), value));
    const auto kept = again;
    op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), &again);
    for (const auto& [i, recorded] : to_fill) put_again(recorded, again[i]);
  });
}

Tensor new_empty(Sizes size, c10::optional<at::ScalarType> dtype, c10::optional<at::Layout>, c10::optional<at::Device>,
             c10::optional<bool>, c10::optional<at::MemoryFormat> format) {
  const Tensor host = at::detail::empty_cpu(size, dtype.value_or(at::kFloat), false, format);
  // indices may be among what is put there later on
  return made(recording ? host.zero_() : host);
}

Tensor new_strided(Sizes size, Sizes stride, c10::optional<at::ScalarType> dtype,
                     c10::optional<at::Layout>, c10::optional<at::Device>, c10::optional<bool>) {
  return made(at::detail::empty_strided_cpu(size, stride, dtype.value_or(at::kFloat)));
}

// The way in and out, and so the one place where both sides may meet.
Tensor copy_from(const Tensor& from, const Tensor& to, bool) {
  if (recording) {
    TORCH_CHECK(from.device() == to.device(), "a tensor was copied from or to the host while recording");
    recording->push_back([from, to] { on_host(to).copy_(on_host(from)); });
  }
  if (!must_stay(to)) on_host(to).copy_(on_host(from));
  return to;
}

Tensor strided(const Tensor& self, Sizes size, Sizes stride, c10::optional<int64_t> offset) {
  auto result = at::detail::make_tensor<c10::TensorImpl>(c10::TensorImpl::VIEW, c10::Storage(self.storage()),
                                                         self.key_set(), self.dtype());
  result.unsafeGetTensorImpl()->set_sizes_and_strides(size, stride, offset.value_or(self.storage_offset()));
  return result;
}

Tensor viewed(const Tensor& self, Sizes size) {
  const auto host = on_host(self).view(size);
  return strided(self, host.sizes(), host.strides(), host.storage_offset());
}

Tensor reshape_alias(const Tensor& self, Sizes size, Sizes stride) {
  return strided(self, size, stride, self.storage_offset());
}

Tensor convolution(const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& bias, Sizes stride, Sizes padding,
                   Sizes dilation, bool transposed, Sizes output_padding, int64_t groups) {
  const auto compute = [=, stride = stride.vec(), padding = padding.vec(), dilation = dilation.vec(),
                        output_padding = output_padding.vec()] {
    return at::convolution(on_host(input), on_host(weight), bias ? c10::make_optional(on_host(*bias)) : bias, stride, padding,
                           dilation, transposed, output_padding, groups);
  };
  const auto result = made(compute());
  if (recording) recording->push_back([=] { put_again(result, compute()); });
  return result;
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(const Tensor& gradient, const Tensor& input, const Tensor& weight,
                                                        Sizes stride, Sizes padding, Sizes dilation, bool transposed,
                                                        Sizes output_padding, int64_t groups, std::array<bool, 3> wanted) {
  const auto compute = [=, stride = stride.vec(), padding = padding.vec(), dilation = dilation.vec(),
                        output_padding = output_padding.vec()] {
    return at::convolution_backward(on_host(gradient), on_host(input), on_host(weight), weight.size(0), stride, padding,
                                    dilation, transposed, output_padding, groups, wanted);
  };
  const auto [for_input, for_weight, for_bias] = compute();
  const std::array<Tensor, 3> results = {made(for_input), made(for_weight), made(for_bias)};
  if (recording) {
    recording->push_back([=] {
      const auto [again_input, again_weight, again_bias] = compute();
      put_again(results[0], again_input);
      put_again(results[1], again_weight);
      put_again(results[2], again_bias);
    });
  }
  return {results[0], results[1], results[2]};
}

// What JavaScript calls: `Recorder` in src/torch/native.ts.
napi_value guarded(napi_env env, const std::function<napi_value()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

napi_value begin(napi_env env, napi_callback_info) {
  recording = std::make_unique<Tape>();
  fresh.clear();
  return nullptr;
}

napi_value end(napi_env env, napi_callback_info) {
  tapes.push_back(std::move(recording));
  napi_value number;
  napi_create_uint32(env, tapes.size() - 1, &number);
  return number;
}

napi_value abandon(napi_env, napi_callback_info) {
  recording.reset();
  return nullptr;
}

uint32_t number_given(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given;
  uint32_t number = 0;
  napi_get_cb_info(env, info, &count, &given, nullptr, nullptr);
  napi_get_value_uint32(env, given, &number);
  return number;
}

napi_value replay(napi_env env, napi_callback_info info) {
  return guarded(env, [=]() -> napi_value {
    const at::AutoDispatchBelowAutograd below;
    for (const auto& again : *tapes.at(number_given(env, info))) again();
    return nullptr;
  });
}

napi_value release(napi_env env, napi_callback_info info) {
  tapes.at(number_given(env, info)).reset();
  return nullptr;
}

}  // namespace

#if TORCH_VERSION_MAJOR >= 2
// What the engine of gradients asks of a device in libtorch 2: it has one stream, on which all is done at once.
struct Guard final : c10::impl::NoOpDeviceGuardImpl<kKind> {
  c10::Device getDevice() const override { return kDevice; }
  c10::Device exchangeDevice(c10::Device) const override { return kDevice; }
  c10::Stream getStream(c10::Device) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, kDevice); }
  c10::Stream getNewStream(c10::Device, int = 0) const override { return c10::Stream(c10::Stream::DEFAULT, kDevice); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, kDevice); }
  void record(void**, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override {}
  bool queryStream(const c10::Stream&) const override { return true; }
};

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override { return at::detail::getDefaultCPUGenerator(); }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex) const override {}
};
#else
using Guard = c10::impl::NoOpDeviceGuardImpl<kKind>;
#endif

namespace stand_in {
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&compute_on_host>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", new_empty);
  library.impl("empty_strided", new_strided);
  library.impl("_copy_from", copy_from);
  library.impl("as_strided", strided);
  library.impl("view", viewed);
  library.impl("_reshape_alias", reshape_alias);
  library.impl("unfold", at::native::unfold);
  library.impl("convolution_overrideable", convolution);
  library.impl("convolution_backward_overrideable", convolution_backward);
}

NAPI_MODULE_INIT() {
  const auto add = [&](const char* name, napi_callback call) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  };
#if TORCH_VERSION_MAJOR >= 2
  c10::register_privateuse1_backend("privateuseone");
  at::RegisterPrivateUse1HooksInterface(new Hooks());
#endif
  add("begin", begin);
  add("end", end);
  add("abandon", abandon);
  add("replay", replay);
  add("release", release);
  return exports;
}
