// Threads, seeds, memory counters and what this libtorch is.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/csrc/api/include/torch/version.h>

#include "../memory/memory.h"
#include "../threads/products.h"
#include "door.h"
#include "value.h"

namespace selfsame {
namespace {

void set_threads(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() { at::set_num_threads(info[0].As<Napi::Number>().Int32Value()); });
}

Napi::Value threads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), at::get_num_threads()); }

void manual_seed(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() { at::manual_seed(static_cast<uint64_t>(to_int64(info.Env(), info[0]))); });
}

Napi::Value memory(const Napi::CallbackInfo& info) {
  const auto statistics = memory_statistics();
  auto result = Napi::Object::New(info.Env());
  result.Set("tensors", static_cast<double>(Table::of(info.Env()).live()));
  result.Set("watched", static_cast<double>(Table::of(info.Env()).watched()));
  result.Set("bytes", static_cast<double>(statistics.live));
  result.Set("cached", static_cast<double>(statistics.cached));
  result.Set("peak", static_cast<double>(statistics.peak));
  return result;
}

void release_cached(const Napi::CallbackInfo&) { release_cached_memory(); }

Napi::Value about(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto result = Napi::Object::New(info.Env());
    result.Set("version", TORCH_VERSION);
#ifdef SELFSAME_CUDA
    result.Set("cuda", true);
#else
    result.Set("cuda", false);
#endif
    result.Set("cudaDevices", at::hasCUDA() ? static_cast<double>(at::detail::getCUDAHooks().getNumGPUs()) : 0.0);
    result.Set("config", at::show_config());
    result.Set("parallel", at::get_parallel_info());
    return result;
  });
}

}  // namespace

void export_system(Napi::Env env, Napi::Object exports) {
  install_allocator();
  // the shapes of a run stay the same, so the fastest kernel for each is worth finding
  at::globalContext().setBenchmarkCuDNN(true);
  keep_blas_to_one_thread();
  exports.Set("setThreads", Napi::Function::New(env, set_threads, "setThreads"));
  exports.Set("threads", Napi::Function::New(env, threads, "threads"));
  exports.Set("manualSeed", Napi::Function::New(env, manual_seed, "manualSeed"));
  exports.Set("memory", Napi::Function::New(env, memory, "memory"));
  exports.Set("releaseCached", Napi::Function::New(env, release_cached, "releaseCached"));
  exports.Set("about", Napi::Function::New(env, about, "about"));
}

}  // namespace selfsame
