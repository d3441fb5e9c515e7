// The signatures of our own operators; each is implemented in the file of its name.
#include <torch/library.h>

TORCH_LIBRARY(selfsame, library) {
  library.def(
      "crop_resize(Tensor bytes, Tensor layout, Tensor boxes, Tensor flips, int channels, int size, "
      "str filter='bicubic', int maximum=255) -> Tensor");
  library.def(
      "make_views(Tensor bytes, Tensor layout, Tensor draws, int channels, int size, int radius, float threshold, "
      "float[] mean, float[] std, ScalarType dtype, int maximum=255) -> Tensor");
  library.def(
      "batch_norm_act(Tensor x, Tensor? residual, Tensor? weight, Tensor? bias, Tensor(a!)? running_mean, "
      "Tensor(b!)? running_var, bool training, float momentum, float eps, bool relu) -> Tensor");
  library.def("conv3x3(Tensor x, Tensor weight) -> Tensor");
  library.def("first_conv2d(Tensor x, Tensor weight, int[] stride, int[] padding) -> Tensor");
  library.def("grid_average(Tensor x, int side) -> Tensor");
}
