/** Many pictures to vectors, a few at a time. */
import { PictureError } from '../../images/picture.js'
import type { Model } from '../model/model.js'
import { decodePicture } from './decode.js'

export interface EmbedOptions {
  /** Pictures that are decoded and shown to the model at a time; default 8. */
  batch?: number
  /** Ends it after the pictures that are in work; what is there by then is returned. */
  signal?: AbortSignal
  /** Told after each batch. */
  progress?: (done: number, total: number) => void
}

export interface Embedded<T> {
  /** Pictures that have vectors, in the order they were given. */
  pictures: T[]
  /** `[pictures.length · dimension]`, each of length 1. */
  vectors: Float32Array
  /** Pictures that could not be read. */
  unread: { picture: T; reason: string }[]
}

/** @param pictures files, or whatever has a file and a name of its own */
export async function embedPictures<T extends { readonly name: string; readonly blob: Blob }>(
  model: Model,
  pictures: readonly T[],
  { batch = 8, signal, progress }: EmbedOptions = {},
): Promise<Embedded<T>> {
  const { dimension, preprocessing } = model
  const vectors = new Float32Array(pictures.length * dimension)
  const read: T[] = []
  const unread: Embedded<T>['unread'] = []
  for (let at = 0; at < pictures.length && !signal?.aborted; at += batch) {
    const some = pictures.slice(at, at + batch)
    const decoded = await Promise.all(
      some.map(async (picture) => {
        try {
          return await decodePicture(picture.blob, preprocessing, picture.name)
        } catch (error) {
          if (!(error instanceof PictureError)) throw error
          unread.push({ picture, reason: error.reason })
          return undefined
        }
      }),
    )
    const there = decoded.filter((picture) => picture !== undefined)
    if (there.length > 0) vectors.set(await model.encode(there), read.length * dimension)
    read.push(...some.filter((_, i) => decoded[i] !== undefined))
    progress?.(Math.min(at + batch, pictures.length), pictures.length)
  }
  const made = vectors.subarray(0, read.length * dimension)
  toLengthOne(made, dimension)
  return { pictures: read, vectors: made, unread }
}

/** In place; a vector of zeros stays one. */
export function toLengthOne(vectors: Float32Array, dimension: number): void {
  for (let at = 0; at < vectors.length; at += dimension) {
    let sum = 0
    for (let i = at; i < at + dimension; i++) sum += (vectors[i] as number) ** 2
    if (sum === 0) continue
    const scale = 1 / Math.sqrt(sum)
    for (let i = at; i < at + dimension; i++) vectors[i] = (vectors[i] as number) * scale
  }
}
