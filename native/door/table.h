// Tensors that JavaScript holds, as numbered slots: a number costs V8 nothing, and the live count is exact.
#pragma once
#include <ATen/core/Tensor.h>
#include <napi.h>

#include <cstdint>
#include <vector>

namespace selfsame {

class Table {
 public:
  // One table an environment, so that worker threads never share a slot.
  static Table& of(napi_env env);

  int32_t put(at::Tensor tensor);
  const at::Tensor& get(int64_t id) const;
  void release(int64_t id);
  size_t live() const { return live_; }

 private:
  std::vector<at::Tensor> slots_;
  std::vector<int32_t> free_;
  size_t live_ = 0;
};

}  // namespace selfsame
