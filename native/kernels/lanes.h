// A short vector that the compiler maps to the machine's registers (gcc and clang, any CPU).
#pragma once
#include <cstdint>
#include <cstring>

namespace selfsame {

#ifdef __AVX512F__
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;
#endif

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
typedef int32_t LaneInts __attribute__((vector_size(kLanes * sizeof(int32_t))));
typedef uint8_t LaneBytes __attribute__((vector_size(kLanes)));

inline Lanes load_lanes(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

inline void store_lanes(float* to, Lanes lanes) { std::memcpy(to, &lanes, sizeof(lanes)); }

inline Lanes load_lanes(const uint8_t* from) {
  LaneBytes bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  // by way of integers: a direct conversion is not one instruction
  return __builtin_convertvector(__builtin_convertvector(bytes, LaneInts), Lanes);
}

}  // namespace selfsame
