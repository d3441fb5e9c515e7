#include "memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "../shared/release.h"

namespace selfsame {
namespace {

constexpr size_t kHeader = 64;               // keeps the 64-byte alignment that vector kernels want
constexpr size_t kPooled = 256 << 10;        // smaller blocks are served well by malloc
constexpr size_t kHugePage = 2 << 20;        // Linux's transparent huge page
constexpr size_t kHuge = 4 * kHugePage;      // blocks on pages of their own: a last one half empty is an eighth at most
constexpr size_t kSlack = 32 << 20;         // cached bytes that are always allowed

struct Header {
  size_t size;  // of the data, as rounded
};

// Rounds up to eight classes a power of two, so that at most 1/8 is wasted and blocks meet their likes again.
size_t class_of(size_t size) {
  if (size < kPooled) return size;
  size_t step = kPooled / 8;
  while (step * 16 <= size) step *= 2;
  return (size + step - 1) / step * step;
}

class Pool {
 public:
  void* take(size_t size) {
    const auto rounded = class_of(size);
    std::lock_guard<std::mutex> lock(mutex_);
    void* data = rounded >= kPooled ? reuse(rounded) : nullptr;
    if (data == nullptr) data = fresh(rounded);
    live_ += header(data)->size;
    if (live_ > peak_) peak_ = live_;
    return data;
  }

  void give_back(void* data) {
    if (data == nullptr) return;
    std::lock_guard<std::mutex> lock(mutex_);
    const auto size = header(data)->size;
    live_ -= size;
    if (size < kPooled) {
      std::free(header(data));
    } else {
      free_.emplace(size, data);
      cached_ += size;
    }
  }

  void trim(size_t keep) {
    // the largest first: fewest blocks to map again
    while (cached_ > keep && !free_.empty()) {
      const auto last = std::prev(free_.end());
      cached_ -= last->first;
      unmap(header(last->second));
      free_.erase(last);
    }
  }

  MemoryStatistics statistics() {
    std::lock_guard<std::mutex> lock(mutex_);
    return {live_, cached_, peak_};
  }

  void clear() {
    std::lock_guard<std::mutex> lock(mutex_);
    trim(0);
  }

 private:
  static Header* header(void* data) { return reinterpret_cast<Header*>(static_cast<char*>(data) - kHeader); }

  void* reuse(size_t rounded) {
    const auto found = free_.lower_bound(rounded);
    if (found == free_.end() || found->first > rounded + rounded / 4) return nullptr;
    void* data = found->second;
    cached_ -= found->first;
    free_.erase(found);
    return data;
  }

  void* fresh(size_t rounded) {
    // what is cached never lifts the total far above what tensors themselves have needed
    const auto wanted = live_ + rounded;
    const auto allowed = (wanted > peak_ ? wanted : peak_) + kSlack;
    if (rounded >= kPooled && wanted + cached_ > allowed) trim(allowed - wanted);
    void* block = map(rounded);
    if (block == nullptr) {
      trim(0);
      block = map(rounded);
    }
    if (block == nullptr) throw std::bad_alloc();
    new (block) Header{rounded};
    return static_cast<char*>(block) + kHeader;
  }

  static void* map(size_t rounded) {
    if (rounded >= kHuge) return map_huge(rounded + kHeader);
    void* block = nullptr;
    return posix_memalign(&block, kHeader, rounded + kHeader) == 0 ? block : nullptr;
  }

  // From the system itself, since malloc's heap keeps what lies between blocks that were given back.
  static void* map_huge(size_t total) {
    const auto size = up_to_huge_page(total);
    void* found = mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (found == MAP_FAILED) return nullptr;
    auto* first = static_cast<char*>(found);
    auto* block = reinterpret_cast<char*>(up_to_huge_page(reinterpret_cast<size_t>(first)));
    if (block > first) munmap(first, block - first);
    munmap(block + size, first + kHugePage - block);
#ifdef MADV_HUGEPAGE
    madvise(block, size, MADV_HUGEPAGE);
#endif
    return block;
  }

  static void unmap(Header* block) {
    if (block->size >= kHuge) munmap(block, up_to_huge_page(block->size + kHeader));
    else std::free(block);
  }

  static size_t up_to_huge_page(size_t value) { return (value + kHugePage - 1) / kHugePage * kHugePage; }

  std::mutex mutex_;
  std::multimap<size_t, void*> free_;
  size_t live_ = 0, cached_ = 0, peak_ = 0;
};

Pool& pool() {
  static Pool* instance = new Pool();  // never destroyed: tensors may outlive static destructors
  return *instance;
}

void give_back(void* data) { pool().give_back(data); }

class PooledAllocator final : public c10::Allocator {
 public:
#if SELFSAME_TORCH_AT_LEAST(2, 3)
  c10::DataPtr allocate(size_t size) override { return allocated(size); }
  void copy_data(void* to, const void* from, std::size_t count) const override { std::memcpy(to, from, count); }
#else
  c10::DataPtr allocate(size_t size) const override { return allocated(size); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }

 private:
  static c10::DataPtr allocated(size_t size) {
    void* data = size == 0 ? nullptr : take(size);
    return {data, data, &give_back, c10::Device(c10::DeviceType::CPU)};
  }

  static void* take(size_t size) {
    try {
      return pool().take(size);
    } catch (const std::bad_alloc&) {
      TORCH_CHECK(false, "out of memory: ", size >> 20, " MiB more were asked for; use a smaller batch or pictures");
    }
  }
};

}  // namespace

void install_allocator() {
  // for comparing: bench/README.md
  const char* choice = std::getenv("SELFSAME_ALLOCATOR");
  if (choice != nullptr && std::strcmp(choice, "system") == 0) return;
  static PooledAllocator allocator;
  c10::SetCPUAllocator(&allocator, /*priority=*/100);
#ifdef __GLIBC__
  // oneDNN's scratch buffers come from malloc: keep them from being mapped and unmapped each step
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  mallopt(M_TOP_PAD, 16 << 20);
#endif
}

MemoryStatistics memory_statistics() { return pool().statistics(); }
void release_cached_memory() { pool().clear(); }

}  // namespace selfsame
