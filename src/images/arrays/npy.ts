import { basename, dirname, join } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import type { Budget } from '../cache.js'
import type { DecodeOptions } from '../decode/decode.js'
import { MAX_PIXELS } from '../decode/limits.js'
import { maximumFor } from '../maximum.js'
import { type Labels, labelsFrom, renumbered } from '../names/labels.js'
import { neitherNote } from '../names/split.js'
import { classesBeside, pinsBeside } from '../pack/beside.js'
import type { Values } from '../picture.js'
import type { Data, Source } from '../source.js'
import { type ArrayShape, arrayShape, interleave, oddShape } from './array-shape.js'
import { readPart } from './handles.js'
import { type Npy, type NumberArray, openNpy, valuesOf } from './npy-file.js'
import { arrayFiles } from './npy-names.js'
import { joined, type Range, rangeOf, scaleOf } from './npy-values.js'
import { type Records, recordSource } from './records.js'

/** Values of labels, at most. */
const MOST_LABELS = 2 ** 28

/** An array of pictures. */
interface Pictures extends ArrayShape {
  npy: Npy
}

/**
 * Opens arrays of pictures as NumPy saves them: `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]` of uint8, uint16, bool,
 * float32 or float64, with the labels in an array beside them. Brightness is 0 to 255 for uint8 and bool; for uint16 0
 * to the next of 1023, 4095, 16383 and 65535; the range of floats is found and becomes 0 to 65535, the same for training
 * and testing.
 * @param only the one file that was named, where it was one
 * @throws UsageError when it is not clear what to train on, SelfsameError when a file is damaged
 */
export async function openArrays(
  folder: string,
  names: readonly string[],
  only: string | undefined,
  budget: Budget,
): Promise<Data> {
  const { left = [], ...files } = arrayFiles(folder, names, only)
  const pins = await pinsBeside(folder)
  const parts = []
  for (const [part, { pictures, labels }] of Object.entries(files)) {
    const shape = await openPictures(join(folder, pictures), pins.channels)
    parts.push({ part, shape, known: labels ? await readLabels(join(folder, labels), shape) : undefined })
  }
  const first = parts[0]?.shape as Pictures
  for (const { shape } of parts) checkAlike(first, shape)
  const { maximum, brighter, unpack, note } = await readingOf(parts.map(({ shape }) => shape))
  const { classes, labels } = await namedBeside(folder, labelsFrom(parts.map(({ known }) => known)))
  const sources = []
  for (const [at, { part, shape }] of parts.entries()) {
    const { npy, count, height, width, channels } = shape
    const stride = height * width * channels * npy.type.size
    const own = labels[at]
    const records: Records = {
      name: only === undefined ? folder : join(folder, only),
      part,
      height,
      width,
      channels,
      maximum,
      ...(own && { labels: own, classes }),
      runs: [{ file: npy.file, offset: npy.offset, count }],
      stride,
      unpack: (bytes, into) => unpack(shape, bytes, into),
    }
    const source = await recordSource(records, budget)
    sources.push(brighter ? withMaximum(source, pins.maximum) : source)
  }
  const [train, test] = sources
  if (train === undefined) throw new RangeError('expected a file of pictures for training')
  const notes = parts.flatMap(({ shape }) => oddShape(basename(shape.npy.file.path), shape.npy.shape) ?? [])
  if (note) notes.push(note)
  notes.push(...neitherNote(left))
  return { train, ...(test && { test }), ...(notes.length > 0 && { notes }) }
}

async function openPictures(path: string, channels: number | undefined): Promise<Pictures> {
  const npy = await openNpy(path)
  const shape = arrayShape(npy.shape, channels)
  if (typeof shape === 'string')
    throw new UsageError(`'${path}' ${shape}; save it as [N, H, W, C] (numpy.moveaxis, numpy.reshape)`)
  if (shape.height * shape.width > MAX_PIXELS)
    throw new UsageError(
      `'${path}' has pictures of ${shape.height} × ${shape.width} where at most ${MAX_PIXELS / 1e6} megapixels are read; cut them into smaller ones`,
    )
  const { kind, size } = npy.type
  if (kind === 'int' || (kind === 'uint' && size > 2)) {
    throw new UsageError(
      `'${path}' holds ${kind}${8 * size} where pictures of uint8, uint16, bool, float32 or float64 are expected; save array.astype('uint8') or the like`,
    )
  }
  return { npy, ...shape }
}

