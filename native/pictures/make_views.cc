// selfsame::make_views: finished views of packed pictures, from the numbers drawn for each.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include "packed.h"
#include "view_maker.h"

namespace selfsame {
namespace {

// Columns of `draws`; src/torch/kernels.ts says what each holds.
enum Column { kBox, kFlip = 4, kDown, kRight, kOrder, kAmounts = 11, kGrayscale = 15, kSigma, kSolarize, kColumns };

Drawn read(const float* row) {
  Drawn drawn{};
  drawn.box = {row[kBox], row[kBox + 1], row[kBox + 2], row[kBox + 3]};
  drawn.flip = row[kFlip] != 0;
  drawn.down = static_cast<int64_t>(row[kDown]);
  drawn.right = static_cast<int64_t>(row[kRight]);
  for (int i = 0; i < kSteps; ++i) {
    drawn.order[i] = static_cast<Step>(static_cast<int>(row[kOrder + i]));
    drawn.amounts[i] = row[kAmounts + i];
  }
  drawn.grayscale = row[kGrayscale] != 0;
  drawn.sigma = row[kSigma];
  drawn.solarize = row[kSolarize] != 0;
  return drawn;
}

void check(int64_t n, const float* row) {
  constexpr float kMost = 1 << 24;
  bool good = row[kSigma] >= 0;
  for (int i = 0; i < kColumns; ++i) good = good && row[i] >= -kMost && row[i] <= kMost;
  for (int i = 0; i < kSteps; ++i) good = good && row[kOrder + i] >= float(kNone) && row[kOrder + i] < float(kSteps);
  TORCH_CHECK(good, "row ", n, " of `draws` holds a number that is out of its range");
}

template <typename Value, typename Out>
void make_all(const Packed& packed, const float* draws, const ViewPlan& plan, Out* out) {
  at::parallel_for(0, packed.count(), 1, [&](int64_t begin, int64_t end) {
    ViewMaker<Value, Out> maker(plan);
    for (int64_t n = begin; n < end; ++n) {
      maker.make(packed.picture<Value>(n), packed.gain(), read(draws + n * kColumns),
                 out + n * plan.channels * plan.size * plan.size);
    }
  });
}

at::Tensor make_views(const at::Tensor& bytes, const at::Tensor& layout, const at::Tensor& draws, int64_t channels,
                      int64_t size, int64_t radius, double threshold, at::ArrayRef<double> mean, at::ArrayRef<double> std,
                      at::ScalarType dtype, int64_t maximum) {
  const Packed packed(bytes, layout, channels, maximum);
  const int64_t count = packed.count();
  TORCH_CHECK(draws.scalar_type() == at::kFloat && draws.sizes() == at::IntArrayRef({count, kColumns}),
              "expected `draws` as float32[", count, ", ", static_cast<int>(kColumns), "], got ", draws.scalar_type(),
              draws.sizes());
  TORCH_CHECK(size >= 1 && size <= 16384 && radius >= 0 && radius <= 16384,
              "expected a size of 1 to 16384 and a radius of 0 to 16384, got ", size, " and ", radius);
  TORCH_CHECK(static_cast<int64_t>(mean.size()) == channels && static_cast<int64_t>(std.size()) == channels,
              "expected `mean` and `std` of ", channels, " channels, got ", mean.size(), " and ", std.size());
  TORCH_CHECK(dtype == at::kFloat || dtype == at::kBFloat16, "expected the dtype float32 or bfloat16, got ", dtype);
  ViewPlan plan{channels, size, radius, static_cast<float>(threshold), {}, {}};
  for (int64_t c = 0; c < channels; ++c) {
    TORCH_CHECK(std[c] > 0, "expected each `std` above 0, got ", std[c], " for channel ", c);
    plan.mean.push_back(mean[c]);
    plan.scale.push_back(1 / std[c]);
  }
  const auto rows = draws.contiguous();
  const auto* row = rows.data_ptr<float>();
  for (int64_t n = 0; n < count; ++n) {
    check(n, row + n * kColumns);
    packed.check(n, read(row + n * kColumns).box);
  }
  auto result = at::empty({count, channels, size, size}, draws.options().dtype(dtype));
  const auto run = [&](auto* out) {
    packed.wide() ? make_all<uint16_t>(packed, row, plan, out) : make_all<uint8_t>(packed, row, plan, out);
  };
  dtype == at::kFloat ? run(result.data_ptr<float>()) : run(reinterpret_cast<BFloat*>(result.data_ptr<at::BFloat16>()));
  return result;
}

}  // namespace
}  // namespace selfsame

TORCH_LIBRARY_FRAGMENT(selfsame, library) {
  library.def(
      "make_views(Tensor bytes, Tensor layout, Tensor draws, int channels, int size, int radius, float threshold, "
      "float[] mean, float[] std, ScalarType dtype, int maximum=255) -> Tensor");
}
TORCH_LIBRARY_IMPL(selfsame, CPU, library) { library.impl("make_views", selfsame::make_views); }
