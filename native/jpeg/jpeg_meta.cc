#include "jpeg_meta.h"

#include <cmath>
#include <cstring>
#include <initializer_list>

namespace selfsame {
namespace {

constexpr uint32_t tag(const char (&name)[5]) {
  return uint32_t(uint8_t(name[0])) << 24 | uint32_t(uint8_t(name[1])) << 16 | uint32_t(uint8_t(name[2])) << 8 |
         uint8_t(name[3]);
}

// The data of one tag of a profile; empty where it is not there.
Marker profile_tag(const Marker& profile, uint32_t name) {
  const auto count = profile.big(128, 4);
  for (size_t i = 0; i < count && 132 + 12 * i < profile.size; i++) {
    if (profile.big(132 + 12 * i, 4) == name) return profile.from(profile.big(136 + 12 * i, 4));
  }
  return profile.from(profile.size);
}

double fixed(const Marker& data, size_t at) { return static_cast<int32_t>(data.big(at, 4)) / 65536.0; }

bool near(double a, double b) { return std::abs(a - b) < 0.004; }

double srgb(double x) { return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4); }

bool has_srgb_curve(const Marker& curve) {
  const auto count = curve.big(8, 4);
  const bool table = curve.big(0, 4) == tag("curv") && count > 16 && 12 + 2 * size_t(count) <= curve.size;
  const bool formula = curve.big(0, 4) == tag("para") && curve.big(8, 2) == 3;
  if (!table && !formula) return false;
  for (const double x : {0.02, 0.1, 0.25, 0.5, 0.75, 1.0}) {
    double y, at = x;
    if (table) {
      const auto index = static_cast<size_t>(std::lround(x * (count - 1)));
      at = double(index) / (count - 1);
      y = curve.big(12 + 2 * index, 2) / 65535.0;
    } else {
      const double g = fixed(curve, 12), a = fixed(curve, 16), b = fixed(curve, 20), c = fixed(curve, 24);
      y = x >= fixed(curve, 28) ? std::pow(a * x + b, g) : c * x;
    }
    if (!near(y, srgb(at))) return false;
  }
  return true;
}

}  // namespace

bool Marker::starts(const char* text, size_t length) const {
  return size >= length && std::memcmp(data, text, length) == 0;
}

uint32_t Marker::big(size_t at, int bytes) const {
  uint32_t value = 0;
  for (int i = 0; i < bytes; i++) value = value << 8 | (at + i < size ? data[at + i] : 0);
  return value;
}

uint32_t Marker::little(size_t at, int bytes) const {
  uint32_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | (at + i < size ? data[at + i] : 0);
  return value;
}

Marker Marker::from(size_t at) const { return at < size ? Marker{data + at, size - at} : Marker{data, 0}; }

int exif_orientation(const Marker& exif) {
  if (!exif.starts("Exif\0\0", 6)) return 0;
  const auto tiff = exif.from(6);
  const bool little = tiff.starts("II*\0", 4);
  if (!little && !tiff.starts("MM\0*", 4)) return 0;
  const auto read = [&](size_t at, int bytes) { return little ? tiff.little(at, bytes) : tiff.big(at, bytes); };
  const size_t directory = read(4, 4);
  const size_t count = read(directory, 2);
  if (directory + 2 + 12 * count > tiff.size) return 0;
  int found = 1;
  bool seen = false;
  for (size_t i = 0; i < count; i++) {
    const auto entry = directory + 2 + 12 * i;
    if (read(entry, 2) != 0x112) continue;
    const auto value = read(entry + 8, 2);
    // readers disagree about anything but one short number from 1 to 8
    if (seen || read(entry + 2, 2) != 3 || read(entry + 4, 4) != 1 || value < 1 || value > 8) return 0;
    found = static_cast<int>(value);
    seen = true;
  }
  return found;
}

bool is_srgb(const Marker& profile) {
  if (profile.big(16, 4) != tag("RGB ") || profile.big(36, 4) != tag("acsp")) return false;
  // a profile by tables may say anything
  if (profile_tag(profile, tag("A2B0")).size > 0) return false;
  static const struct {
    uint32_t primary, curve;
    double xyz[3];
  } kChannels[] = {{tag("rXYZ"), tag("rTRC"), {0.4360, 0.2225, 0.0139}},
                   {tag("gXYZ"), tag("gTRC"), {0.3851, 0.7169, 0.0971}},
                   {tag("bXYZ"), tag("bTRC"), {0.1431, 0.0606, 0.7141}}};
  for (const auto& channel : kChannels) {
    const auto primary = profile_tag(profile, channel.primary);
    for (int i = 0; i < 3; i++) {
      if (!near(fixed(primary, 8 + 4 * i), channel.xyz[i])) return false;
    }
    if (!has_srgb_curve(profile_tag(profile, channel.curve))) return false;
  }
  return true;
}

}  // namespace selfsame
