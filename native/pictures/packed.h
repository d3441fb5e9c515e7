// Pictures of different sizes that lie one after another in memory: where each is, and what may be cut from it.
#pragma once
#include <ATen/core/Tensor.h>

#include "resizer.h"

namespace selfsame {

/** A batch as the operators get it: `bytes` is raw memory, `layout` is [N, 3] (offset in values, height, width). */
class Packed {
 public:
  Packed(const at::Tensor& bytes, const at::Tensor& layout, int64_t channels, int64_t maximum)
      : channels_(channels), maximum_(maximum) {
    TORCH_CHECK(bytes.scalar_type() == at::kByte && bytes.dim() == 1, "expected `bytes` as uint8[total], got ",
                bytes.scalar_type(), bytes.sizes());
    TORCH_CHECK((layout.scalar_type() == at::kLong || layout.scalar_type() == at::kInt) && layout.dim() == 2 &&
                    layout.size(1) == 3,
                "expected `layout` as integers [N, 3] (offset, height, width), got ", layout.scalar_type(), layout.sizes());
    TORCH_CHECK(channels >= 1 && channels <= 1024, "expected 1 to 1024 channels, got ", channels);
    TORCH_CHECK(maximum >= 1 && maximum <= 65535, "expected a maximum of 1 to 65535, got ", maximum);
    bytes_ = bytes.contiguous();
    // a slice may begin at an odd byte
    if (wide() && reinterpret_cast<uintptr_t>(bytes_.data_ptr()) % sizeof(uint16_t) != 0) bytes_ = bytes_.clone();
    layout_ = layout.to(at::kLong).contiguous();
  }

  int64_t count() const { return layout_.size(0); }
  bool wide() const { return maximum_ > 255; }
  float gain() const { return 1.0f / static_cast<float>(maximum_); }

  template <typename Value>
  Picture<Value> picture(int64_t n) const {
    const auto* place = layout_.data_ptr<int64_t>() + n * 3;
    return {reinterpret_cast<const Value*>(bytes_.data_ptr<uint8_t>()) + place[0], place[1], place[2]};
  }

  // Throws unless picture `n` lies in memory and `box` in the picture.
  void check(int64_t n, const Box& box) const {
    const auto* place = layout_.data_ptr<int64_t>() + n * 3;
    const int64_t offset = place[0], height = place[1], width = place[2];
    const int64_t total = bytes_.numel() / (wide() ? 2 : 1);
    TORCH_CHECK(height > 0 && width > 0 && height < (1 << 24) && width < (1 << 24), "picture ", n, " of `layout` is ",
                height, " x ", width, " pixels; expected 1 to 16 million a side");
    TORCH_CHECK(offset >= 0 && offset <= total && height * width <= (total - offset) / channels_, "picture ", n,
                " of `layout` (offset ", offset, ", ", height, " x ", width, ", ", channels_, " channels) ends beyond the ",
                total, " values given");
    // written so that NaN fails
    TORCH_CHECK(box.top >= 0 && box.top < height && box.left >= 0 && box.left < width && box.height > 0 && box.width > 0 &&
                    box.top + box.height <= height && box.left + box.width <= width,
                "box ", n, " (top ", box.top, ", left ", box.left, ", height ", box.height, ", width ", box.width,
                ") is not inside its picture of ", height, " x ", width, " pixels");
  }

 private:
  at::Tensor bytes_, layout_;
  int64_t channels_, maximum_;
};

}  // namespace selfsame
