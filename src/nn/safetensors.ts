/**
 * The safetensors format: 8 bytes of header length, a JSON header, then the raw elements. No code is ever executed. Written and
 * read piece by piece, so that a state of any size needs no second copy of itself in memory.
 */
import { type DType, fromBytes, noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { elementSize } from '../torch/types.js'
import { checkFit } from './module.js'
import {
  DTYPE_NAMES,
  type Entry,
  LENGTH_BYTES,
  layoutOf,
  type Ranges,
  rangesOf,
} from './safetensors-header.js'

/** Bytes that are held at a time; Node can neither read nor write 2 GiB at once. */
const PIECE = 2 ** 26

export interface Safetensors {
  tensors: Map<string, Tensor>
  metadata: Record<string, string>
}

/**
 * A safetensors file with these tensors, in the given order, and string metadata: its header, then pieces of at most `most`
 * bytes. They are read off the tensors as they are taken.
 */
export function* safetensorsPieces(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
  most = PIECE,
): Generator<Uint8Array> {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { dtype, shape }] of tensors) {
    const end = offset + bytesOf(shape, dtype)
    header[name] = { dtype: DTYPE_NAMES[dtype], shape, data_offsets: [offset, end] }
    offset = end
  }
  let json = JSON.stringify(header)
  // the elements begin at a multiple of 8 bytes, so that readers can map them
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8)
  const text = Buffer.from(json)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeBigUInt64LE(BigInt(text.length))
  yield Buffer.concat([length, text])
  for (const tensor of tensors.values()) yield* bytesInPieces(tensor, most)
}

/** The raw elements of a tensor in row-major order, at most `most` bytes at a time. */
export function* bytesInPieces(tensor: Tensor, most = PIECE): Generator<Uint8Array> {
  for (const block of blocks(tensor, most)) yield block.bytes()
}

/** The bytes of a small safetensors file with these tensors, in the given order, and string metadata. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  // a Buffer's memory may be part of a larger one
  return Uint8Array.from(Buffer.concat([...safetensorsPieces(tensors, metadata)]))
}

/**
 * Reads a safetensors file into new tensors. Every bound is checked before memory is taken.
 * @throws SelfsameError saying what about the file is wrong
 */
export function decodeSafetensors(file: Uint8Array | Ranges): Safetensors {
  const ranges = file instanceof Uint8Array ? rangesOf(file) : file
  const { entries, metadata } = layoutOf(ranges)
  const tensors = scope(
    () =>
      new Map(
        entries.map((entry) => {
          const tensor = ops.empty(entry.shape, { dtype: entry.dtype })
          fill(tensor, ranges, entry, PIECE)
          return [entry.name, tensor]
        }),
      ),
  )
  return { tensors, metadata }
}

/**
 * Reads a safetensors file into tensors that are there already, in place.
 * @param most bytes that are read at a time
 * @throws SelfsameError naming what is missing, unexpected, or of another shape or dtype; nothing is changed then
 */
export function loadSafetensors(into: ReadonlyMap<string, Tensor>, file: Ranges, most = PIECE): void {
  const { entries } = layoutOf(file)
  checkFit(into, new Map(entries.map((entry) => [entry.name, entry])))
  for (const entry of entries) fill(into.get(entry.name) as Tensor, file, entry, most)
}

function fill(tensor: Tensor, file: Ranges, { begin, dtype }: Entry, most: number): void {
  let at = begin
  for (const block of blocks(tensor, most)) {
    const { shape } = block
    const bytes = new Uint8Array(bytesOf(shape, dtype))
    file.read(at, bytes)
    at += bytes.length
    scope(() => noGrad(() => block.copy_(fromBytes(bytes, shape, dtype))))
  }
}

/**
 * A tensor's elements as views of at most `most` bytes, in row-major order whatever order they have in memory. Each is gone when
 * the next one is taken.
 */
function* blocks(tensor: Tensor, most: number): Generator<Tensor> {
  const { shape, dtype } = tensor
  const [rows, ...row] = shape
  if (shape.includes(0)) return
  if (rows === undefined || bytesOf(shape, dtype) <= most) {
    yield tensor
    return
  }
  const count = Math.floor(most / bytesOf(row, dtype))
  for (let at = 0; at < rows; at += count || 1) {
    const part = noGrad(() =>
      count === 0 ? tensor.select(0, at) : tensor.narrow(0, at, Math.min(count, rows - at)),
    )
    try {
      yield* blocks(part, most)
    } finally {
      part.dispose()
    }
  }
}

function bytesOf(shape: readonly number[], dtype: DType): number {
  return shape.reduce((product, size) => product * size, elementSize(dtype))
}
