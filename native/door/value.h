// JavaScript values <-> libtorch's boxed values, directed by the operator's schema.
#pragma once
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <napi.h>

#include "table.h"

namespace selfsame {

// Throws std::invalid_argument saying what was expected; `length` is the N of a fixed-size list such as int[2].
c10::IValue to_ivalue(napi_env env, napi_value value, const c10::Type& type, int64_t length, Table& table);
napi_value to_js(napi_env env, const c10::IValue& value, Table& table);

int64_t to_int64(napi_env env, napi_value value);
std::vector<at::Tensor> to_tensors(napi_env env, napi_value ids, Table& table);

}  // namespace selfsame
