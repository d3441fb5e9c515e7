// What a JPEG's markers say beyond its pixels, as far as it decides whether the plain decoder may read them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace selfsame {

// A marker's data; reads beyond its end give 0.
struct Marker {
  const uint8_t* data;
  size_t size;

  bool starts(const char* text, size_t length) const;
  uint32_t big(size_t at, int bytes) const;
  uint32_t little(size_t at, int bytes) const;
  Marker from(size_t at) const;
};

// 1 to 8 by an Exif block ("Exif\0\0…"), 1 where it has no orientation, 0 where it is damaged or odd.
int exif_orientation(const Marker& exif);

// Whether an ICC profile, header first, is sRGB in its primaries and its curve.
bool is_srgb(const Marker& profile);

}  // namespace selfsame
