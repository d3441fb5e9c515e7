// The cells of a grid over a map, as adaptive_avg_pool2d has them.
#pragma once
#include <cstdint>

namespace selfsame {

// Rows or columns [begin, end) of one cell; neighbours share one where the side is no multiple of the grid's.
struct Span {
  int64_t begin, end;

  Span(int64_t at, int64_t side, int64_t length) : begin(at * length / side), end(((at + 1) * length + side - 1) / side) {}
  int64_t length() const { return end - begin; }
};

}  // namespace selfsame
