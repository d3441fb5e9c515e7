// What libtorch renames between releases: types, taken from functions that return them, and how autocast is asked for.
#pragma once
#include <ATen/core/ivalue.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace selfsame {

using OptionalTensor = decltype(std::declval<const c10::IValue&>().toOptional<at::Tensor>());
using TextView = decltype(std::declval<const c10::IValue&>().toStringView());

// Whether operators on the CPU are being cast.
inline bool casting() { return !c10::impl::tls_is_dispatch_key_excluded(c10::DispatchKey::AutocastCPU); }

}  // namespace selfsame
