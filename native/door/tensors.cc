// Bytes in and out of tensors, and what a tensor says of itself.
#include <ATen/ops/empty.h>

#include <cstring>

#include "door.h"
#include "value.h"

namespace selfsame {
namespace {

std::vector<int64_t> to_shape(Napi::Env env, Napi::Value value) {
  std::vector<int64_t> shape;
  const auto sizes = value.As<Napi::Array>();
  for (uint32_t i = 0; i < sizes.Length(); ++i) shape.push_back(to_int64(env, sizes.Get(i)));
  return shape;
}

const at::Tensor& tensor_of(const Napi::CallbackInfo& info, size_t index) {
  return Table::of(info.Env()).get(to_int64(info.Env(), info[index]));
}

// from_bytes(Uint8Array, shape, dtype code): id of a new CPU tensor that owns a copy
Napi::Value from_bytes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto bytes = info[0].As<Napi::Uint8Array>();
    const auto dtype = static_cast<at::ScalarType>(to_int64(info.Env(), info[2]));
    auto tensor = at::empty(to_shape(info.Env(), info[1]), at::TensorOptions().dtype(dtype));
    if (tensor.nbytes() != bytes.ByteLength()) {
      throw std::invalid_argument("a tensor of this shape and dtype takes " + std::to_string(tensor.nbytes()) +
                                  " bytes, got " + std::to_string(bytes.ByteLength()));
    }
    if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), bytes.Data(), tensor.nbytes());
    return Napi::Number::New(info.Env(), Table::of(info.Env()).put(std::move(tensor)));
  });
}

// join_bytes(Uint8Array[]): id of a new uint8 tensor with all of them, one after another
Napi::Value join_bytes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto parts = info[0].As<Napi::Array>();
    std::vector<std::pair<const uint8_t*, int64_t>> pieces;
    int64_t total = 0;
    for (uint32_t i = 0; i < parts.Length(); ++i) {
      const auto part = parts.Get(i).As<Napi::Uint8Array>();
      pieces.emplace_back(part.Data(), part.ByteLength());
      total += part.ByteLength();
    }
    auto tensor = at::empty({total}, at::TensorOptions().dtype(at::kByte));
    auto* to = tensor.data_ptr<uint8_t>();
    for (const auto& [data, length] : pieces) {
      if (length > 0) std::memcpy(to, data, length);
      to += length;
    }
    return Napi::Number::New(info.Env(), Table::of(info.Env()).put(std::move(tensor)));
  });
}

// to_bytes(id): Uint8Array with a copy of the contiguous elements
Napi::Value to_bytes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto tensor = tensor_of(info, 0).detach().to(at::kCPU).contiguous();
    auto bytes = Napi::Uint8Array::New(info.Env(), tensor.nbytes());
    if (tensor.nbytes() > 0) std::memcpy(bytes.Data(), tensor.data_ptr(), tensor.nbytes());
    return bytes;
  });
}

// describe(id): [dtype code, device, requires_grad, ...sizes]
Napi::Value describe(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto& tensor = tensor_of(info, 0);
    auto list = Napi::Array::New(info.Env(), 3 + tensor.dim());
    list.Set(0u, static_cast<double>(tensor.scalar_type()));
    list.Set(1u, tensor.device().str());
    list.Set(2u, tensor.requires_grad());
    for (int64_t i = 0; i < tensor.dim(); ++i) list.Set(3 + i, static_cast<double>(tensor.size(i)));
    return list;
  });
}

Napi::Value item(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto& tensor = tensor_of(info, 0);
    if (tensor.numel() != 1) {
      throw std::invalid_argument("item() needs one element, got " + std::to_string(tensor.numel()));
    }
    return Napi::Number::New(info.Env(), tensor.item().toDouble());
  });
}

// release(id): whether it was watched
Napi::Value release(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Table::of(info.Env()).release(info[0].As<Napi::Number>().Int64Value()));
}

// watch(id): whether it was not watched before
Napi::Value watch(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Boolean::New(info.Env(), Table::of(info.Env()).watch(to_int64(info.Env(), info[0])));
  });
}

// alias(id): a second slot for the same tensor
Napi::Value alias(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto tensor = tensor_of(info, 0);
    return Napi::Number::New(info.Env(), Table::of(info.Env()).put(tensor));
  });
}

}  // namespace

void export_tensors(Napi::Env env, Napi::Object exports) {
  exports.Set("joinBytes", Napi::Function::New(env, join_bytes, "joinBytes"));
  exports.Set("fromBytes", Napi::Function::New(env, from_bytes, "fromBytes"));
  exports.Set("toBytes", Napi::Function::New(env, to_bytes, "toBytes"));
  exports.Set("describe", Napi::Function::New(env, describe, "describe"));
  exports.Set("item", Napi::Function::New(env, item, "item"));
  exports.Set("release", Napi::Function::New(env, release, "release"));
  exports.Set("watch", Napi::Function::New(env, watch, "watch"));
  exports.Set("alias", Napi::Function::New(env, alias, "alias"));
}

}  // namespace selfsame
