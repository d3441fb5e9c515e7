// Which libtorch this is compiled against, for the few places where its releases differ.
#pragma once
#include <torch/csrc/api/include/torch/version.h>

#define SELFSAME_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))
