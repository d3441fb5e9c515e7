/** Names for groups of pictures, from their labels, folders and file names. */
import type { PictureIndex } from '../store/index-reader.js'

export interface Named {
  /** The word that most tells the group from the others; `group 3` where none does. */
  name: string
  /** Share of the group's pictures that have it. */
  share: number
}

/** Words that say nothing of what a picture shows. */
const EMPTY = new Set([
  'train',
  'test',
  'val',
  'valid',
  'validation',
  'images',
  'image',
  'img',
  'imgs',
  'pictures',
  'photos',
  'data',
  'dsc',
  'copy',
  'jpg',
  'jpeg',
  'png',
])
/** Different words that are counted at most: file names of anybody may all be different. */
const MOST_WORDS = 100_000
/** Share of a group that has to have a word. */
const LEAST = 0.2

/**
 * @param of the group of each row, `[N]`
 * @param count groups
 */
export async function namesOf(index: PictureIndex, of: Int32Array, count: number): Promise<Named[]> {
  const sizes = new Uint32Array(count)
  const words = new Map<string, Map<number, number>>()
  for await (const { first, rows } of index.allRows(['path', 'label']))
    for (const [at, { path, label }] of rows.entries()) {
      const own = of[first + at] as number
      sizes[own] = (sizes[own] as number) + 1
      for (const word of wordsOf(path, label)) {
        const counts = words.get(word) ?? new Map<number, number>()
        if (counts.size === 0) {
          if (words.size >= MOST_WORDS) continue
          words.set(word, counts)
        }
        counts.set(own, (counts.get(own) ?? 0) + 1)
      }
    }
  const best: (Named & { worth: number })[] = Array.from(sizes, (_, at) => ({
    name: `group ${at + 1}`,
    share: 0,
    worth: 0,
  }))
  for (const [word, counts] of words) {
    const total = [...counts.values()].reduce((sum, one) => sum + one, 0)
    for (const [own, number] of counts) {
      const share = number / (sizes[own] as number)
      // often here, and seldom elsewhere: the harmonic mean of both shares
      const worth = (2 * number) / (total + (sizes[own] as number))
      if (share >= LEAST && worth > (best[own] as { worth: number }).worth)
        best[own] = { name: word, share, worth }
    }
  }
  return best.map(({ name, share }) => ({ name, share }))
}

/** The label where there is one, else the words of the folders and the file. */
function wordsOf(path: string, label: string | null): Set<string> {
  if (label !== null) return new Set([label])
  const all = path.toLowerCase().split(/[^\p{L}]+/u)
  return new Set(all.filter((word) => word.length > 2 && !EMPTY.has(word)))
}
