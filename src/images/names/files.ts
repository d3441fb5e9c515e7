import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { type Budget, cached } from '../cache.js'
import { type DecodeOptions, decode, readHeader } from '../decode/decode.js'
import { reasonFor } from '../decode/reason.js'
import { type Look, type Typical, typicalOf } from '../decode/typical.js'
import { PictureError } from '../picture.js'
import type { OpenOptions } from '../place.js'
import { checkIndex, type Data, type Source } from '../source.js'
import type { Arrangement, Side } from './arrange.js'

/** Picture files, split and labelled. */
export interface Files extends Arrangement {
  /** for messages: the folder's or the manifest's path */
  name: string
  /** where a file lies, by its name in the list */
  pathOf(file: string): string
}

/**
 * Opens files as sources; those for testing are read with the channels and the depth of those for training.
 * @param budget memory that decoded pictures may take, shared by both sides of a split
 * @throws UsageError when not one of a sample of the files is a picture that can be read
 */
export async function openFiles(
  { train, test, notes, pathOf: joined, ...rest }: Files,
  options: OpenOptions,
  budget: Budget,
): Promise<Data> {
  const files = { ...rest, pathOf: (file: string) => joined(withoutNul(file)) }
  const open = async (side: Side, pins: OpenOptions) => {
    const typical = await typicalOfFiles(files, side, pins)
    return cached(fileSource(files, side, typical, decoding(typical, options)), budget)
  }
  const opened = await open(train, options)
  return {
    train: opened,
    ...(test && { test: await open(test, { channels: opened.channels, maximum: opened.maximum }) }),
    ...(notes.length > 0 && { notes }),
  }
}

/** The system ends a name at a NUL, and would open another file. */
function withoutNul(file: string): string {
  if (file.includes('\0')) throw new PictureError(file, 'its name has a NUL in it')
  return file
}

function fileSource(
  { name, classes, pathOf }: Pick<Files, 'name' | 'classes' | 'pathOf'>,
  { files, labels }: Side,
  { nativeSize, channels, maximum }: Typical,
  options: DecodeOptions,
): Source {
  const source: Source = {
    name,
    size: files.length,
    channels,
    maximum,
    nativeSize,
    ...(labels && classes && { labels, classes }),
    describe: (index) => files.get(index),
    read: async (index) => {
      checkIndex(source, index)
      const file = files.get(index)
      return await decode(pathOf(file), options, file)
    },
    encoded: async (index) => {
      checkIndex(source, index)
      const file = files.get(index)
      try {
        return { bytes: await readFile(pathOf(file)), extension: extname(file).slice(1).toLowerCase() }
      } catch (error) {
        throw new PictureError(file, await reasonFor(pathOf(file), error))
      }
    },
  }
  return source
}

/** How pictures of a set are decoded, all alike. */
export function decoding({ channels, maximum }: Typical, { shrinkTo }: OpenOptions): DecodeOptions {
  return { channels, maximum, ...(shrinkTo && { shrinkTo }) }
}

function typicalOfFiles(
  { name, pathOf }: Pick<Files, 'name' | 'pathOf'>,
  { files }: Side,
  pins: OpenOptions,
): Promise<Typical> {
  const look: Look = {
    header: async (index) => readHeader(pathOf(files.get(index)), files.get(index)),
    picture: async (index, options) => decode(pathOf(files.get(index)), options, files.get(index)),
  }
  return typicalOf(name, files.length, look, pins)
}
