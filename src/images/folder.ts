import { join } from 'node:path'
import { UsageError } from '../errors.js'
import { arrange, type Side } from './arrange.js'
import { type Budget, cached } from './cache.js'
import { type DecodeOptions, decode, shortSide } from './decode.js'
import { PictureError } from './picture.js'
import { checkIndex, type Data, type Source } from './source.js'
import type { Walk } from './walk.js'

const SAMPLE = 64

/**
 * Opens the picture files of a folder as sources of 3 channels.
 * @param found the folder's files, at least one
 * @param budget memory that decoded pictures may take, shared by both sides of a split
 * @throws UsageError when not one of a sample of the files is a picture that can be read
 */
export async function openFolder(
  root: string,
  found: Walk,
  options: DecodeOptions,
  budget: Budget,
): Promise<Data> {
  const { train, test, classes } = arrange(found.files)
  const open = async (side: Side) =>
    cached(folderSource(root, side, classes, await typicalSide(root, side.files), options), budget)
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
  nativeSize: number,
  options: DecodeOptions,
): Source {
  const source: Source = {
    name: root,
    size: files.length,
    channels: 3,
    nativeSize,
    ...(labels && classes && { labels, classes }),
    describe: (index) => files[index] ?? `picture ${index}`,
    read: async (index) => {
      checkIndex(source, index)
      return await decode(join(root, source.describe(index)), options, source.describe(index))
    },
  }
  return source
}

/** Median short side, in px, of files evenly spread over the list. */
async function typicalSide(root: string, files: readonly string[]): Promise<number> {
  const count = Math.min(SAMPLE, files.length)
  const sample = Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)] ?? '')
  const sides: number[] = []
  let first: PictureError | undefined
  for (const result of await Promise.allSettled(sample.map((file) => shortSide(join(root, file), file)))) {
    if (result.status === 'fulfilled') sides.push(result.value)
    else if (result.reason instanceof PictureError) first ??= result.reason
    else throw result.reason
  }
  sides.sort((a, b) => a - b)
  const median = sides[sides.length >> 1]
  if (median === undefined) {
    throw new UsageError(
      `folder '${root}' has ${files.length} picture files but none of the ${count} looked at can be read ` +
        `('${first?.path}': ${first?.reason}); expected pictures that are whole, in a format that is read`,
    )
  }
  return median
}
