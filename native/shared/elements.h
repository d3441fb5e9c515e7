// Elements as they lie in memory (float, or bfloat16 as its bits) to and from what is computed with: float or Lanes.
#pragma once
#include <cstdint>

#include "lanes.h"

namespace selfsame {

using BFloat = uint16_t;

typedef uint32_t LaneBits __attribute__((vector_size(kLanes * sizeof(uint32_t))));
typedef uint16_t LaneHalves __attribute__((vector_size(kLanes * sizeof(uint16_t))));

template <typename To, typename From>
To bits_as(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

template <typename Value>
Value load(const BFloat* from);

template <>
inline float load<float>(const BFloat* from) {
  return bits_as<float>(static_cast<uint32_t>(*from) << 16);
}

template <>
inline Lanes load<Lanes>(const BFloat* from) {
  LaneHalves halves;
  std::memcpy(&halves, from, sizeof(halves));
  return bits_as<Lanes>(__builtin_convertvector(halves, LaneBits) << 16);
}

// Rounds to nearest, ties to even; what is not a number stays so.
inline void store(BFloat* to, float value) {
  const auto bits = bits_as<uint32_t>(value);
  *to = static_cast<BFloat>(value == value ? (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16 : 0x7fc0u);
}

inline void store(BFloat* to, const Lanes& value) {
  const auto bits = bits_as<LaneBits>(value);
  const LaneBits rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const auto halves = __builtin_convertvector(value == value ? rounded : LaneBits{} + 0x7fc0u, LaneHalves);
  std::memcpy(to, &halves, sizeof(halves));
}

// The first `count` lanes, all where there are no more.
inline void store_some(BFloat* to, const Lanes& value, int64_t count) {
  if (count >= kLanes) return store(to, value);
  BFloat all[kLanes];
  store(all, value);
  std::memcpy(to, all, count * sizeof(BFloat));
}

}  // namespace selfsame
