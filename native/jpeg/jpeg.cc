// Plain JPEGs to pixels with libjpeg-turbo: reading and decoding are one task of libuv's pool. Whatever is not plain, or
// makes libjpeg complain in the least, is left to the general decoder (`undefined`), which reads it or says why not.
#include "../door/door.h"

#ifdef SELFSAME_JPEG

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <jpeglib.h>

#include "jpeg_meta.h"

namespace selfsame {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLargestFile = 1 << 30;
constexpr int kMostScans = 100;                      // a picture has about ten, a bomb any number
constexpr auto kLongest = std::chrono::seconds(20);  // the general decoder has a limit of its own
constexpr int kTile = 32;                            // px; both sides of a turn then stay in the nearest cache

struct Free {
  void operator()(uint8_t* data) const { std::free(data); }
};
using Bytes = std::unique_ptr<uint8_t, Free>;

Bytes allocate(size_t size) { return Bytes(static_cast<uint8_t*>(std::malloc(size))); }

// Row by row, channels interleaved; no data where the decoder declined.
struct Pixels {
  Bytes data;
  int width = 0;
  int height = 0;
  int channels = 0;

  size_t size() const { return size_t(width) * height * channels; }
};

struct Wish {
  int channels;
  int shrink_to;  // px of the short side that must remain; 0 for full size
  double most_pixels;
};

// What libjpeg carries through its callbacks.
struct Guard {
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  jmp_buf leave;
  Clock::time_point began;
};

[[noreturn]] void leave(j_common_ptr info) { std::longjmp(static_cast<Guard*>(info->client_data)->leave, 1); }

void on_message(j_common_ptr info, int level) {
  if (level < 0) leave(info);
}

void on_progress(j_common_ptr info) {
  const auto decoder = reinterpret_cast<j_decompress_ptr>(info);
  const auto guard = static_cast<Guard*>(info->client_data);
  if (decoder->input_scan_number > kMostScans || Clock::now() - guard->began > kLongest) leave(info);
}

// 1 to 8, or 0 where markers ask for more than the plain decoder does.
int orientation_by_markers(const jpeg_decompress_struct& info) {
  int orientation = -1;
  for (auto saved = info.marker_list; saved != nullptr; saved = saved->next) {
    const Marker marker{saved->data, saved->data_length};
    if (marker.starts("Exif", 4)) {
      if (orientation >= 0) return 0;
      orientation = exif_orientation(marker);
    } else if (marker.starts("ICC_PROFILE\0\1\1", 14)) {
      if (!is_srgb(marker.from(14))) return 0;
    } else if (marker.starts("ICC_PROFILE", 11)) {
      return 0;
    }
  }
  return orientation < 0 ? 1 : orientation;
}

bool is_plain(const jpeg_decompress_struct& info, double most_pixels) {
  const bool grey = info.jpeg_color_space == JCS_GRAYSCALE && info.num_components == 1;
  const bool colour = info.jpeg_color_space == JCS_YCbCr && info.num_components == 3;
  if (!grey && !colour) return false;
  if (info.data_precision != 8 || info.arith_code) return false;
  return double(info.image_width) * info.image_height <= most_pixels;
}

// Eighths of the full size: the least power of two that keeps the short side.
int eighths_for(const jpeg_decompress_struct& info, int shrink_to) {
  const auto side = std::min(info.image_width, info.image_height);
  int eighths = 8;
  while (shrink_to > 0 && eighths > 1 && (side * (eighths / 2) + 7) / 8 >= unsigned(shrink_to)) eighths /= 2;
  // libjpeg is slower at three quarters of that, so these are for where they halve the memory
  if (shrink_to > 0 && eighths >= 4 && side * eighths >= 12.0 * shrink_to) eighths = eighths * 3 / 4;
  return eighths;
}

// Decodes as it is stored; gives the orientation, or 0 where the decoder declines. libjpeg leaves by longjmp, so nothing
// that wants destruction lives in here.
int decode_stored(const uint8_t* data, size_t size, const Wish& wish, Pixels& pixels) {
  jpeg_decompress_struct info{};
  Guard guard{};
  info.err = jpeg_std_error(&guard.errors);
  guard.errors.error_exit = leave;
  guard.errors.emit_message = on_message;
  guard.progress.progress_monitor = on_progress;
  guard.began = Clock::now();
  info.client_data = &guard;
  if (setjmp(guard.leave) != 0) {
    jpeg_destroy_decompress(&info);
    return 0;
  }
  jpeg_create_decompress(&info);
  info.progress = &guard.progress;
  jpeg_mem_src(&info, data, size);
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);
  jpeg_save_markers(&info, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header(&info, TRUE);
  const int orientation = is_plain(info, wish.most_pixels) ? orientation_by_markers(info) : 0;
  if (orientation == 0) leave(reinterpret_cast<j_common_ptr>(&info));
  // the first component of colour is its luma
  info.out_color_space = wish.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  info.scale_num = eighths_for(info, wish.shrink_to);
  info.scale_denom = 8;
  jpeg_start_decompress(&info);
  pixels.width = info.output_width;
  pixels.height = info.output_height;
  pixels.channels = info.output_components;
  pixels.data = allocate(pixels.size());
  if (!pixels.data) leave(reinterpret_cast<j_common_ptr>(&info));
  const size_t stride = size_t(pixels.width) * pixels.channels;
  while (info.output_scanline < info.output_height) {
    JSAMPROW rows[8];
    const auto left = std::min<JDIMENSION>(8, info.output_height - info.output_scanline);
    for (JDIMENSION i = 0; i < left; i++) rows[i] = pixels.data.get() + (info.output_scanline + i) * stride;
    jpeg_read_scanlines(&info, rows, left);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return orientation;
}

template <int Channels>
void turn_into(const Pixels& from, int orientation, Pixels& to) {
  const bool swap = orientation >= 5;
  const bool flip_x = orientation == 2 || orientation == 3 || orientation >= 7;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int top = 0; top < to.height; top += kTile) {
    for (int left = 0; left < to.width; left += kTile) {
      for (int y = top; y < std::min(top + kTile, to.height); y++) {
        uint8_t* pixel = to.data.get() + (size_t(y) * to.width + left) * Channels;
        for (int x = left; x < std::min(left + kTile, to.width); x++, pixel += Channels) {
          const int u = swap ? y : x, v = swap ? x : y;
          const size_t column = flip_x ? from.width - 1 - u : u, row = flip_y ? from.height - 1 - v : v;
          const uint8_t* source = from.data.get() + (row * from.width + column) * Channels;
          for (int c = 0; c < Channels; c++) pixel[c] = source[c];
        }
      }
    }
  }
}

// By Exif's orientation: swapped sides from 5 on.
Pixels turned(Pixels from, int orientation) {
  if (orientation == 1) return from;
  Pixels to;
  to.width = orientation >= 5 ? from.height : from.width;
  to.height = orientation >= 5 ? from.width : from.height;
  to.channels = from.channels;
  to.data = allocate(to.size());
  if (!to.data) return to;
  if (from.channels == 1) turn_into<1>(from, orientation, to);
  else turn_into<3>(from, orientation, to);
  return to;
}

bool looks_like_jpeg(const uint8_t* head, size_t size) {
  return size > 3 && head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff;
}

// The whole of a regular file that begins as a JPEG; nothing otherwise. Read, not mapped: a mapped file that another
// process shortens ends this one.
Bytes read_jpeg(const char* path, size_t& size) {
  // without waiting for the other end of a pipe
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return nullptr;
  Bytes bytes;
  struct stat status;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && size_t(status.st_size) <= kLargestFile)
    bytes = allocate(std::max<size_t>(1, status.st_size));
  size = 0;
  while (bytes && size < size_t(status.st_size)) {
    // a first look is enough to pass over other formats
    const auto wanted = size == 0 ? std::min<size_t>(1 << 16, status.st_size) : status.st_size - size;
    const auto got = read(file, bytes.get() + size, wanted);
    if (got <= 0) break;
    size += got;
    if (!looks_like_jpeg(bytes.get(), size)) bytes.reset();
  }
  close(file);
  return bytes;
}

