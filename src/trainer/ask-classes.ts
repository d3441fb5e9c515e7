/** How well classes can be read off: of labelled training pictures, by others. */
import { embedSides } from '../encode/embed-sides.js'
import { cached, classCount, labelledPart, type Source, subset } from '../images/index.js'
import { holdOut, labelledShare, onlineScores } from '../judge/index.js'
import { preprocessOf, type Settings } from '../learn/settings.js'
import type { Tensor } from '../torch/index.js'
import type { Question } from './question.js'

/** Labelled pictures that are learned from, and others that are asked about. */
const KNOWN = 2000
const ASKED = 1000

/**
 * Asks how well a k-NN and a linear classifier read the classes off.
 * @param badShare of unreadable pictures at which to stop; 0.05 unless given
 * @returns nothing where fewer than two classes or too few pictures with a class are known
 */
export function askClasses(pictures: Source, settings: Settings, badShare?: number): Question | undefined {
  const parts = partsOf(pictures, settings.seed)
  if (!parts) return undefined
  const sources = { train: cached(parts.train), test: cached(parts.test) }
  const count = (value: number) => value.toLocaleString('en')
  return {
    by: 'classes',
    about: `k-NN: ${count(parts.test.size)} training pictures are classified by ${count(parts.train.size)} other labelled ones now and then`,
    async prepare() {},
    async see(encoder) {
      const options = { classes: parts.classes, badShare }
      const { banks, pictures } = await embedSides(sources, [encoder], preprocessOf(settings), options)
      for (const shown of [pictures.train, pictures.test]) shown.dispose()
      const [{ train, test }] = banks
      return {
        rows: [train.features, test.features],
        answer(rows) {
          const [known, asked] = rows as readonly [Tensor, Tensor]
          return {
            type: 'probe',
            ...onlineScores({ ...train, features: known }, { ...test, features: asked }),
          }
        },
      }
    },
    [Symbol.dispose]() {},
  }
}

/** Labelled training pictures that are learned from, and others that are asked about. */
interface Parts {
  train: Source
  test: Source
  /** Of all that are known. */
  classes: number
}

/**
 * Labelled training pictures, in each class alike, a third of them to be asked about: how long to train is judged by them,
 * and what the test pictures are for is to say how good it came out.
 */
function partsOf(pictures: Source, seed: number): Parts | undefined {
  const all = labelledPart(pictures)
  const { labels } = all
  if (!labels || new Set(labels.filter((label) => label >= 0)).size < 2) return undefined
  const drawn = (labels: Int32Array, count: number) =>
    labelledShare(labels, Math.min(1, count / labels.length), seed)
  const { kept, held } = holdOut(labels, drawn(labels, KNOWN + ASKED), ASKED / (KNOWN + ASKED), seed)
  if (held.length === 0) return undefined
  return { train: subset(all, kept), test: subset(all, held), classes: classCount(all) }
}
