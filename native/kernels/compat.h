// Types that libtorch renames between releases, taken from functions that return them.
#pragma once
#include <ATen/core/ivalue.h>

namespace selfsame {

using OptionalTensor = decltype(std::declval<const c10::IValue&>().toOptional<at::Tensor>());
using TextView = decltype(std::declval<const c10::IValue&>().toStringView());

}  // namespace selfsame
