/** One picture of a listing: read once, and all that is wanted of it made from that. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { type Picture, PictureError, readHeader, type Source } from '../../images/index.js'
import { decodeFor, decodeSide } from '../model/decoding.js'
import type { Preprocessing } from '../model/preprocessing.js'
import { resample } from '../model/resample.js'
import type { Row } from '../store/format.js'
import { factsOf } from './facts.js'
import type { Listed } from './listing.js'
import { thumbnailOf } from './thumbnail.js'

/** What is made of each picture. */
export interface Wanted {
  preprocessing: Preprocessing
  /** Size, time and thumbnail, for an index; only path, label and digest without. */
  facts: boolean
  /** The picture itself in place of what the encoder sees. */
  whole: boolean
  /** A row of an index whose picture has the same bytes, which then is all that is needed. */
  known?: ((digest: string) => number | undefined) | undefined
}

export type ReadPicture =
  | { row: Row; values?: Float32Array; picture?: Picture }
  /** of a picture that is known */
  | { row: Omit<Row, 'thumbnail' | 'width' | 'height' | 'taken'>; from: number }
  /** of one that cannot be read */
  | { path: string; reason: string }

/** @throws whatever is no fault of the picture */
export async function readPicture(
  { source, index, path, label }: Listed,
  wanted: Wanted,
): Promise<ReadPicture> {
  try {
    const stored = await storedPicture(source, index)
    const { digest, bytes, modified } = stored
    const known = wanted.known?.(digest)
    const about = { path, label, digest, bytes, modified }
    if (known !== undefined) return { row: about, from: known }
    const { preprocessing: how, facts, whole } = wanted
    const picture =
      stored.picture ?? (await decodeFor(stored.file as Uint8Array, how, source.describe(index)))
    const { size, channels } = how
    const values = whole ? undefined : new Float32Array(channels * size * size)
    if (values) resample(picture, how, values)
    const said =
      facts && stored.file && Math.min(picture.width, picture.height) >= decodeSide(how)
        ? await saidBy(stored.file)
        : undefined
    const taken =
      facts && stored.file && said === undefined ? ((await factsOf(stored.file))?.taken ?? null) : null
    const { width, height } = said ?? picture
    const thumbnail = facts ? await thumbnailOf(picture, how.maximum) : new Uint8Array()
    const row: Row = { ...about, width, height, taken: said?.taken ?? taken, thumbnail }
    return { row, ...(values ? { values } : { picture }) }
  } catch (error) {
    if (error instanceof PictureError) return { path, reason: error.reason }
    throw error
  }
}

interface Stored extends Pick<Row, 'digest' | 'bytes' | 'modified'> {
  /** Of a picture that is a file of its own. */
  file?: Uint8Array
  /** Of any other. */
  picture?: Picture
}

async function storedPicture(source: Source, index: number): Promise<Stored> {
  if (!source.encoded) {
    const picture = await source.read(index)
    const { data, width, height, channels } = picture
    const digest = createHash('sha256')
      .update(`${width} ${height} ${channels} `)
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .digest('hex')
    return { digest, bytes: null, modified: null, picture }
  }
  // before it is read: what changes meanwhile is found changed the next time
  const modified = source.file ? await modifiedAt(source.file(index)) : null
  const { bytes: file } = await source.encoded(index)
  return { digest: createHash('sha256').update(file).digest('hex'), bytes: file.length, modified, file }
}

/** In ms; null where the file is gone, which reading it then says. */
export async function modifiedAt(file: string): Promise<number | null> {
  return stat(file).then(
    ({ mtimeMs }) => Math.round(mtimeMs),
    () => null,
  )
}

/** Sizes before any shrinking. */
async function saidBy(file: Uint8Array): Promise<{ width: number; height: number; taken: number | null }> {
  return (await factsOf(file)) ?? { ...(await readHeader(file)), taken: null }
}
