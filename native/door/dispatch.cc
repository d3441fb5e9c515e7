// The door: any operator of libtorch's dispatcher, by name and overload.
#include <ATen/core/dispatch/Dispatcher.h>

#include <vector>

#include "door.h"
#include "value.h"

namespace selfsame {
namespace {

constexpr size_t kMaxArguments = 32;

struct Operator {
  c10::OperatorHandle handle;
  // results that are an argument again (in place) get no slot of their own
  std::vector<bool> returned_in_place;
};

std::vector<Operator>& operators() {
  static thread_local std::vector<Operator> list;
  return list;
}

// schemas(): string[], every operator as "namespace::name.overload(arguments) -> results"
Napi::Value schemas(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto& dispatcher = c10::Dispatcher::singleton();
    auto list = Napi::Array::New(info.Env());
    uint32_t count = 0;
    for (const auto& name : dispatcher.getAllOpNames()) {
      const auto found = dispatcher.findSchema(name);
      if (!found.has_value()) continue;
      std::ostringstream text;
      text << found->schema();
      list.Set(count++, text.str());
    }
    return list;
  });
}

// resolve(name, overload): [index, schema text] or null
Napi::Value resolve(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const c10::OperatorName name(info[0].As<Napi::String>(), info[1].As<Napi::String>());
    const auto found = c10::Dispatcher::singleton().findSchema(name);
    if (!found.has_value()) return info.Env().Null();
    const auto& schema = found->schema();
    Operator entry{*found, {}};
    for (const auto& result : schema.returns()) {
      entry.returned_in_place.push_back(result.alias_info() != nullptr && result.alias_info()->isWrite());
    }
    operators().push_back(std::move(entry));
    std::ostringstream text;
    text << schema;
    auto pair = Napi::Array::New(info.Env(), 2);
    pair.Set(0u, static_cast<double>(operators().size() - 1));
    pair.Set(1u, text.str());
    return pair;
  });
}

void push_arguments(napi_env env, const c10::FunctionSchema& schema, const napi_value* given, size_t count,
                    Table& table, torch::jit::Stack& stack) {
  const auto& arguments = schema.arguments();
  if (count > arguments.size()) {
    throw std::invalid_argument("expected at most " + std::to_string(arguments.size()) + " arguments, got " +
                                std::to_string(count));
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    napi_valuetype type = napi_undefined;
    if (i < count) napi_typeof(env, given[i], &type);
    if (type == napi_undefined && argument.default_value().has_value()) {
      stack.push_back(*argument.default_value());
      continue;
    }
    try {
      if (type == napi_undefined && argument.type()->kind() != c10::TypeKind::OptionalType) {
        throw std::invalid_argument("is missing");
      }
      napi_value value;
      if (i < count) {
        value = given[i];
      } else {
        napi_get_undefined(env, &value);
      }
      stack.push_back(to_ivalue(env, value, *argument.type(), argument.N().value_or(0), table));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("argument '" + argument.name() + "' (" + argument.type()->str() + "): " + error.what());
    }
  }
}

// call(index, ...arguments): result, array of results, or undefined; in-place results come back as null
napi_value call(napi_env env, napi_callback_info raw) {
  size_t count = kMaxArguments + 1;
  napi_value given[kMaxArguments + 1];
  napi_get_cb_info(env, raw, &count, given, nullptr, nullptr);
  try {
    return guarded(env, [&]() -> napi_value {
      const auto index = to_int64(env, given[0]);
      const auto& entry = operators().at(index);
      auto& table = Table::of(env);
      const auto& schema = entry.handle.schema();
      torch::jit::Stack stack;
      stack.reserve(schema.arguments().size());
      push_arguments(env, schema, given + 1, count - 1, table, stack);
      entry.handle.callBoxed(&stack);
      napi_value result;
      if (stack.empty()) {
        napi_get_undefined(env, &result);
        return result;
      }
      const auto to_result = [&](size_t i) -> napi_value {
        if (!entry.returned_in_place[i]) return to_js(env, stack[i], table);
        napi_value none;
        napi_get_null(env, &none);
        return none;
      };
      if (stack.size() == 1) return to_result(0);
      napi_create_array_with_length(env, stack.size(), &result);
      for (size_t i = 0; i < stack.size(); ++i) napi_set_element(env, result, i, to_result(i));
      return result;
    });
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return nullptr;
  }
}

}  // namespace

void export_dispatch(Napi::Env env, Napi::Object exports) {
  exports.Set("schemas", Napi::Function::New(env, schemas, "schemas"));
  exports.Set("resolve", Napi::Function::New(env, resolve, "resolve"));
  // the plain C form: this is the only function whose own cost matters
  napi_value function;
  napi_create_function(env, "call", NAPI_AUTO_LENGTH, call, nullptr, &function);
  exports.Set("call", Napi::Value(env, function));
}

}  // namespace selfsame
