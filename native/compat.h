// The one place where libtorch releases differ; everything else is written with `auto`.
#pragma once
#include <torch/csrc/api/include/torch/version.h>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#define SELFSAME_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace selfsame {

// Autocast became one function per device in 2.4.
inline void set_autocast(bool cuda, bool enabled, at::ScalarType dtype) {
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

}  // namespace selfsame

// Allocator::allocate lost its const in 2.3, when copy_data became pure virtual.
#if SELFSAME_TORCH_AT_LEAST(2, 3)
#define SELFSAME_ALLOCATE_CONST
#define SELFSAME_ALLOCATOR_COPIES 1
#else
#define SELFSAME_ALLOCATE_CONST const
#define SELFSAME_ALLOCATOR_COPIES 0
#endif
