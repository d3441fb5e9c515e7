/** Sets with very many pictures that take next to no room, and what opening them takes. */
import { execFile } from 'node:child_process'
import { closeSync, copyFileSync, linkSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'

const OPENED = fileURLToPath(new URL('opened.mjs', import.meta.url))
// a file system may allow no more names of one file
const MOST_LINKS = 30_000

/** What opening a set takes; memory is beyond what a small set takes, in bytes, and time in seconds. */
export interface Opened {
  size: number
  classes: number
  /** path and class of the last picture */
  last: [string, string | null]
  /** pictures in the first batches */
  used: number
  open: number
  /** until three batches have been read */
  first: number
  /** highest resident memory on the way */
  peak: number
  /** objects that stay */
  heap: number
  /** typed arrays that stay */
  buffers: number
}

/** Opens a small set and then `large` in a process of its own. */
export async function opened(small: string, large: string): Promise<Opened> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', OPENED, small, large])
  const found = JSON.parse(stdout) as Opened
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  console.log(
    `${found.size} pictures: opened in ${found.open.toFixed(1)} s, three batches ${found.first.toFixed(2)} s later; ` +
      `highest memory ${mb(found.peak)} more, kept ${mb(found.heap)} of objects and ${mb(found.buffers)} of buffers`,
  )
  return found
}

/** Makes a folder of a few small pictures, 0.jpg to 99.jpg. */
export async function fewPictures(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < 100; i++) {
    const background = { r: 2 * i, g: 60, b: 90 }
    await sharp({ create: { width: 40, height: 30 + (i % 10), channels: 3, background } })
      .jpeg()
      .toFile(join(folder, `${i}.jpg`))
  }
  return folder
}

/** Makes a folder of `count` pictures in `classes` folders that are links to few files. */
export function manyFiles(folder: string, picture: string, count: number, classes: number): string {
  const each = count / classes
  let links = MOST_LINKS
  let seed = ''
  for (let number = 0; number < classes; number++) {
    const inner = join(folder, `class-${number}`)
    mkdirSync(inner, { recursive: true })
    for (let i = 0; i < each; i++) {
      // in an order that is not the names'
      const path = join(inner, `picture-${(i * 7919) % each}-with-a-longer-name.jpg`)
      if (++links < MOST_LINKS) linkSync(seed, path)
      else {
        copyFileSync(picture, path)
        seed = path
        links = 0
      }
    }
  }
  return folder
}

/** Writes a file of `count` lines after a first one. */
export function manyLines(
  path: string,
  first: string,
  count: number,
  line: (index: number) => string,
): string {
  const file = openSync(path, 'w')
  try {
    writeSync(file, first)
    for (let from = 0; from < count; from += 10_000) {
      const many = Math.min(10_000, count - from)
      writeSync(file, Array.from({ length: many }, (_, i) => line(from + i)).join(''))
    }
  } finally {
    closeSync(file)
  }
  return path
}
