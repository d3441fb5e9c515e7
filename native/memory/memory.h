// libtorch's CPU allocator, replaced: large blocks are kept and reused instead of being mapped anew each time.
#pragma once
#include <cstddef>

namespace selfsame {

struct MemoryStatistics {
  size_t live;    // bytes in use by tensors
  size_t cached;  // bytes kept for reuse
  size_t peak;    // highest `live` so far
};

void install_allocator();
MemoryStatistics memory_statistics();
void release_cached_memory();

}  // namespace selfsame
