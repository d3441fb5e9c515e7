#include "door.h"

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  selfsame::export_dispatch(env, exports);
  selfsame::export_tensors(env, exports);
  selfsame::export_autograd(env, exports);
  selfsame::export_system(env, exports);
  selfsame::export_graph(env, exports);
  selfsame::export_jpeg(env, exports);
  return exports;
}

NODE_API_MODULE(selfsame, init)
