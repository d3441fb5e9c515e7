/** How much of everything a server holds and waits for. */
export interface Limits {
  /** Bytes of one request's body. */
  bodyBytes: number
  /** Bytes of all bodies that are held at a time. */
  heldBytes: number
  /** Pictures in one request. */
  files: number
  /** Pictures that wait or are worked on at a time; with more, requests are refused with 503. */
  queue: number
  /** Pictures that the model is shown at a time. */
  batch: number
  /** Pictures that are decoded at a time. */
  decoders: number
  /** Pixels that a picture may claim to have. */
  pixels: number
  /** Neighbours that may be asked for. */
  neighbours: number
  /** Connections open at a time; further ones are closed at once. */
  connections: number
  /** Seconds within which the head of a request, and the whole of it, must have come. */
  headSeconds: number
  requestSeconds: number
  /** Seconds without a byte in either direction after which a connection is closed. */
  idleSeconds: number
  /** Seconds that work in flight has once the server is asked to stop. */
  stopSeconds: number
}

export const LIMITS: Readonly<Limits> = {
  bodyBytes: 32 * 2 ** 20,
  heldBytes: 256 * 2 ** 20,
  files: 64,
  queue: 128,
  batch: 32,
  decoders: 4,
  pixels: 100_000_000,
  neighbours: 1000,
  connections: 1024,
  headSeconds: 10,
  requestSeconds: 60,
  idleSeconds: 120,
  stopSeconds: 10,
}
