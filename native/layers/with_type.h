// The type of a float32 or bfloat16 tensor's elements, for templates.
#pragma once
#include <ATen/core/Tensor.h>

#include "../shared/elements.h"

namespace selfsame {

// Calls `body` with a null pointer of the type in which the elements lie.
template <typename Body>
auto with_type(const at::Tensor& x, Body body) {
  if (x.scalar_type() == at::kFloat) return body(static_cast<float*>(nullptr));
  return body(static_cast<BFloat*>(nullptr));
}

}  // namespace selfsame