class Decoding : public Napi::AsyncWorker {
 public:
  Decoding(Napi::Env env, Napi::Value from, Wish wish)
      : Napi::AsyncWorker(env, "selfsame:jpeg"), deferred_(Napi::Promise::Deferred::New(env)), wish_(wish) {
    if (from.IsString()) {
      path_ = from.As<Napi::String>().Utf8Value();
      return;
    }
    const auto view = from.As<Napi::Uint8Array>();
    held_ = Napi::Persistent(view.As<Napi::Object>());
    data_ = view.Data();
    size_ = view.ByteLength();
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override {
    Bytes read;
    // the system would take a name with a zero for a shorter one
    if (!path_.empty() && path_.find('\0') == std::string::npos) {
      read = read_jpeg(path_.c_str(), size_);
      data_ = read.get();
    }
    if (data_ == nullptr || !looks_like_jpeg(data_, size_)) return;
    Pixels stored;
    const int orientation = decode_stored(data_, size_, wish_, stored);
    if (orientation > 0) pixels_ = turned(std::move(stored), orientation);
  }

  void OnOK() override {
    if (!pixels_.data) return deferred_.Resolve(Env().Undefined());
    const auto size = pixels_.size();
    const auto release = [](Napi::Env, void* data) { std::free(data); };
    auto* data = pixels_.data.release();
    const auto buffer = Napi::ArrayBuffer::New(Env(), data, size, release);
    auto result = Napi::Object::New(Env());
    result.Set("data", Napi::Uint8Array::New(Env(), size, buffer, 0));
    result.Set("width", pixels_.width);
    result.Set("height", pixels_.height);
    deferred_.Resolve(result);
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  Wish wish_;
  std::string path_;
  Napi::ObjectReference held_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  Pixels pixels_;
};

// decodeJpeg(path | bytes, channels, shrinkTo, mostPixels): Promise of { data, width, height } or undefined
Napi::Value decode_jpeg(const Napi::CallbackInfo& info) {
  const Wish wish{info[1].As<Napi::Number>().Int32Value(), info[2].As<Napi::Number>().Int32Value(),
                  info[3].As<Napi::Number>().DoubleValue()};
  auto* decoding = new Decoding(info.Env(), info[0], wish);
  const auto promise = decoding->promise();
  decoding->Queue();
  return promise;
}

}  // namespace

void export_jpeg(Napi::Env env, Napi::Object exports) {
  exports.Set("jpeg", SELFSAME_JPEG);
  exports.Set("decodeJpeg", Napi::Function::New(env, decode_jpeg, "decodeJpeg"));
}

}  // namespace selfsame

#else

void selfsame::export_jpeg(Napi::Env, Napi::Object) {}

#endif
