// Matrix products on libtorch's own threads where it calls OpenBLAS. Debian's OpenBLAS has a second set of threads, which after
// every product wait for the next by sched_yield, in the way of libtorch's: a training step in float32 took 2.3 times as long.
#include "products.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstring>

namespace selfsame {
namespace {

using Sgemm = void(const char*, const char*, const int*, const int*, const int*, const float*, const float*, const int*,
                   const float*, const int*, const float*, float*, const int*);

// Multiplications below which a product is not cut
constexpr double kSmall = 1 << 18;
// OpenBLAS rounds what is left over at an edge otherwise, so products are cut by shape alone: threads change nothing
constexpr int64_t kPieces = 16;
constexpr int64_t kLeastPiece = 48;  // its kernels work on 24 rows or 12 columns at a time

// The product that libtorch would have called without us
Sgemm* real_sgemm() {
  static const auto found = reinterpret_cast<Sgemm*>(dlsym(RTLD_NEXT, "sgemm_"));
  return found;
}

// A library that has threads of its own that it shares with libtorch, as MKL, needs no help
bool is_openblas() {
  static const bool answer = [] {
    Dl_info info;
    return dladdr(reinterpret_cast<void*>(real_sgemm()), &info) != 0 && strstr(info.dli_fname, "openblas") != nullptr;
  }();
  return answer;
}

int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

bool is_plain(const char* transposed) { return *transposed == 'n' || *transposed == 'N'; }

}  // namespace

void keep_blas_to_one_thread() {
  using SetThreads = void(int);
  if (const auto set = reinterpret_cast<SetThreads*>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(1);
}

}  // namespace selfsame

// Found by libtorch before OpenBLAS's own. BLAS: C = alpha · op(A) · op(B) + beta · C, all by columns, C of m rows and n columns
extern "C" __attribute__((visibility("default"))) void sgemm_(const char* transpose_a, const char* transpose_b,
                                                              const int* m, const int* n, const int* k,
                                                              const float* alpha, const float* a, const int* lda,
                                                              const float* b, const int* ldb, const float* beta,
                                                              float* c, const int* ldc) {
  using namespace selfsame;
  const auto sgemm = real_sgemm();
  const bool by_columns = *n >= *m;
  const int64_t size = by_columns ? *n : *m;
  if (!is_openblas() || double(*m) * *n * *k < kSmall) {
    sgemm(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    return;
  }
  const int64_t piece = round_up((size + kPieces - 1) / kPieces, kLeastPiece);
  at::parallel_for(0, (size + piece - 1) / piece, 1, [&](int64_t from, int64_t to) {
    for (int64_t first = from * piece; first < std::min(to * piece, size); first += piece) {
      const int count = static_cast<int>(std::min(piece, size - first));
      if (by_columns) {
        const auto part = b + (is_plain(transpose_b) ? first * *ldb : first);
        sgemm(transpose_a, transpose_b, m, &count, k, alpha, a, lda, part, ldb, beta, c + first * *ldc, ldc);
      } else {
        const auto part = a + (is_plain(transpose_a) ? first : first * *lda);
        sgemm(transpose_a, transpose_b, &count, n, k, alpha, part, lda, b, ldb, beta, c + first, ldc);
      }
    }
  });
}
