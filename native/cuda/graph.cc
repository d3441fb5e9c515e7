// CUDA graphs: work is recorded once and started again as a whole. Where the build has no headers of CUDA, there is no `recorder`.
#include "../door/door.h"

#ifndef SELFSAME_CUDA_HEADERS

void selfsame::export_graph(Napi::Env, Napi::Object) {}

#else

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <map>
#include <memory>

namespace selfsame {
namespace {

// A graph is captured on a stream that is not the default one, and on the device whose memory it uses.
struct Capture {
  explicit Capture(c10::DeviceIndex device) : on(c10::cuda::getStreamFromPool(false, device)) {}
  c10::cuda::CUDAStreamGuard on;
  std::unique_ptr<at::cuda::CUDAGraph> graph = std::make_unique<at::cuda::CUDAGraph>();
};

struct Graph {
  c10::DeviceIndex device;
  std::unique_ptr<at::cuda::CUDAGraph> graph;
};

std::unique_ptr<Capture> capture;
// never destroyed: at the end of the process the driver is gone before it
auto& graphs = *new std::map<uint32_t, Graph>;
uint32_t next_graph = 0;

// begin(device)
void begin(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() {
    const auto device = static_cast<c10::DeviceIndex>(info[0].As<Napi::Number>().Int32Value());
    // the graph keeps memory of its own: what eager steps left in the cache would lie idle beside it
    c10::cuda::device_synchronize();
    c10::cuda::CUDACachingAllocator::emptyCache();
    capture = std::make_unique<Capture>(device);
    capture->graph->capture_begin();
  });
}

// end(): number
Napi::Value end(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    capture->graph->capture_end();
    const auto device = capture->on.current_stream().device_index();
    graphs[next_graph] = {device, std::move(capture->graph)};
    capture.reset();
    return Napi::Number::New(info.Env(), next_graph++);
  });
}

void abandon(const Napi::CallbackInfo&) {
  if (!capture) return;
  try {
    capture->graph->capture_end();
  } catch (const std::exception&) {
    // what was refused has ended the capture already
  }
  capture.reset();
}

void replay(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() {
    const auto& [device, graph] = graphs.at(info[0].As<Napi::Number>().Uint32Value());
    const c10::cuda::CUDAGuard on(device);
    graph->replay();
  });
}

void release(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&]() {
    const auto number = info[0].As<Napi::Number>().Uint32Value();
    const c10::cuda::CUDAGuard on(graphs.at(number).device);
    c10::cuda::device_synchronize();
    graphs.erase(number);
  });
}

}  // namespace

void export_graph(Napi::Env env, Napi::Object exports) {
  auto recorder = Napi::Object::New(env);
  recorder.Set("begin", Napi::Function::New(env, begin, "begin"));
  recorder.Set("end", Napi::Function::New(env, end, "end"));
  recorder.Set("abandon", Napi::Function::New(env, abandon, "abandon"));
  recorder.Set("replay", Napi::Function::New(env, replay, "replay"));
  recorder.Set("release", Napi::Function::New(env, release, "release"));
  exports.Set("recorder", recorder);
}

}  // namespace selfsame

#endif
