// selfsame::patch_codes and selfsame::patch_scatter: which of a dictionary's patches each place of a picture is like. The cosines of
// all places and patches, [N, places, K], are far more than a picture; here they live in a tile of registers and are compared with the
// threshold at once. Integers are counted, so nothing depends on the number of threads.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../shared/lanes.h"
#include "multiply.h"
#include "span.h"

namespace selfsame {
namespace patches {
namespace {

using at::Tensor;

constexpr int64_t kPlaces = 4 * kRows;  // whose patches are laid side by side at once
constexpr float kLeastLength = 1e-12f;  // as torch's normalize: what is flat is like nothing

struct Maps {
  int64_t samples, channels, height, width, patch, stride;

  int64_t down() const { return (height - patch) / stride + 1; }
  int64_t across() const { return (width - patch) / stride + 1; }
  int64_t places() const { return down() * across(); }
  int64_t values() const { return channels * patch * patch; }
};

int64_t panels_of(int64_t columns) { return (columns + kColumns - 1) / kColumns; }

// Filters [K, C, p, p] and their biases as panels of kColumns columns and one more step, whose value is 1.
std::vector<float> packed(const Tensor& filters, const Tensor& bias) {
  const auto count = filters.size(0), values = filters.numel() / count, steps = values + 1;
  const auto *from = filters.data_ptr<float>(), *last = bias.data_ptr<float>();
  std::vector<float> panels(panels_of(count) * steps * kColumns);
  for (int64_t k = 0; k < count; ++k) {
    float* column = panels.data() + k / kColumns * steps * kColumns + k % kColumns;
    for (int64_t v = 0; v < values; ++v) column[v * kColumns] = from[k * values + v];
    column[values * kColumns] = last[k];
  }
  return panels;
}

void lay_patch(const Maps& maps, const float* picture, int64_t place, float* to) {
  const auto y = place / maps.across() * maps.stride, x = place % maps.across() * maps.stride;
  for (int64_t channel = 0; channel < maps.channels; ++channel) {
    const float* from = picture + (channel * maps.height + y) * maps.width + x;
    for (int64_t row = 0; row < maps.patch; ++row, from += maps.width, to += maps.patch) std::copy_n(from, maps.patch, to);
  }
  *to = 1.0f;
}

struct Dictionary {
  std::vector<float> atoms, whitening;
  int64_t count, directions, steps;
  float threshold;

  Dictionary(const Tensor& filters, const Tensor& bias, const Tensor& norms, const Tensor& norm_bias, const Tensor& least)
      : atoms(packed(filters, bias)),
        whitening(packed(norms, norm_bias)),
        count(filters.size(0)),
        directions(norms.size(0)),
        steps(filters.numel() / count + 1),
        threshold(least.item<float>()) {}
};

// Memory for kPlaces places.
struct Work {
  std::vector<float> patches, products, bounds;

  explicit Work(int64_t steps) : patches(kPlaces * steps), products(kPlaces * kColumns), bounds(kPlaces) {}
};

// Tells `body(row, first column, products of kColumns columns, bound)` of some places, panel by panel of the dictionary.
template <typename PlaceAt, typename Body>
void each_product(const Maps& maps, const Dictionary& known, const float* picture, int64_t rows, PlaceAt place_at, Work& work,
                  Body body) {
  const auto steps = known.steps, panel = steps * kColumns;
  for (int64_t row = 0; row < rows; ++row) lay_patch(maps, picture, place_at(row), work.patches.data() + row * steps);
  const Rows patches{work.patches.data(), steps, 1};
  const auto products_of = [&](const float* columns) {
    multiply(patches, rows, columns, kColumns, steps, work.products.data(), kColumns, false);
  };
  std::fill(work.bounds.begin(), work.bounds.end(), 0.0f);
  for (int64_t p = 0; p < panels_of(known.directions); ++p) {
    products_of(known.whitening.data() + p * panel);
    for (int64_t row = 0; row < rows; ++row) {
      Lanes squares{};
      for (int v = 0; v < kColumns; v += kLanes) {
        const auto value = load<Lanes>(work.products.data() + row * kColumns + v);
        squares += value * value;
      }
      for (int lane = 0; lane < kLanes; ++lane) work.bounds[row] += squares[lane];
    }
  }
  for (auto& bound : work.bounds) bound = known.threshold * std::max(std::sqrt(bound), kLeastLength);
  for (int64_t p = 0; p < panels_of(known.count); ++p) {
    products_of(known.atoms.data() + p * panel);
    for (int64_t row = 0; row < rows; ++row)
      body(row, p * kColumns, work.products.data() + row * kColumns, work.bounds[row]);
  }
}

// The cells along one side that a row or column lies in: first to last. Neighbours share one where the grid does not divide the side.
struct Cells {
  int64_t first, last;

