// selfsame::crop_resize: cuts one box from each packed picture and resamples it to a square.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <string>

#include "compat.h"
#include "resize_weights.h"

namespace selfsame {
namespace {

constexpr int kRows = 4;  // output rows made at a time: each weight that is read serves four products

struct Picture {
  const uint8_t* bytes;  // [height, width, channels]
  int64_t height, width;
};

struct Box {
  float top, left, height, width;
};

struct Workspace {
  ResizeWeights vertical, horizontal;
  std::vector<float> rows;  // kRows rows of the box, resampled vertically
};

// to[i] += sum of weights[t] * rows[t][i]
template <int kTaps>
void add_rows(const uint8_t* rows, int64_t stride, const float* weights, int64_t length, float* __restrict to) {
  const uint8_t* row[kTaps];
  float weight[kTaps];
  for (int t = 0; t < kTaps; ++t) {
    row[t] = rows + t * stride;
    weight[t] = weights[t * kLanes];
  }
#pragma omp simd
  for (int64_t i = 0; i < length; ++i) {
    float sum = to[i];
    for (int t = 0; t < kTaps; ++t) sum += weight[t] * static_cast<float>(static_cast<int32_t>(row[t][i]));
    to[i] = sum;
  }
}

// One output row before the horizontal pass: a weighted sum of rows of bytes.
void blend_rows(const uint8_t* from, int64_t stride, const ResizeWeights::Block& block, int lane, int64_t length, float* to) {
  const float* weights = block.rows + lane;
  int count = block.last - block.first;
  from += block.first * stride;
  // the block's other lanes may need more rows than this one
  for (; count > 1 && weights[0] == 0; --count, from += stride) weights += kLanes;
  while (count > 1 && weights[(count - 1) * kLanes] == 0) --count;
  std::fill(to, to + length, 0.0f);
  for (; count >= 5; count -= 5, from += 5 * stride, weights += 5 * kLanes) add_rows<5>(from, stride, weights, length, to);
  for (; count >= 3; count -= 3, from += 3 * stride, weights += 3 * kLanes) add_rows<3>(from, stride, weights, length, to);
  for (; count >= 1; count -= 1, from += stride, weights += kLanes) add_rows<1>(from, stride, weights, length, to);
}

// kRows rows of one channel, clipped to [0, 1] as bicubic overshoots. `rows` are interleaved, `to` is planar.
void squeeze_rows(const float* rows, int64_t row_length, const ResizeWeights& weights, int64_t channels, int count,
                  int64_t size, float* to) {
  int64_t x = 0;
  for (const auto& block : weights.blocks()) {
    Lanes sums[kRows] = {};
    for (int i = 0; i < block.last - block.first; ++i) {
      const Lanes weight = load<Lanes>(block.rows + i * kLanes);
      const float* column = rows + (block.first + i) * channels;
      for (int row = 0; row < kRows; ++row) sums[row] += weight * column[row * row_length];
    }
    const auto valid = std::min<int64_t>(kLanes, size - x);
    for (int row = 0; row < count; ++row) {
      const Lanes sum = sums[row];
      const Lanes floored = sum > 0.0f ? sum : Lanes{};
      const Lanes clipped = floored < 1.0f ? floored : Lanes{} + 1.0f;
      std::memcpy(to + row * size + x, &clipped, valid * sizeof(float));
    }
    x += kLanes;
  }
}

template <typename Filter>
void resize_one(const Picture& picture, const Box& box, bool flip, int64_t channels, int64_t size, Workspace& work, float* to) {
  const float top = std::floor(box.top), left = std::floor(box.left);
  work.vertical.set<Filter>(box.top - top, box.height, picture.height - top, size, false, 1.0f / 255);
  work.horizontal.set<Filter>(box.left - left, box.width, picture.width - left, size, flip, 1.0f);
  const int64_t stride = picture.width * channels, length = work.horizontal.pixels() * channels;
  const uint8_t* from = picture.bytes + static_cast<int64_t>(top) * stride + static_cast<int64_t>(left) * channels;
  work.rows.resize(kRows * length);
  for (int64_t y = 0; y < size; y += kRows) {
    const int count = std::min<int64_t>(kRows, size - y);
    for (int row = 0; row < count; ++row) {
      const auto& block = work.vertical.blocks()[(y + row) / kLanes];
      blend_rows(from, stride, block, (y + row) % kLanes, length, work.rows.data() + row * length);
    }
    for (int64_t c = 0; c < channels; ++c) {
      squeeze_rows(work.rows.data() + c, length, work.horizontal, channels, count, size, to + (c * size + y) * size);
    }
  }
}

void check_picture(int64_t n, int64_t offset, const Picture& picture, const Box& box, int64_t channels, int64_t total) {
  const auto [height, width] = std::pair(picture.height, picture.width);
  TORCH_CHECK(height > 0 && width > 0 && height < (1 << 24) && width < (1 << 24), "picture ", n, " of `layout` is ",
              height, " x ", width, " pixels; expected 1 to 16 million a side");
  TORCH_CHECK(offset >= 0 && offset <= total && height * width <= (total - offset) / channels, "picture ", n,
              " of `layout` (offset ", offset, ", ", height, " x ", width, ", ", channels,
              " channels) ends beyond the ", total, " bytes given");
  // written so that NaN fails
  TORCH_CHECK(box.top >= 0 && box.top < height && box.left >= 0 && box.left < width && box.height > 0 && box.width > 0 && box.top + box.height <= height &&
                  box.left + box.width <= width,
              "box ", n, " (top ", box.top, ", left ", box.left, ", height ", box.height, ", width ", box.width,
              ") is not inside its picture of ", height, " x ", width, " pixels");
}

at::Tensor crop_resize(const at::Tensor& bytes, const at::Tensor& layout, const at::Tensor& boxes, const at::Tensor& flips,
                       int64_t channels, int64_t size, TextView filter) {
  const int64_t count = layout.dim() > 0 ? layout.size(0) : 0;
  TORCH_CHECK(bytes.scalar_type() == at::kByte && bytes.dim() == 1, "expected `bytes` as uint8[total], got ",
              bytes.scalar_type(), bytes.sizes());
  TORCH_CHECK((layout.scalar_type() == at::kLong || layout.scalar_type() == at::kInt) && layout.dim() == 2 &&
                  layout.size(1) == 3,
              "expected `layout` as integers [N, 3] (offset, height, width), got ", layout.scalar_type(), layout.sizes());
  TORCH_CHECK(boxes.scalar_type() == at::kFloat && boxes.sizes() == at::IntArrayRef({count, 4}), "expected `boxes` as float32[",
              count, ", 4] (top, left, height, width), got ", boxes.scalar_type(), boxes.sizes());
  TORCH_CHECK(flips.scalar_type() == at::kBool && flips.sizes() == at::IntArrayRef({count}), "expected `flips` as bool[", count,
              "], got ", flips.scalar_type(), flips.sizes());
  TORCH_CHECK(channels >= 1 && channels <= 1024 && size >= 1 && size <= 16384,
              "expected 1 to 1024 channels and a size of 1 to 16384, got ", channels, " and ", size);
  TORCH_CHECK(filter == "bicubic" || filter == "bilinear", "expected the filter 'bicubic' or 'bilinear', got '",
              std::string(filter.data(), filter.size()), "'");
  const auto packed = bytes.contiguous();
  const auto places = layout.to(at::kLong).contiguous();
  const auto cuts = boxes.contiguous();
  const auto mirrors = flips.contiguous();
  auto result = at::empty({count, channels, size, size}, boxes.options());

  const auto* place = places.data_ptr<int64_t>();
  const auto* cut = cuts.data_ptr<float>();
  const auto* mirror = mirrors.data_ptr<bool>();
  const auto* data = packed.data_ptr<uint8_t>();
  auto* out = result.data_ptr<float>();
  const auto picture_of = [&](int64_t n) { return Picture{data + place[n * 3], place[n * 3 + 1], place[n * 3 + 2]}; };
  const auto box_of = [&](int64_t n) { return Box{cut[n * 4], cut[n * 4 + 1], cut[n * 4 + 2], cut[n * 4 + 3]}; };
  for (int64_t n = 0; n < count; ++n) {
    check_picture(n, place[n * 3], picture_of(n), box_of(n), channels, packed.numel());
  }
  const auto resize = filter == "bicubic" ? &resize_one<Cubic> : &resize_one<Triangle>;
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    Workspace work;
    for (int64_t n = begin; n < end; ++n) {
      resize(picture_of(n), box_of(n), mirror[n], channels, size, work, out + n * channels * size * size);
    }
  });
  return result;
}

}  // namespace
}  // namespace selfsame

TORCH_LIBRARY_IMPL(selfsame, CPU, library) { library.impl("crop_resize", selfsame::crop_resize); }
