/** An index as what works on it sees it: numbered rows, and vectors part by part. */
import type { IndexRecord, Row } from './format.js'

export interface PictureIndex {
  readonly folder: string
  readonly record: IndexRecord
  /** Pictures that are there; rows are numbered 0 to `size` - 1 in the order of parts, those that are off left out. */
  readonly size: number
  readonly dimension: number
  /** The vectors of rows `first` to `first + count` - 1, each of length 1; no more than one part is in memory for it. */
  parts(): AsyncIterable<{ first: number; count: number; vectors: Float32Array }>
  /** `[rows.length · dimension]`. */
  vectors(rows: readonly number[]): Promise<Float32Array>
  /**
   * What is known of rows, in their order.
   * @param columns those that are read; all but the thumbnail unless given
   */
  rows<K extends keyof Row = Exclude<keyof Row, 'thumbnail'>>(
    rows: readonly number[],
    columns?: readonly K[],
  ): Promise<Pick<Row, K>[]>
  /** The same of all rows, some thousand at a time. */
  allRows<K extends keyof Row = Exclude<keyof Row, 'thumbnail'>>(
    columns?: readonly K[],
  ): AsyncIterable<{ first: number; rows: Pick<Row, K>[] }>
  /**
   * The nearest rows to each of N queries, exactly, the nearest first; of equal scores the first row goes first.
   * @param queries `[N · dimension]`, of any length but 0
   * @param k fewer come where the index has fewer
   */
  search(queries: Float32Array, k: number): Promise<Neighbours>
  /**
   * The nearest rows to every row, itself among them, as `search` finds them; a part at a time.
   * @param k fewer come where the index has fewer
   */
  neighbours(k: number): AsyncIterable<Neighbours & { first: number; count: number }>
  /** Where the file of a picture is, by its path in the index; undefined where pictures are no files of their own. */
  fileOf(path: string): string | undefined
  close(): Promise<void>
}

export interface Neighbours {
  /** Of each query. */
  k: number
  /** `[N · k]`: rows. */
  rows: Int32Array
  /** `[N · k]`: cosines, descending. */
  scores: Float32Array
}
