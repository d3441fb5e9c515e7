// The rooms of native/, the longest to compile first: each is one unit, so that libtorch's headers are read once a room.
// `lines` is what a room may grow to; `shared` holds headers alone.
export const rooms = {
  layers: { lines: 1900, tuned: true },
  door: { lines: 1500 },
  pictures: { lines: 1100, tuned: true },
  threads: { lines: 250 },
  jpeg: { lines: 600 },
  memory: { lines: 300 },
  cuda: { lines: 250 },
  shared: { lines: 200 },
}
