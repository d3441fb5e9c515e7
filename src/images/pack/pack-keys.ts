import type { Source } from '../source.js'
import { LONGEST_MEMBER } from './pack-tar.js'

// room for a dot and what follows it
const LONGEST_KEY = LONGEST_MEMBER - 12
// no leading slash, no hidden part, no '..', nothing that a terminal or another system would stumble over
const UNCLEAN = /^\/|\/$|\/\/|(^|\/)\.|[\0-\x1f\x7f\\:*?"<>|]/

/** What pictures are called in a tar. */
export interface Keys {
  /** the name without its extension; the same for all that belongs to one picture */
  key(index: number): string
  /** true where keys are numbers though the pictures have paths, which then have to be kept elsewhere */
  numbered: boolean
}

/**
 * Keys after WebDataset: a path without its extension where all paths of the set allow it, so that pictures keep their
 * names and their order, numbers otherwise. A key ends at the first dot of its last part, so other dots become '_'.
 */
export function keysOf(source: Source): Keys {
  const number = (index: number) => String(index).padStart(9, '0')
  if (source.encoded === undefined) return { key: number, numbered: false }
  let last = Buffer.alloc(0)
  for (let index = 0; index < source.size; index++) {
    const key = pathKey(source.describe(index))
    const bytes = Buffer.from(key)
    // in order they are also all different
    const inOrder = index === 0 || Buffer.compare(last, bytes) < 0
    if (!inOrder || bytes.length > LONGEST_KEY || UNCLEAN.test(key)) return { key: number, numbered: true }
    last = bytes
  }
  return { key: (index) => pathKey(source.describe(index)), numbered: false }
}

function pathKey(path: string): string {
  // of a picture in a tar, its path there
  const inner = path.replace(/^[^/]*\.tar\//i, '')
  const base = inner.lastIndexOf('/') + 1
  const dot = inner.lastIndexOf('.')
  const stem = dot > base ? inner.slice(base, dot) : inner.slice(base)
  return inner.slice(0, base) + stem.replaceAll('.', '_')
}
