/** A trained encoder at work: pictures in, plain vectors out. */
import { embed } from '../encode/embed.js'
import type { Encoder } from '../encode/encoder.js'
import type { Preprocess } from '../encode/preprocess.js'
import { fitting } from '../evaluate/fitting.js'
import { Quarantine, type Source } from '../images/index.js'
import { preprocessOf } from '../learn/settings.js'
import { disposeState, representation } from '../learn/state.js'
import type { Tensor } from '../torch/index.js'
import type { Used } from '../trainer/judged-state.js'
import { list } from '../trainer/open.js'
import { type Progress, SILENT } from '../trainer/progress.js'
import { type OpenOptions, openTrained, type Trained } from '../trainer/trained.js'

export type LoadOptions = OpenOptions

export interface EmbedAllOptions {
  /** Stops between two batches, with the signal's reason as error. */
  signal?: AbortSignal
  progress?: Progress
  /** Share of unreadable pictures at which to stop; 0.05 unless given. */
  badShare?: number
  /** Whether links out of the folder of pictures are followed. */
  followLinks?: boolean
}

export interface Vectors {
  /** One after another, `paths.length` × `dimension` numbers. */
  vectors: Float32Array
  /** Of the picture that each vector is of, as the set lists them. */
  paths: string[]
  dimension: number
}

/** Pictures embedded between two looks at the signal. */
const CHUNK = 1024

/**
 * The encoder of a run, with all that makes its vectors what they are.
 * @param run a folder that training wrote
 * @throws UsageError when there is no run, SelfsameError when it has no checkpoint yet
 */
export async function loadEncoder(run: string, options: LoadOptions = {}): Promise<LoadedEncoder> {
  return new LoadedEncoder(await openTrained(run, SILENT, options))
}

export class LoadedEncoder implements Disposable {
  /** How it is given its pictures. */
  readonly preprocess: Preprocess
  readonly #run: Trained
  readonly #encoder: Encoder

  constructor(run: Trained) {
    this.#run = run
    this.preprocess = preprocessOf(run.settings)
    this.#encoder = representation(run.trained)
  }

  /** The step of training that it is of, and why, where that is not the last. */
  get used(): Used {
    return this.#run.used
  }

  /** Length of a vector. */
  get dimension(): number {
    return this.#encoder.features
  }

  /**
   * Vectors of all pictures that can be read, in their order.
   * @param data a folder, tar, manifest or array of pictures, or a named set (both its parts)
   */
  async embedAll(data: string, options: EmbedAllOptions = {}): Promise<Vectors> {
    const parts: Float32Array[] = []
    const paths: string[] = []
    for await (const { vectors, paths: some } of this.#chunks(data, options)) {
      parts.push(vectors)
      paths.push(...some)
    }
    const vectors = new Float32Array(paths.length * this.dimension)
    let at = 0
    for (const part of parts) {
      vectors.set(part, at)
      at += part.length
    }
    return { vectors, paths, dimension: this.dimension }
  }

  /** The same one by one, for more pictures than memory holds vectors of. */
  async *embed(
    data: string,
    options: EmbedAllOptions = {},
  ): AsyncGenerator<{ path: string; vector: Float32Array }> {
    for await (const { vectors, paths } of this.#chunks(data, options))
      for (const [i, path] of paths.entries())
        yield { path, vector: vectors.slice(i * this.dimension, (i + 1) * this.dimension) }
  }

  /** Frees the network's memory. */
  [Symbol.dispose](): void {
    disposeState(this.#run.trained)
  }

  async *#chunks(data: string, options: EmbedAllOptions): AsyncGenerator<Omit<Vectors, 'dimension'>> {
    const { signal, progress = SILENT, badShare, followLinks } = options
    const opened = fitting(data, await list(data, progress, { followLinks }), this.#run.settings)
    const sources = [opened.train, ...(opened.test ? [opened.test] : [])]
    const total = sources.reduce((sum, { size }) => sum + size, 0)
    let done = 0
    for (const source of sources) {
      const quarantine = new Quarantine(source.size, { maxShare: badShare })
      for (let at = 0; at < source.size; at += CHUNK) {
        signal?.throwIfAborted()
        const count = Math.min(CHUNK, source.size - at)
        yield await this.#chunk(
          source,
          Array.from({ length: count }, (_, i) => at + i),
          quarantine,
        )
        done += count
        progress.work('Embedding', done, total)
      }
    }
  }

  async #chunk(source: Source, order: readonly number[], quarantine: Quarantine) {
    const { features, pictures, used } = await embed(source, [this.#encoder], this.preprocess, {
      order,
      quarantine,
    })
    try {
      const all = (features[0] as Tensor).toFloat32()
      // another picture stands in for one that cannot be read, and would be told twice
      const own = order.flatMap((index, row) => (used[row] === index ? [row] : []))
      const vectors = new Float32Array(own.length * this.dimension)
      for (const [i, row] of own.entries())
        vectors.set(all.subarray(row * this.dimension, (row + 1) * this.dimension), i * this.dimension)
      return { vectors, paths: own.map((row) => source.describe(order[row] as number)) }
    } finally {
      for (const tensor of [...features, pictures]) tensor.dispose()
    }
  }
}