function checkAlike(train: Pictures, test: Pictures): void {
  const kind = ({ npy: { type }, channels }: Pictures) =>
    `${type.kind}${8 * type.size} with ${channels} ${channels === 1 ? 'channel' : 'channels'}`
  if (kind(train) === kind(test)) return
  throw new UsageError(
    `'${test.npy.file.path}' holds ${kind(test)} and '${train.npy.file.path}' ${kind(train)}; save both alike`,
  )
}

/** The labels with the names of their classes, where these lie beside the arrays. */
async function namedBeside(folder: string, { classes: numbers, labels }: Labels): Promise<Labels> {
  const sorted = { classes: numbers, renumber: Int32Array.from(numbers.keys()) }
  const { classes, renumber } = await classesBeside(folder, sorted)
  return { classes, labels: labels.map((side) => side && renumbered(side, renumber)) }
}

/** How stored values become brightness. */
interface Reading {
  maximum: number
  /** true where a greater value may be full brightness, as the files do not say how many bits were meant */
  brighter?: true
  unpack(shape: Pictures, bytes: Buffer, into: Values): void
  note?: string
}

async function readingOf(pictures: readonly Pictures[]): Promise<Reading> {
  const { kind, size } = (pictures[0] as Pictures).npy.type
  if (kind === 'bool') return { maximum: 255, unpack: plain((value) => (value ? 255 : 0)) }
  if (size === 1) return { maximum: 255, unpack: plain() }
  const ranges: Range[] = []
  for (const { npy } of pictures) ranges.push(await rangeOf(npy))
  const range = joined(ranges)
  if (kind === 'uint') return { maximum: maximumFor(range.greatest), brighter: true, unpack: plain() }
  const { least, greatest } = scaleOf(range)
  const factor = greatest > least ? 65_535 / (greatest - least) : 0
  return {
    maximum: 65_535,
    unpack: plain((value) => (value - least) * factor + 0.5),
    note: `the values ${short(least)} to ${short(greatest)} of float arrays are read as 0 to full brightness`,
  }
}

/** The source, which can be had with a greater value of full brightness. @param own that of a pack */
function withMaximum(source: Source, own = 0): Source {
  const decodedAs = ({ maximum = own }: DecodeOptions): Source => ({
    ...source,
    maximum: Math.max(maximum, source.maximum),
    decodedAs,
  })
  return decodedAs({})
}

function plain(change?: (value: number) => number): Reading['unpack'] {
  return ({ npy, planes, channels }, bytes, into) => {
    const values = valuesOf(npy.type, bytes)
    if (change) for (let at = 0; at < values.length; at++) values[at] = change(values[at] as number)
    if (planes) interleave(values, into, channels)
    else into.set(values)
  }
}

/** Labels as texts would be a million strings, so these are numbers; below 0 means that there is none. */
async function readLabels(path: string, { count, npy: { file } }: Pictures): Promise<NumberArray> {
  const { shape, type, offset, file: own } = await openNpy(path)
  const column = shape.length === 1 || (shape.length === 2 && shape[1] === 1)
  if (!column || shape[0] !== count || count > MOST_LABELS) {
    throw new SelfsameError(
      `'${path}' has the shape [${shape.join(', ')}] where one label for each of the ${count} pictures in '${basename(file.path)}' is expected; save it as [${count}]`,
    )
  }
  if (type.kind === 'float')
    throw new SelfsameError(
      `'${path}' holds float${8 * type.size} where labels are whole numbers; save array.astype('int64')`,
    )
  return valuesOf(type, await readPart(own, offset, count * type.size, path))
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** @throws UsageError always: an archive of arrays is not read */
export async function refuseNpz(path: string): Promise<never> {
  throw new UsageError(
    `'${path}' is an archive of arrays, which cannot be read a picture at a time; save its arrays with numpy.save into '${join(dirname(path), `${basename(path, '.npz')}.npy`)}' and the like`,
  )
}
