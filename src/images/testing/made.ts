import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Picture, PictureError } from '../picture.js'
import type { Source } from '../source.js'

/** A fresh folder that goes when the block ends. */
export function temporary(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'selfsame-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A source of small pictures whose pixels and size tell their index; reads end after `delay(index)` ms. */
export function madeSource(
  size: number,
  bad: readonly number[] = [],
  delay: (index: number) => number = () => 0,
): Source & { reads: number[] } {
  const reads: number[] = []
  return {
    name: 'made',
    size,
    channels: 3,
    maximum: 255,
    nativeSize: 1,
    reads,
    describe: (index) => `${index}.png`,
    read: async (index): Promise<Picture> => {
      reads.push(index)
      await new Promise((resolve) => setTimeout(resolve, delay(index)))
      if (bad.includes(index)) throw new PictureError(`${index}.png`, 'it is bad')
      const width = 1 + (index % 3)
      const height = 1 + (index % 2)
      return { data: new Uint8Array(3 * width * height).fill(index), width, height, channels: 3 }
    },
  }
}
