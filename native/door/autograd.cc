// Gradients and the switches of the autograd and autocast modes.
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "../shared/release.h"
#include "door.h"
#include "value.h"

namespace selfsame {
namespace {

// grad(outputs, inputs, output gradients or [], retain, create, allow unused): (id | null)[]
Napi::Value grad(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto env = info.Env();
    auto& table = Table::of(env);
    const auto gradients = torch::autograd::grad(
        to_tensors(env, info[0], table), to_tensors(env, info[1], table), to_tensors(env, info[2], table),
        info[3].As<Napi::Boolean>(), info[4].As<Napi::Boolean>(), info[5].As<Napi::Boolean>());
    auto ids = Napi::Array::New(env, gradients.size());
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (gradients[i].defined()) {
        ids.Set(i, static_cast<double>(table.put(gradients[i])));
      } else {
        ids.Set(i, env.Null());
      }
    }
    return ids;
  });
}

// set_grad_enabled(flag): the mode before
Napi::Value set_grad_enabled(const Napi::CallbackInfo& info) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(info[0].As<Napi::Boolean>());
  return Napi::Boolean::New(info.Env(), before);
}

void set_requires_grad(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() {
    Table::of(info.Env()).get(to_int64(info.Env(), info[0])).set_requires_grad(info[1].As<Napi::Boolean>());
  });
}

// Autocast became one function per device in 2.4.
void set_autocast(bool cuda, bool enabled, at::ScalarType dtype) {
#if SELFSAME_TORCH_AT_LEAST(2, 4)
  const auto device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_enabled(device, enabled);
  at::autocast::set_autocast_dtype(device, dtype);
#else
  if (cuda) {
    at::autocast::set_enabled(enabled);
    at::autocast::set_autocast_gpu_dtype(dtype);
  } else {
    at::autocast::set_cpu_enabled(enabled);
    at::autocast::set_autocast_cpu_dtype(dtype);
  }
#endif
}

// enter_autocast(cuda, dtype code, enabled): the cast weights live until the outermost leave
void enter_autocast(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() {
    set_autocast(info[0].As<Napi::Boolean>(), info[2].As<Napi::Boolean>(), static_cast<at::ScalarType>(to_int64(info.Env(), info[1])));
    at::autocast::increment_nesting();
  });
}

// leave_autocast(cuda, dtype code, enabled before)
void leave_autocast(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    set_autocast(info[0].As<Napi::Boolean>(), info[2].As<Napi::Boolean>(), static_cast<at::ScalarType>(to_int64(info.Env(), info[1])));
  });
}

}  // namespace

void export_autograd(Napi::Env env, Napi::Object exports) {
  exports.Set("grad", Napi::Function::New(env, grad, "grad"));
  exports.Set("setGradEnabled", Napi::Function::New(env, set_grad_enabled, "setGradEnabled"));
  exports.Set("setRequiresGrad", Napi::Function::New(env, set_requires_grad, "setRequiresGrad"));
  exports.Set("enterAutocast", Napi::Function::New(env, enter_autocast, "enterAutocast"));
  exports.Set("leaveAutocast", Napi::Function::New(env, leave_autocast, "leaveAutocast"));
}

}  // namespace selfsame
