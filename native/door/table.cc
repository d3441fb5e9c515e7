#include "table.h"

#include <stdexcept>

namespace selfsame {

Table& Table::of(napi_env env) {
  auto* table = Napi::Env(env).GetInstanceData<Table>();
  if (table == nullptr) {
    table = new Table();
    Napi::Env(env).SetInstanceData(table);
  }
  return *table;
}

int32_t Table::put(at::Tensor tensor) {
  ++live_;
  if (free_.empty()) {
    slots_.push_back(std::move(tensor));
    return static_cast<int32_t>(slots_.size() - 1);
  }
  const auto id = free_.back();
  free_.pop_back();
  slots_[id] = std::move(tensor);
  return id;
}

const at::Tensor& Table::get(int64_t id) const {
  if (id < 0 || id >= static_cast<int64_t>(slots_.size()) || !slots_[id].defined()) {
    throw std::invalid_argument("tensor " + std::to_string(id) + " is not alive");
  }
  return slots_[id];
}

void Table::release(int64_t id) {
  if (id < 0 || id >= static_cast<int64_t>(slots_.size()) || !slots_[id].defined()) return;
  slots_[id] = at::Tensor();
  free_.push_back(static_cast<int32_t>(id));
  --live_;
}

}  // namespace selfsame
