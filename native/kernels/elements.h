// Elements as they lie in memory (float, or bfloat16 as its bits) to and from the float that is computed with.
#pragma once
#include <cstdint>
#include <cstring>

namespace selfsame {

using BFloat = uint16_t;

inline float widen(float x) { return x; }

inline float widen(BFloat bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float x;
  std::memcpy(&x, &wide, sizeof(x));
  return x;
}

template <typename T>
T narrow(float x);

template <>
inline float narrow<float>(float x) {
  return x;
}

// Rounds to nearest, ties to even; written without a branch so that it vectorises.
template <>
inline BFloat narrow<BFloat>(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return static_cast<BFloat>(x == x ? rounded : 0x7fc0u);
}

}  // namespace selfsame
