import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Budget } from '../cache.js'
import { reasonFor } from '../decode/reason.js'
import type { Known } from '../decode/typical.js'
import { PictureError } from '../picture.js'
import type { Data } from '../source.js'
import { openStored } from '../stored-pictures.js'
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
  { name, train, test, notes, classes, pathOf }: Files,
  budget: Budget,
): Promise<Data> {
  const open = ({ files, labels }: Side, known: Known) => {
    const content = (index: number) => pathOf(withoutNul(files.get(index)))
    return openStored(
      {
        name,
        size: files.length,
        ...(labels && classes && { labels, classes }),
        describe: (index) => files.get(index),
        content,
        file: (index) => pathOf(files.get(index)),
        encoded: async (index) => {
          const file = files.get(index)
          const path = content(index)
          try {
            return { bytes: await readFile(path), extension: extname(file).slice(1).toLowerCase() }
          } catch (error) {
            throw new PictureError(file, await reasonFor(path, error))
          }
        },
      },
      known,
      budget,
    )
  }
  const opened = await open(train, {})
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
