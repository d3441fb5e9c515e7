#include "table.h"

#include <stdexcept>
#include <utility>

namespace selfsame {

Table& Table::of(napi_env env) {
  auto* table = Napi::Env(env).GetInstanceData<Table>();
  if (table == nullptr) {
    table = new Table(env);
    Napi::Env(env).SetInstanceData(table);
  }
  return *table;
}

int32_t Table::put(at::Tensor tensor) {
  ++live_;
  if (free_.empty()) {
    slots_.push_back({std::move(tensor)});
    return static_cast<int32_t>(slots_.size() - 1);
  }
  const auto id = free_.back();
  free_.pop_back();
  slots_[id].tensor = std::move(tensor);
  return id;
}

const at::Tensor& Table::get(int64_t id) const {
  if (!is_live(id)) {
    throw std::invalid_argument("tensor " + std::to_string(id) + " is not alive");
  }
  return slots_[id].tensor;
}

bool Table::is_live(int64_t id) const {
  return id >= 0 && id < static_cast<int64_t>(slots_.size()) && slots_[id].tensor.defined();
}

bool Table::watch(int64_t id) {
  const auto& tensor = get(id);
  auto& slot = slots_[id];
  if (slot.watched) return false;
  slot.watched = true;
  // sparse ones have none
  if (!tensor.has_storage()) return true;
  slot.storage = tensor.storage().unsafeGetStorageImpl();
  auto& storage = storages_[slot.storage];
  if (storage.watched++ == 0) {
    storage.bytes = tensor.storage().nbytes();
    tell(storage.bytes);
  }
  return true;
}

bool Table::release(int64_t id) {
  if (!is_live(id)) return false;
  const auto slot = std::exchange(slots_[id], Slot());
  free_.push_back(static_cast<int32_t>(id));
  --live_;
  const auto found = slot.storage ? storages_.find(slot.storage) : storages_.end();
  if (found != storages_.end() && --found->second.watched == 0) {
    tell(-found->second.bytes);
    storages_.erase(found);
  }
  return slot.watched;
}

void Table::tell(int64_t bytes) {
  watched_ += bytes;
  int64_t now = 0;
  napi_adjust_external_memory(env_, bytes, &now);
}

}  // namespace selfsame
