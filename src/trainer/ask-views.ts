/** How well pictures are found by views that no training has, where no classes are known. */
import { centerCrops } from '../encode/crops.js'
import { chunks, encode } from '../encode/embed.js'
import type { Encoder } from '../encode/encoder.js'
import { standardize } from '../encode/input.js'
import { batches, evenly, Quarantine, type Source } from '../images/index.js'
import { allFinite, average, evening, FOREIGN, foundBothWays, LOOKS, whitenedBy } from '../judge/index.js'
import { preprocessOf, type Settings } from '../learn/settings.js'
import { keep, onHost, ops, scope, type Tensor } from '../torch/index.js'
import type { Answer, Question, Seen } from './question.js'

/** Pictures that are asked about; with fewer than the least nothing is decided without labels, either. */
const MOST = 500
const LEAST = 100
/** Memory for their views, in bytes: 500 colour pictures of 188 px. */
const MOST_BYTES = 2 ** 28
const BATCH = 256
const NAMES = ['halves', 'elsewhere'] as const

/**
 * Asks at which mean reciprocal rank pictures are found by their other half, and by another view as if from elsewhere. The views are made
 * once, by the run's seed.
 * @param badShare of unreadable pictures at which to stop; 0.05 unless given
 * @returns nothing where there are fewer than 100 pictures, or they are so large that the views of 100 take over 256 MiB
 */
export function askViews(pictures: Source, settings: Settings, badShare?: number): Question | undefined {
  const { size } = preprocessOf(settings)
  const each = LOOKS * pictures.channels * size ** 2 * (isOfBytes(pictures) ? 1 : 4)
  const asked = Math.min(pictures.size, MOST, Math.floor(MOST_BYTES / each))
  return asked < LEAST ? undefined : new Views(pictures, asked, settings, badShare)
}

class Views implements Question {
  readonly by = 'views'
  readonly about: string
  readonly #pictures: Source
  readonly #asked: number
  readonly #settings: Settings
  readonly #badShare: number | undefined
  /** `[N, C, S, S]` of each batch: all looks at its pictures. */
  #batches: Tensor[][] | undefined

  constructor(pictures: Source, asked: number, settings: Settings, badShare: number | undefined) {
    this.about = `Halves: ${asked.toLocaleString('en')} training pictures look for their other half, and for another view, now and then`
    this.#pictures = pictures
    this.#asked = asked
    this.#settings = settings
    this.#badShare = badShare
  }

  async prepare(): Promise<void> {
    if (this.#batches) return
    const pictures = this.#pictures
    const { size, share } = preprocessOf(this.#settings)
    const { seed } = this.#settings
    const quarantine = new Quarantine(pictures.size, { maxShare: this.#badShare })
    const order = chunks(evenly(pictures.size, this.#asked), BATCH)
    const made: Tensor[][] = []
    this.#batches = made
    for await (const batch of batches(pictures, order, { quarantine, prefetch: 1 })) {
      const looks = () => {
        const plain = centerCrops(batch, size, share)
        const by = (name: (typeof NAMES)[number], view: 0 | 1) => FOREIGN[name](plain, batch.used, view, seed)
        return [plain, ...NAMES.flatMap((name) => [by(name, 0), by(name, 1)])]
      }
      made.push(keep(scope(() => looks().map((look) => (isOfBytes(pictures) ? inBytes(look) : look)))))
    }
  }

  async see(encoder: Encoder): Promise<Seen> {
    const rows: Tensor[] = []
    try {
      for (let look = 0; look < LOOKS; look++) {
        rows.push(this.#rowsOf(encoder, look))
        // let a waiting Ctrl-C be heard
        await new Promise(setImmediate)
      }
    } catch (error) {
      for (const one of rows) one.dispose()
      throw error
    }
    return { rows, answer: (rows) => answered(rows, this.#settings.seed) }
  }

  [Symbol.dispose](): void {
    for (const one of this.#batches?.flat() ?? []) one.dispose()
    this.#batches = undefined
  }

  #rowsOf(encoder: Encoder, look: number): Tensor {
    const { input, precision } = preprocessOf(this.#settings)
    return keep(
      scope(() => {
        const shown = (this.#batches ?? []).map((looks) => {
          const kept = looks[look] as Tensor
          return encode(
            encoder,
            standardize(isOfBytes(this.#pictures) ? fromBytes(kept) : kept, input),
            precision,
          )
        })
        return ops.cat(shown, 0).toDevice('cpu')
      }),
    )
  }
}

function answered([plain, ...views]: readonly Tensor[], seed: number): Answer {
  if (!plain || ![plain, ...views].every(allFinite))
    return { type: 'views', halves: Number.NaN, elsewhere: Number.NaN }
  const [count = 0] = plain.shape
  const all = Array.from({ length: count }, (_, row) => row)
  // as the components are found there
  return onHost(() =>
    scope(() => {
      const by = evening(plain, seed)
      const even = views.map((rows) => whitenedBy(by, rows))
      const [halves, elsewhere] = NAMES.map((_, i) =>
        foundBothWays(even[2 * i] as Tensor, even[2 * i + 1] as Tensor, { first: all, second: all }),
      ) as [Float64Array, Float64Array]
      const both = halves.map((value, i) => (value + (elsewhere[i] as number)) / 2)
      return {
        type: 'views',
        halves: average([...halves]),
        elsewhere: average([...elsewhere]),
        found: Uint8Array.from(both, (value) => Math.round(255 * value)),
      }
    }),
  )
}

/** Whether nothing of a picture is lost in bytes. */
function isOfBytes({ maximum }: Source): boolean {
  return maximum === 255
}

function inBytes(x: Tensor): Tensor {
  return x.mul(255).round().clamp(0, 255).to('uint8')
}

function fromBytes(x: Tensor): Tensor {
  return x.to('float32').div(255)
}
