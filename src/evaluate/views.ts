/** Judging without labels: altered views of a part of the test pictures, by every contender. */

import { embed } from '../encode/embed.js'
import type { Encoder } from '../encode/encoder.js'
import { evenly } from '../images/index.js'
import {
  type LabelFreeLine,
  pixels,
  UNLABELLED,
  type Unlabelled,
  type Views,
  withoutLabels,
} from '../judge/index.js'
import { unseenViews } from '../learn/augment/apply.js'
import { changesNothing } from '../learn/augment/view.js'
import { METHODS } from '../learn/methods/index.js'
import type { Settings } from '../learn/settings.js'
import { preprocessOf, resolveSettings } from '../learn/settings.js'
import { keep, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { type Reading, readingOf, type Tell } from './judging.js'
import type { Side } from './sides.js'

/** Pictures that are looked at: enough for intervals of two digits, and a few seconds. */
const MOST = 2000

export interface LabelFreeResult {
  lines: LabelFreeLine[]
  pictures: number
}

/**
 * @param encoders learned and untrained
 * @param plain the features of all test pictures, of which a part is taken
 */
export async function judgeViews(
  encoders: Record<'learned' | 'untrained', Encoder>,
  settings: Settings,
  plain: Side,
  options: Reading & { seed: number; progress: Tell },
): Promise<LabelFreeResult> {
  const { source } = plain
  const order = evenly(source.size, Math.min(source.size, MOST))
  const rows: Record<Unlabelled, Tensor>[] = []
  const altered = alterationsOf(settings)
  try {
    for (const view of [0, 1]) {
      const embedded = await embed(source, [encoders.learned, encoders.untrained], preprocessOf(settings), {
        order,
        look: (batch, finish) => unseenViews(batch, altered, { view, seed: options.seed }, finish),
        ...readingOf(source, options),
        progress: (done, total) => options.progress((view + done / total) * 0.3, 1),
      })
      const [learned, untrained] = embedded.features as [Tensor, Tensor]
      rows.push({ learned, untrained, pixels: keep(pixels(embedded.pictures)) })
      embedded.pictures.dispose()
    }
    const [first, second] = rows as [Record<Unlabelled, Tensor>, Record<Unlabelled, Tensor>]
    const lines = scope(() => {
      const some = tensor(order, undefined, 'int64')
      const views = (name: Unlabelled): Views => {
        const all = {
          plain: (plain.features.get(name) as Tensor).index_select(0, some),
          first: first[name],
          second: second[name],
        }
        return name === 'pixels' ? ofOneSize(all, source.channels) : all
      }
      const all = Object.fromEntries(UNLABELLED.map((name) => [name, views(name)])) as Record<
        Unlabelled,
        Views
      >
      return withoutLabels(all, {
        seed: options.seed,
        progress: (done, total) => options.progress(0.6 + (0.4 * done) / total, 1),
      })
    })
    return { lines, pictures: order.length }
  } finally {
    for (const each of rows) for (const one of Object.values(each)) one.dispose()
  }
}

/** The run's own views; BYOL's where one of those changes nothing, as a picture would be compared with itself. */
function alterationsOf(settings: Settings): Pick<Settings, 'views' | 'size'> {
  if (!settings.views.some(changesNothing)) return settings
  const { channels, input, evalSize: nativeSize, size } = settings
  const facts = { pictures: USUAL, channels, nativeSize, input }
  return { views: resolveSettings(METHODS.byol, 'small', {}, facts, 'float32').views, size }
}

/** Any number of pictures: views do not depend on it. */
const USUAL = 1000

/** Pixels of views, which may be smaller than what is judged, and of plain pictures: all averaged down to the smallest. */
function ofOneSize(views: Views, channels: number): Views {
  const sideOf = (vectors: Tensor) => Math.round(Math.sqrt((vectors.shape[1] as number) / channels))
  const side = Math.min(...Object.values(views).map(sideOf))
  const averaged = (vectors: Tensor) => {
    const own = sideOf(vectors)
    if (own === side) return vectors
    return ops.adaptive_avg_pool2d(vectors.unflatten(1, [channels, own, own]), [side, side]).flatten(1)
  }
  const { plain, first, second } = views
  return { plain: averaged(plain), first: averaged(first), second: averaged(second) }
}
