import { ops, type Tensor } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { itself, NEVER } from './candidates.js'
import { type Loss, type LossContext, mean, type Views } from './loss.js'

type Options = {
  temperature: number
  /** Whether the same view of other pictures is among the candidates (SimCLR), or only other views (MoCo v3). */
  sameView: boolean
  weight: number
}

/**
 * Cross-entropy of finding a picture's other views among all views of the batch, averaged over anchors and their
 * positives. NT-Xent: Chen et al. 2020 (arXiv 2002.05709), eq. 1. Anchors are the online network's predictions, candidates the
 * target's vectors. A batch computed in parts has its negatives within each part.
 */
export function infoNce(options: Partial<Options> & { temperature: number }): Loss<Output, Options> {
  return {
    name: 'InfoNCE',
    options: { sameView: true, weight: 1, ...options },
    limits: { temperature: 'positive', weight: 'positive' },
    pairs: 'all',
    build: (own) => ({ compute: (views, context) => contrast(views, context, own) }),
  }
}

/**
 * The same with every picture of the anchor's class as a positive: Khosla et al. 2020 (arXiv 2004.11362), eq. 2 (L_out), without
 * the published code's factor of temperature / 0.07.
 */
export function supervisedContrast(options: { temperature: number }): Loss<Output, Options> {
  return { ...infoNce(options), name: 'supervised contrast', needsLabels: true }
}

function contrast(
  { online, target }: Views,
  { similarity, ids, world }: LossContext,
  { temperature, sameView, weight }: Options,
): Tensor {
  const everyone = world.gather(ids)
  const own = itself(ids.shape[0] as number, world)
  const alike = ids.unsqueeze(1).eq(everyone.unsqueeze(0))
  const terms = [...online].map(([i, { prediction }]) => {
    const blocks = [...target]
      .filter(([j]) => sameView || j !== i)
      .map(([j, { vector }]) => {
        const logits = similarity.matrix(prediction, world.gather(vector)).div(temperature)
        return j === i
          ? { logits: logits.masked_fill(own, NEVER), positive: alike.logical_and(own.logical_not()) }
          : { logits, positive: alike }
      })
    const logits = ops.cat(
      blocks.map((block) => block.logits),
      1,
    )
    const positive = ops
      .cat(
        blocks.map((block) => block.positive),
        1,
      )
      .to('float32')
    const likelihood = logits
      .log_softmax(1)
      .mul(positive)
      .sum([1])
      .div(positive.sum([1]))
    return likelihood.mean().neg()
  })
  return mean(terms).mul(weight)
}