  Cells(int64_t at, int64_t side, int64_t length) : first(at * side / length), last(((at + 1) * side - 1) / length) {}
};

Maps maps_of(const Tensor& x, const Tensor& filters, const Tensor& bias, const Tensor& norms, const Tensor& norm_bias, int64_t stride) {
  const auto is_float = [](const Tensor& t) { return t.scalar_type() == at::kFloat && t.is_contiguous(); };
  TORCH_CHECK(x.dim() == 4 && filters.dim() == 4 && norms.dim() == 4 && is_float(filters) && is_float(norms) && is_float(bias) &&
                  is_float(norm_bias) && x.scalar_type() == at::kFloat,
              "expected float32 pictures and filters of four dimensions");
  TORCH_CHECK(filters.size(1) == x.size(1) && filters.size(2) == filters.size(3) && norms.sizes().slice(1) == filters.sizes().slice(1) &&
                  bias.numel() == filters.size(0) && norm_bias.numel() == norms.size(0) && filters.size(0) > 0 && norms.size(0) > 0,
              "expected square filters of the pictures' channels with a bias each, got ", filters.sizes(), " and ", norms.sizes());
  TORCH_CHECK(stride > 0 && x.size(2) >= filters.size(2) && x.size(3) >= filters.size(2), "expected pictures of at least a patch, got ", x.sizes());
  return {x.size(0), x.size(1), x.size(2), x.size(3), filters.size(2), stride};
}

// Share of each cell's places that are like each patch: [N, K, side, side].
Tensor patch_codes(const Tensor& x, const Tensor& filters, const Tensor& bias, const Tensor& norms, const Tensor& norm_bias,
                   const Tensor& threshold, int64_t stride, int64_t side) {
  const auto maps = maps_of(x, filters, bias, norms, norm_bias, stride);
  TORCH_CHECK(side > 0 && side <= maps.down() && side <= maps.across(), "expected a grid of at most the places a side, got ", side);
  const Dictionary known(filters, bias, norms, norm_bias, threshold);
  const auto laid = x.contiguous();
  const auto cells = side * side, width = panels_of(known.count) * kColumns;
  auto result = at::empty({maps.samples, known.count, side, side}, x.options());
  const auto* pictures = laid.data_ptr<float>();
  auto* shares = result.data_ptr<float>();
  at::parallel_for(0, maps.samples, 1, [&](int64_t begin, int64_t end) {
    Work work(known.steps);
    std::vector<float> counts(cells * width);
    for (int64_t n = begin; n < end; ++n) {
      std::fill(counts.begin(), counts.end(), 0.0f);
      const float* picture = pictures + n * maps.channels * maps.height * maps.width;
      for (int64_t from = 0; from < maps.places(); from += kPlaces) {
        const auto rows = std::min(kPlaces, maps.places() - from);
        each_product(maps, known, picture, rows, [&](int64_t row) { return from + row; }, work,
                     [&](int64_t row, int64_t column, const float* products, float bound) {
                       const auto place = from + row;
                       const Cells down(place / maps.across(), side, maps.down()), across(place % maps.across(), side, maps.across());
                       for (auto y = down.first; y <= down.last; ++y) {
                         for (auto x = across.first; x <= across.last; ++x) {
                           float* to = counts.data() + (y * side + x) * width + column;
                           for (int v = 0; v < kColumns; v += kLanes) {
                             const auto is_like = load<Lanes>(products + v) >= bound;
                             store(to + v, load<Lanes>(to + v) + (is_like ? Lanes{} + 1.0f : Lanes{}));
                           }
                         }
                       }
                     });
      }
      float* to = shares + n * known.count * cells;
      for (int64_t cell = 0; cell < cells; ++cell) {
        const auto share = 1.0f / static_cast<float>(Span(cell / side, side, maps.down()).length() * Span(cell % side, side, maps.across()).length());
        for (int64_t k = 0; k < known.count; ++k) to[k * cells + cell] = counts[cell * width + k] * share;
      }
    }
  });
  return result;
}

// Adds to `second` [K, K], int32, how often two patches were seen at one place (k ≤ l only), and tells how often each was seen in each
// picture, [N, K]. `places` [N, M] says where to look.
Tensor patch_scatter(const Tensor& x, const Tensor& filters, const Tensor& bias, const Tensor& norms, const Tensor& norm_bias,
                     const Tensor& threshold, int64_t stride, const Tensor& places, Tensor second) {
  const auto maps = maps_of(x, filters, bias, norms, norm_bias, stride);
  const Dictionary known(filters, bias, norms, norm_bias, threshold);
  const auto laid = x.contiguous(), where = places.contiguous();
  TORCH_CHECK(where.dim() == 2 && where.size(0) == maps.samples && where.scalar_type() == at::kLong, "expected `places` as int64 [N, M]");
  TORCH_CHECK(second.scalar_type() == at::kInt && second.is_contiguous() && second.dim() == 2 && second.size(0) == known.count &&
                  second.size(1) == known.count, "expected `second` as int32 [K, K]");
  const auto each = where.size(1);
  const auto* numbers = where.data_ptr<int64_t>();
  for (int64_t i = 0; i < where.numel(); ++i)
    TORCH_CHECK(numbers[i] >= 0 && numbers[i] < maps.places(), "expected places from 0 to ", maps.places() - 1, ", got ", numbers[i]);
  auto sums = at::zeros({maps.samples, known.count}, x.options());
  const auto* pictures = laid.data_ptr<float>();
  auto* seen = sums.data_ptr<float>();
  // which patches were seen at each place, in order
  std::vector<std::vector<int32_t>> alike(maps.samples * each);
  at::parallel_for(0, maps.samples, 1, [&](int64_t begin, int64_t end) {
    Work work(known.steps);
    std::vector<int32_t> found(kColumns);
    for (int64_t n = begin; n < end; ++n) {
      for (int64_t from = 0; from < each; from += kPlaces) {
        each_product(maps, known, pictures + n * maps.channels * maps.height * maps.width, std::min(kPlaces, each - from),
                     [&](int64_t row) { return numbers[n * each + from + row]; }, work,
                     [&](int64_t row, int64_t column, const float* products, float bound) {
                       int count = 0;
                       const auto columns = std::min<int64_t>(kColumns, known.count - column);
                       for (int64_t c = 0; c < columns; ++c) {
                         found[count] = static_cast<int32_t>(column + c);
                         count += products[c] >= bound;
                       }
                       auto& list = alike[n * each + from + row];
                       list.insert(list.end(), found.begin(), found.begin() + count);
                     });
      }
      for (int64_t place = n * each; place < (n + 1) * each; ++place)
        for (const auto k : alike[place]) seen[n * known.count + k] += 1.0f;
    }
  });
  auto* both = second.data_ptr<int32_t>();
  const int64_t parts = at::get_num_threads();
  at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      for (const auto& list : alike) {
        for (size_t i = 0; i < list.size(); ++i) {
          if (list[i] % parts != part) continue;
          auto* row = both + list[i] * known.count;
          for (size_t j = i; j < list.size(); ++j) ++row[list[j]];
        }
      }
    }
  });
  return sums;
}

}  // namespace
}  // namespace patches
}  // namespace selfsame

TORCH_LIBRARY_FRAGMENT(selfsame, library) {
  library.def(
      "patch_codes(Tensor x, Tensor filters, Tensor bias, Tensor norms, Tensor norm_bias, Tensor threshold, int stride, int side) -> Tensor");
  library.def(
      "patch_scatter(Tensor x, Tensor filters, Tensor bias, Tensor norms, Tensor norm_bias, Tensor threshold, int stride, Tensor places, "
      "Tensor(a!) second) -> Tensor");
}
TORCH_LIBRARY_IMPL(selfsame, CPU, library) {
  library.impl("patch_codes", selfsame::patches::patch_codes);
  library.impl("patch_scatter", selfsame::patches::patch_scatter);
}
