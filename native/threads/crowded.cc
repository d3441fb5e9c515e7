// How long threads that are done with their part of an operator ask for the others before they sleep.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <dlfcn.h>
#include <torch/library.h>

#include <future>
#include <thread>

namespace {

// libgomp asks 300,000 times, for milliseconds, but 100 times where it has more threads than there are processors. A second team
// of one more than those, which does nothing, makes it so for as long as it is there.
class SecondTeam {
 public:
  SecondTeam() : thread_([this] { wait(); }) { begun_.get_future().wait(); }
  ~SecondTeam() {
    end_.set_value();
    thread_.join();
  }

 private:
  void wait() {
    const int used = at::get_num_threads();
    try {
      at::set_num_threads(std::thread::hardware_concurrency() + 1);
      // in libtorch, since a build of PyTorch's brings an OpenMP of its own
      at::ones({1 << 20}).add_(1);
    } catch (...) {
      // without a second team all is as libgomp has it
    }
    at::set_num_threads(used);
    begun_.set_value();
    end_.get_future().wait();
  }

  std::promise<void> begun_, end_;
  std::thread thread_;
};

void crowded(bool on) {
  // LLVM's and Intel's OpenMP can be told, in milliseconds
  using SetBlockTime = void(int);
  if (const auto set = reinterpret_cast<SetBlockTime*>(dlsym(RTLD_DEFAULT, "kmp_set_blocktime"))) return set(on ? 0 : 200);
  static SecondTeam* team = nullptr;
  if (on && !team) team = new SecondTeam();
  if (!on) {
    delete team;
    team = nullptr;
  }
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(selfsame, library) { library.def("crowded(bool on) -> ()", &crowded); }
