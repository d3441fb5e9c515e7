// Pure libjpeg-turbo for bench/decode.mjs: decode-pure THREADS SHRINK_TO < list; prints pictures a second and
// microseconds of CPU a picture.
// Each thread reads a file, decodes it to RGB into memory of its own and goes on to the next.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>

static char *paths[1 << 20];
static int count;
static unsigned shrink_to;
static atomic_int next;

static void decode(const char *path, unsigned char **file, size_t *held, unsigned char **pixels, size_t *room) {
  FILE *in = fopen(path, "rb");
  if (!in) exit(1);
  fseek(in, 0, SEEK_END);
  const size_t size = ftell(in);
  rewind(in);
  if (size > *held) *file = realloc(*file, *held = size);
  if (fread(*file, 1, size, in) != size) exit(1);
  fclose(in);
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, *file, size);
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  const unsigned side = info.image_width < info.image_height ? info.image_width : info.image_height;
  info.scale_num = 8;
  info.scale_denom = 8;
  while (shrink_to > 0 && info.scale_num > 1 && (side * (info.scale_num / 2) + 7) / 8 >= shrink_to) info.scale_num /= 2;
  if (shrink_to > 0 && info.scale_num >= 4 && side * info.scale_num >= 12 * shrink_to) info.scale_num = info.scale_num * 3 / 4;
  jpeg_start_decompress(&info);
  const size_t stride = 3 * (size_t)info.output_width;
  if (stride * info.output_height > *room) *pixels = realloc(*pixels, *room = stride * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = *pixels + info.output_scanline * stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

static void *work(void *unused) {
  unsigned char *file = NULL, *pixels = NULL;
  size_t held = 0, room = 0;
  for (int i = next++; i < count; i = next++) decode(paths[i], &file, &held, &pixels, &room);
  free(file);
  free(pixels);
  return unused;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const int threads = atoi(argv[1]);
  shrink_to = atoi(argv[2]);
  char line[8192];
  while (count < 1 << 20 && fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    paths[count++] = strdup(line);
  }
  struct timespec began, ended;
  clock_gettime(CLOCK_MONOTONIC, &began);
  pthread_t workers[64];
  for (int i = 0; i < threads && i < 64; i++) pthread_create(&workers[i], NULL, work, NULL);
  for (int i = 0; i < threads && i < 64; i++) pthread_join(workers[i], NULL);
  clock_gettime(CLOCK_MONOTONIC, &ended);
  const double seconds = ended.tv_sec - began.tv_sec + (ended.tv_nsec - began.tv_nsec) / 1e9;
  printf("%f %f\n", count / seconds, 1e6 * clock() / CLOCKS_PER_SEC / count);
  return 0;
}
