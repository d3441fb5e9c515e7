// Functions that the addon exports, one group a file.
#pragma once
#include <napi.h>

namespace selfsame {

void export_dispatch(Napi::Env env, Napi::Object exports);
void export_tensors(Napi::Env env, Napi::Object exports);
void export_autograd(Napi::Env env, Napi::Object exports);
void export_system(Napi::Env env, Napi::Object exports);
// Nothing where the build has no headers of CUDA.
void export_graph(Napi::Env env, Napi::Object exports);
// Nothing where the build has no libjpeg-turbo.
void export_jpeg(Napi::Env env, Napi::Object exports);

// Runs `body`, turning every C++ exception into a JavaScript one without libtorch's backtrace.
template <typename Body>
auto guarded(napi_env env, Body body) -> decltype(body());

}  // namespace selfsame

#include <c10/util/Exception.h>

template <typename Body>
auto selfsame::guarded(napi_env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const c10::Error& error) {
    throw Napi::Error::New(env, error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}
