#include "value.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace selfsame {
namespace {

using c10::TypeKind;

[[noreturn]] void mismatch(const char* expected) { throw std::invalid_argument(std::string("expected ") + expected); }

napi_valuetype type_of(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type;
}

double to_double(napi_env env, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) mismatch("a number");
  return number;
}

bool to_bool(napi_env env, napi_value value) {
  bool flag;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) mismatch("true or false");
  return flag;
}

std::string to_text(napi_env env, napi_value value) {
  if (type_of(env, value) != napi_string) mismatch("a string");
  return Napi::String(env, value).Utf8Value();
}

at::Scalar to_scalar(napi_env env, napi_value value) {
  switch (type_of(env, value)) {
    case napi_boolean:
      return at::Scalar(to_bool(env, value));
    case napi_bigint:
      return at::Scalar(to_int64(env, value));
    case napi_number: {
      const auto number = to_double(env, value);
      // -0 must stay a double, or its sign is lost
      const bool whole = std::floor(number) == number && std::abs(number) < 9e15 && !(number == 0 && std::signbit(number));
      return whole ? at::Scalar(static_cast<int64_t>(number)) : at::Scalar(number);
    }
    default:
      mismatch("a number");
  }
}

uint32_t array_length(napi_env env, napi_value value) {
  bool is_array = false;
  napi_is_array(env, value, &is_array);
  if (!is_array) mismatch("an array");
  uint32_t length = 0;
  napi_get_array_length(env, value, &length);
  return length;
}

template <typename T, typename Convert>
c10::List<T> to_list(napi_env env, napi_value value, int64_t fixed, Convert convert) {
  c10::List<T> list;
  // int[2] given as one number means that number twice, as in Python
  if (fixed > 0 && type_of(env, value) != napi_object) {
    for (int64_t i = 0; i < fixed; ++i) list.push_back(convert(env, value));
    return list;
  }
  const auto length = array_length(env, value);
  list.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value item;
    napi_get_element(env, value, i, &item);
    list.push_back(convert(env, item));
  }
  return list;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

}  // namespace

int64_t to_int64(napi_env env, napi_value value) {
  if (type_of(env, value) == napi_bigint) {
    int64_t wide;
    bool lossless;
    napi_get_value_bigint_int64(env, value, &wide, &lossless);
    if (!lossless) mismatch("an integer of at most 64 bits");
    return wide;
  }
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok || std::floor(number) != number) mismatch("an integer");
  return static_cast<int64_t>(number);
}

std::vector<at::Tensor> to_tensors(napi_env env, napi_value ids, Table& table) {
  const auto length = array_length(env, ids);
  std::vector<at::Tensor> tensors;
  tensors.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value item;
    napi_get_element(env, ids, i, &item);
    tensors.push_back(table.get(to_int64(env, item)));
  }
  return tensors;
}

c10::IValue to_ivalue(napi_env env, napi_value value, const c10::Type& type, int64_t length, Table& table) {
  switch (type.kind()) {
    case TypeKind::OptionalType: {
      const auto given = type_of(env, value);
      if (given == napi_null || given == napi_undefined) return c10::IValue();
      return to_ivalue(env, value, *type.castRaw<c10::OptionalType>()->getElementType(), length, table);
    }
    case TypeKind::TensorType:
      return table.get(to_int64(env, value));
    case TypeKind::NumberType:
      return to_scalar(env, value);
    case TypeKind::FloatType:
      return to_double(env, value);
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      return to_int64(env, value);
    case TypeKind::BoolType:
      return to_bool(env, value);
    case TypeKind::StringType:
      return to_text(env, value);
    case TypeKind::DeviceObjType:
      return c10::Device(to_text(env, value));
    case TypeKind::ListType: {
      const auto element = type.castRaw<c10::ListType>()->getElementType();
      switch (element->kind()) {
        case TypeKind::TensorType:
          return to_list<at::Tensor>(env, value, 0, [&](napi_env e, napi_value v) { return table.get(to_int64(e, v)); });
        case TypeKind::IntType:
        case TypeKind::SymIntType:
          return to_list<int64_t>(env, value, length, to_int64);
        case TypeKind::FloatType:
          return to_list<double>(env, value, length, to_double);
        case TypeKind::BoolType:
          return to_list<bool>(env, value, length, to_bool);
        default: {
          c10::impl::GenericList list(element);
          const auto count = array_length(env, value);
          for (uint32_t i = 0; i < count; ++i) {
            napi_value item;
            napi_get_element(env, value, i, &item);
            list.push_back(to_ivalue(env, item, *element, 0, table));
          }
          return list;
        }
      }
    }
    default:
      throw std::invalid_argument("arguments of type " + type.str() + " cannot be passed from JavaScript");
  }
}

napi_value to_js(napi_env env, const c10::IValue& value, Table& table) {
  napi_value result;
  if (value.isTensor()) {
    if (!value.toTensor().defined()) {
      napi_get_null(env, &result);
      return result;
    }
    return number(env, table.put(value.toTensor()));
  }
  if (value.isInt()) return number(env, static_cast<double>(value.toInt()));
  if (value.isDouble()) return number(env, value.toDouble());
  if (value.isBool()) {
    napi_get_boolean(env, value.toBool(), &result);
    return result;
  }
  if (value.isScalar()) return number(env, value.toScalar().toDouble());
  if (value.isString()) {
    const auto& text = value.toStringRef();
    napi_create_string_utf8(env, text.data(), text.size(), &result);
    return result;
  }
  if (value.isList()) {
    const auto items = value.toListRef();
    napi_create_array_with_length(env, items.size(), &result);
    for (size_t i = 0; i < items.size(); ++i) napi_set_element(env, result, i, to_js(env, items[i], table));
    return result;
  }
  napi_get_null(env, &result);
  return result;
}

}  // namespace selfsame
