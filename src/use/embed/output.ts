/** What vectors are written as. */
import type { Piece } from './pieces.js'

/** What stands beside vectors, so that they can be told apart from those of another model. */
export interface OutputAbout {
  model: { id: string; from: string; dimension: number }
  data: readonly string[]
  unread: readonly { path: string; reason: string }[]
}

/** How well the index of a table finds the ten nearest. */
export interface Recall {
  recall: number
  queries: number
  /** It has no index, as it is small. */
  exact: boolean
}

export interface Output {
  /** Whether what lies there was written by us, and may be replaced. */
  isOurs(path: string): Promise<boolean>
  /**
   * Writes a file that is there only when it is whole.
   * @returns how many vectors it holds, and a file that was written beside it
   * @throws SelfsameError when it cannot be written
   */
  write(
    path: string,
    pieces: AsyncIterable<Piece>,
    dimension: number,
    about: OutputAbout,
  ): Promise<{ rows: number; beside?: string; recall?: Recall }>
}
