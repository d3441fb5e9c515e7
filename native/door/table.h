// Tensors that JavaScript holds, as numbered slots: a number costs V8 nothing, and the live count is exact.
#pragma once
#include <ATen/core/Tensor.h>
#include <napi.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace selfsame {

class Table {
 public:
  // One table an environment, so that worker threads never share a slot.
  static Table& of(napi_env env);

  explicit Table(napi_env env) : env_(env) {}

  int32_t put(at::Tensor tensor);
  const at::Tensor& get(int64_t id) const;
  // Leaves a tensor to V8's collector, which is told of its storage, once for all views. False where it was before.
  bool watch(int64_t id);
  // Whether it was watched.
  bool release(int64_t id);
  size_t live() const { return live_; }
  // Bytes that V8 is told of.
  int64_t watched() const { return watched_; }

 private:
  struct Slot {
    at::Tensor tensor;
    bool watched = false;
    // as it was then: a tensor may get another
    const void* storage = nullptr;
  };
  struct Storage {
    int64_t bytes = 0;
    int64_t watched = 0;
  };
  bool is_live(int64_t id) const;
  void tell(int64_t bytes);

  napi_env env_;
  std::vector<Slot> slots_;
  std::vector<int32_t> free_;
  std::unordered_map<const void*, Storage> storages_;
  size_t live_ = 0;
  int64_t watched_ = 0;
};

}  // namespace selfsame
