// A short vector that the compiler maps to the machine's registers (gcc and clang, any CPU).
#pragma once
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

}  // namespace selfsame
