import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { arrange, type Side } from './arrange.js'
import { type Budget, cached } from './cache.js'
import { type DecodeOptions, decode, readHeader } from './decode.js'
import { PictureError } from './picture.js'
import type { OpenOptions } from './place.js'
import { reasonFor } from './reason.js'
import { checkIndex, type Data, type Source } from './source.js'
import { type Typical, typicalOf } from './typical.js'
import type { Walk } from './walk.js'

/**
 * Opens the picture files of a folder.
 * @param found the folder's files, at least one
 * @param budget memory that decoded pictures may take, shared by both sides of a split
 * @throws UsageError when not one of a sample of the files is a picture that can be read
 */
export async function openFolder(
  root: string,
  found: Walk,
  options: OpenOptions,
  budget: Budget,
): Promise<Data> {
  const { train, test, classes } = arrange(found.files)
  const open = async (side: Side) => {
    const typical = pinned(await typicalOfFiles(root, side.files), options)
    return cached(folderSource(root, side, classes, typical, decoding(typical, options)), budget)
  }
  return {
    train: await open(train),
    ...(test && { test: await open(test) }),
    ...(found.notes.length > 0 && { notes: found.notes }),
  }
}

function folderSource(
  root: string,
  { files, labels }: Side,
  classes: readonly string[] | undefined,
  { nativeSize, channels, maximum }: Typical,
  options: DecodeOptions,
): Source {
  const source: Source = {
    name: root,
    size: files.length,
    channels,
    maximum,
    nativeSize,
    ...(labels && classes && { labels, classes }),
    describe: (index) => files[index] ?? `picture ${index}`,
    read: async (index) => {
      checkIndex(source, index)
      return await decode(join(root, source.describe(index)), options, source.describe(index))
    },
    encoded: async (index) => {
      checkIndex(source, index)
      const file = source.describe(index)
      try {
        return { bytes: await readFile(join(root, file)), extension: extname(file).slice(1).toLowerCase() }
      } catch (error) {
        throw new PictureError(file, await reasonFor(join(root, file), error))
      }
    },
  }
  return source
}

/** What pictures are read as: what a run that goes on asks for, or else what they typically are. */
export function pinned(typical: Typical, { channels, maximum }: OpenOptions): Typical {
  return { ...typical, ...(channels && { channels }), ...(maximum && { maximum }) }
}

/** How pictures of a set are decoded, all alike. */
export function decoding({ channels, maximum }: Typical, { shrinkTo }: OpenOptions): DecodeOptions {
  return { channels, maximum, ...(shrinkTo && { shrinkTo }) }
}

function typicalOfFiles(root: string, files: readonly string[]): Promise<Typical> {
  return typicalOf(root, files.length, (index) => {
    const file = files[index] as string
    return readHeader(join(root, file), file)
  })
}
