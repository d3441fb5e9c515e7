// selfsame::crop_resize: cuts one box from each packed picture and resamples it to a square.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <string>

#include "../shared/compat.h"
#include "packed.h"

namespace selfsame {
namespace {

template <typename Value, typename Filter>
void resize_all(const Packed& packed, const float* boxes, const bool* flips, int64_t channels, int64_t size, float* out) {
  at::parallel_for(0, packed.count(), 1, [&](int64_t begin, int64_t end) {
    Resizer<Value> resizer;
    for (int64_t n = begin; n < end; ++n) {
      const Box box{boxes[n * 4], boxes[n * 4 + 1], boxes[n * 4 + 2], boxes[n * 4 + 3]};
      resizer.template set<Filter>(packed.picture<Value>(n), box, flips[n], channels, size, packed.gain());
      for (int64_t y = 0; y < size; y += kRows) {
        const int64_t which[kRows] = {y, y + 1, y + 2, y + 3};
        const Planes planes{out + (n * channels * size + y) * size, size * size, size, size};
        resizer.make(which, std::min<int64_t>(kRows, size - y), planes);
      }
    }
  });
}

at::Tensor crop_resize(const at::Tensor& bytes, const at::Tensor& layout, const at::Tensor& boxes, const at::Tensor& flips,
                       int64_t channels, int64_t size, TextView filter, int64_t maximum) {
  const Packed packed(bytes, layout, channels, maximum);
  const int64_t count = packed.count();
  TORCH_CHECK(boxes.scalar_type() == at::kFloat && boxes.sizes() == at::IntArrayRef({count, 4}), "expected `boxes` as float32[",
              count, ", 4] (top, left, height, width), got ", boxes.scalar_type(), boxes.sizes());
  TORCH_CHECK(flips.scalar_type() == at::kBool && flips.sizes() == at::IntArrayRef({count}), "expected `flips` as bool[", count,
              "], got ", flips.scalar_type(), flips.sizes());
  TORCH_CHECK(size >= 1 && size <= 16384, "expected a size of 1 to 16384, got ", size);
  TORCH_CHECK(filter == "bicubic" || filter == "bilinear", "expected the filter 'bicubic' or 'bilinear', got '",
              std::string(filter.data(), filter.size()), "'");
  const auto cuts = boxes.contiguous();
  const auto mirrors = flips.contiguous();
  const auto* cut = cuts.data_ptr<float>();
  for (int64_t n = 0; n < count; ++n) packed.check(n, {cut[n * 4], cut[n * 4 + 1], cut[n * 4 + 2], cut[n * 4 + 3]});
  auto result = at::empty({count, channels, size, size}, boxes.options());
  const bool cubic = filter == "bicubic";
  const auto run = packed.wide() ? (cubic ? &resize_all<uint16_t, Cubic> : &resize_all<uint16_t, Triangle>)
                                 : (cubic ? &resize_all<uint8_t, Cubic> : &resize_all<uint8_t, Triangle>);
  run(packed, cut, mirrors.data_ptr<bool>(), channels, size, result.data_ptr<float>());
  return result;
}

}  // namespace
}  // namespace selfsame

TORCH_LIBRARY_FRAGMENT(selfsame, library) {
  library.def(
      "crop_resize(Tensor bytes, Tensor layout, Tensor boxes, Tensor flips, int channels, int size, "
      "str filter='bicubic', int maximum=255) -> Tensor");
}
TORCH_LIBRARY_IMPL(selfsame, CPU, library) { library.impl("crop_resize", selfsame::crop_resize); }
