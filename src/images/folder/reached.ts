import { basename, dirname } from 'node:path'
import { isPictureName } from '../decode/formats.js'
import { isPassedOver } from '../names/foreign.js'

/**
 * Which files and folders a walk has listed, by their paths without links. A tree counts as one entry, so that what is
 * remembered grows with the number of links and not with that of files.
 */
export class Reached {
  /** folders that were listed with all in them that is not passed over */
  readonly #trees = new Set<string>()
  /** folders that could not be listed */
  readonly #closed = new Set<string>()
  /** files that links lead to */
  readonly #linked = new Set<string>()

  addTree(path: string): void {
    this.#trees.add(path)
  }

  close(path: string): void {
    this.#closed.add(path)
  }

  /** True for a folder that was listed, or could not be. */
  folder(path: string): boolean {
    return this.#closed.has(path) || this.#listed(path)
  }

  /** True for a picture file, in a folder that is being listed, that a link has led to before. */
  file(path: () => string): boolean {
    return this.#linked.size > 0 && this.#linked.has(path())
  }

  /** Adds a file that a link leads to. Returns false when it was listed before. */
  addLinked(path: string): boolean {
    const name = basename(path)
    const plain = !isPassedOver(name) && isPictureName(name) && this.#listed(dirname(path))
    if (plain || this.#linked.has(path)) return false
    this.#linked.add(path)
    return true
  }

  #listed(path: string): boolean {
    if (this.#trees.size === 0) return false
    for (let at = path; ; at = dirname(at)) {
      if (this.#closed.has(at)) return false
      if (this.#trees.has(at)) return true
      if (isPassedOver(basename(at)) || at === dirname(at)) return false
    }
  }
}
