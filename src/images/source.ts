import { UsageError } from '../errors.js'
import type { DecodeOptions, Header } from './decode/decode.js'
import type { Picture } from './picture.js'

/** A numbered set of pictures that are read one by one, in any order and several at a time. */
export interface Source {
  /** for messages: folder path or set name */
  readonly name: string
  /** number of pictures */
  readonly size: number
  /** channels of every picture: 1 (grey), 3 (sRGB), or the number of bands */
  readonly channels: number
  /** value of full brightness: 255, or more where pictures have 16 bits (1023, 4095, 65535, …); then `read` gives 16-bit values */
  readonly maximum: number
  /** typical short side as stored, in px, before any shrinking (median of a sample for folders) */
  readonly nativeSize: number
  /** class of each picture, `[size]`, below 0 where that one has none, where known; training looks at them only where a method says that it needs them */
  readonly labels?: Int32Array
  /** class names; `labels` are indices into it */
  readonly classes?: readonly string[]
  /** relative path, or 'train picture 17' */
  describe(index: number): string
  /**
   * Reads one picture.
   * @throws PictureError when this picture cannot be read; RangeError when there is no such index
   */
  read(index: number): Promise<Picture>
  /**
   * The bytes of a picture as they are stored, where each is a file of its own.
   * @throws PictureError when they cannot be had; RangeError when there is no such index
   */
  encoded?(index: number): Promise<EncodedPicture>
  /** The path of a picture's file, where each is a file of its own in the file system. @throws RangeError when there is no such index */
  file?(index: number): string
  /**
   * What a picture's header states, without its pixels, where each is a file of its own.
   * @throws PictureError when it cannot be read; RangeError when there is no such index
   */
  header?(index: number): Promise<Header>
  /** The same pictures read otherwise, where they can be; what is left out stays as the set was opened. */
  decodedAs?(how: DecodeOptions): Source
}

/** A picture as it is stored. */
export interface EncodedPicture {
  bytes: Uint8Array
  /** of its name, in lower case and without the dot, such as 'jpg' */
  extension: string
}

/** What a data specification opens to. */
export interface Data {
  train: Source
  /** where the set has a split (t10k, test_batch, a top-level test/ or val/ folder) */
  test?: Source
  /** one clause for each kind of thing that was left out (links leading out, folders that cannot be opened) */
  notes?: readonly string[]
}

/**
 * The same pictures, shrunk as they are read or with other channels or bits where they are files: nothing is listed anew.
 * What was kept of another decoding of them is let go. Arrays stay as they are.
 * @param how what is left out stays as the set was opened
 * @throws UsageError unless its values are whole numbers of at least 1
 */
export function decodedAs({ train, test, ...rest }: Data, how: DecodeOptions): Data {
  for (const [name, value] of Object.entries(how)) checkWhole(name, value, 1)
  const own = (source: Source) => source.decodedAs?.(how) ?? source
  return { train: own(train), ...(test && { test: own(test) }), ...rest }
}

/** @throws UsageError */
export function checkWhole(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return
  throw new UsageError(
    `${name} is ${value} where a whole number of at least ${least} is expected; give such a number`,
  )
}

/** All of a source but `read`, for wrappers with the same numbers; also of one that is an instance of a class. */
export function withoutRead(source: Source): Omit<Source, 'read'> {
  const { name, size, channels, maximum, nativeSize, labels, classes } = source
  return {
    name,
    size,
    channels,
    maximum,
    nativeSize,
    ...(labels && { labels }),
    ...(classes && { classes }),
    describe: (index) => source.describe(index),
    ...(source.file && { file: (index) => source.file?.(index) as string }),
    ...(source.encoded && { encoded: (index) => source.encoded?.(index) as Promise<EncodedPicture> }),
    ...(source.header && { header: (index) => source.header?.(index) as Promise<Header> }),
  }
}

/** @throws RangeError unless `index` is one of the source's */
export function checkIndex(source: { name: string; size: number }, index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= source.size) {
    throw new RangeError(`${source.name} has pictures 0 to ${source.size - 1}, got ${index}`)
  }
}
