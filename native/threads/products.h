// Threads of matrix products.
#pragma once

namespace selfsame {

// OpenBLAS where that is what libtorch calls; does nothing elsewhere.
void keep_blas_to_one_thread();

}  // namespace selfsame
