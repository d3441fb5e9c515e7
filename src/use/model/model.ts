/** What turns pictures into vectors, whatever computes it: onnxruntime here and in browsers, libtorch beside a run. */
import type { Picture } from '../../images/index.js'
import type { Preprocessing } from './preprocessing.js'

export interface Model {
  /**
   * Tells models apart whose vectors must not be mixed: SHA-256, in hex, of the weights' names and values, of what is computed
   * with them, and of all of `preprocessing`. A run, its ONNX file and its quantised forms share it but for the quantised ones, whose vectors are others.
   */
  readonly id: string
  /** For messages: the folder or file that it was opened from. */
  readonly name: string
  /** Length of a vector. */
  readonly dimension: number
  readonly preprocessing: Preprocessing
  /** What computes, for messages: `onnxruntime 1.30.0`, `libtorch 1.13.0`. */
  readonly engine: string
  /**
   * Vectors as the encoder makes them, of no particular length.
   * @param pictures decoded as `preprocessing` says, of any sizes
   * @returns `[N · dimension]`
   */
  encode(pictures: readonly Picture[]): Promise<Float32Array>
  /**
   * The same of pictures that `resample` has prepared, where it can: so whoever reads many need not keep them whole.
   * @param values float32 `[count, channels, size, size]`, which are given away
   */
  encodePrepared?(values: Float32Array, count: number): Promise<Float32Array>
  /** Batches that are computed side by side; 1 unless given. */
  readonly atOnce?: number
  /** Frees what it holds. */
  close(): Promise<void>
}
