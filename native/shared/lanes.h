// A short vector that the compiler maps to the machine's registers (gcc and clang, any CPU).
#pragma once
#include <cstdint>
#include <cstring>

namespace selfsame {

#ifdef __AVX512F__
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

// load<Value>(from), store(to, value): one float, or kLanes of them, of any alignment.
template <typename Value>
Value load(const float* from) {
  Value value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

template <typename Value>
void store(float* to, const Value& value) {
  std::memcpy(to, &value, sizeof(value));
}

// The first `count` lanes, all where there are no more.
inline void store_some(float* to, const Lanes& value, int64_t count) {
  count < kLanes ? static_cast<void>(std::memcpy(to, &value, count * sizeof(float))) : store(to, value);
}

// Each lane's larger or smaller one of two.
inline Lanes larger(const Lanes& a, const Lanes& b) { return a > b ? a : b; }
inline Lanes smaller(const Lanes& a, const Lanes& b) { return a < b ? a : b; }

// Cut to [0, 1].
inline Lanes clip(const Lanes& x) { return smaller(larger(x, Lanes{}), Lanes{} + 1.0f); }

}  // namespace selfsame
