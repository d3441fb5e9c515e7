import { type Budget, cached } from '../cache.js'
import type { Values } from '../picture.js'
import { checkIndex, type Source } from '../source.js'
import { type KnownFile, readPart } from './handles.js'
import { type Pixels, pixelSource } from './pixels.js'

/** Pictures of one size that lie one after another in files. */
export interface Records extends Omit<Pixels, 'data'> {
  /** where pictures lie, in their order */
  runs: readonly Run[]
  /** bytes of one picture as stored */
  stride: number
  /** writes one stored picture as `height * width * channels` values with interleaved channels */
  unpack(bytes: Buffer, into: Values): void
}

/** Pictures that follow each other in one file. */
export interface Run {
  file: KnownFile
  /** of the first one, in bytes */
  offset: number
  count: number
}

const CHUNK = 2 ** 22

/**
 * A source of such pictures: read into memory at once where all fit the budget, otherwise one by one when asked for.
 * @throws PictureError when a file cannot be read
 */
export async function recordSource(records: Records, budget: Budget): Promise<Source> {
  const { runs, stride, unpack, ...pixels } = records
  const { height, width, channels, maximum = 255 } = pixels
  const length = height * width * channels
  const count = runs.reduce((sum, run) => sum + run.count, 0)
  const values = (pictures: number) => new (maximum > 255 ? Uint16Array : Uint8Array)(pictures * length)
  const bytes = count * length * (maximum > 255 ? 2 : 1)
  if (bytes > budget.bytes)
    return cached(
      readingSource(records, count, () => values(1)),
      budget,
    )
  const data = values(count)
  budget.share(data.buffer).take(bytes)
  let at = 0
  const atOnce = Math.max(1, Math.floor(CHUNK / stride))
  for (const { file, offset, count: inRun } of runs) {
    for (let from = 0; from < inRun; from += atOnce) {
      const some = Math.min(atOnce, inRun - from)
      const chunk = await readPart(file, offset + from * stride, some * stride, pixels.name)
      for (let i = 0; i < some; i++, at++) {
        unpack(chunk.subarray(i * stride, (i + 1) * stride), data.subarray(at * length, (at + 1) * length))
      }
    }
  }
  return pixelSource({ ...pixels, data })
}

function readingSource(records: Records, size: number, values: () => Values): Source {
  const {
    runs,
    stride,
    unpack,
    name,
    part,
    height,
    width,
    channels,
    maximum = 255,
    labels,
    classes,
  } = records
  const source: Source = {
    name,
    size,
    channels,
    maximum,
    nativeSize: Math.min(height, width),
    ...(labels && classes && { labels, classes }),
    describe: (index) => `${part} picture ${index}`,
    read: async (index) => {
      checkIndex(source, index)
      const { file, position } = placeOf(runs, stride, index)
      const bytes = await readPart(file, position, stride, source.describe(index))
      const data = values()
      unpack(bytes, data)
      return { data, width, height, channels }
    },
  }
  return source
}

function placeOf(runs: readonly Run[], stride: number, index: number): { file: KnownFile; position: number } {
  let at = index
  for (const { file, offset, count } of runs) {
    if (at < count) return { file, position: offset + at * stride }
    at -= count
  }
  throw new RangeError(`expected one of ${index - at} pictures, got ${index}`)
}
