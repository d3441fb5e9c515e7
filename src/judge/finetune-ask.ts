import { EVAL, type Linear } from '../nn/index.js'
import { autocast, noGrad, ops, scope, tensor } from '../torch/index.js'
import type { LabelledPictures, Network } from './finetune-fit.js'

/** What a network and its head make of pictures. */
export interface Answers {
  /** One 0 or 1 a picture: whether it was put into its class. */
  right: Uint8Array
  /** Mean cross-entropy. */
  loss: number
}

/** Asks about the plain views of these rows, in evaluation mode; in their order. */
export async function ask(
  network: Network,
  head: Linear,
  pictures: LabelledPictures,
  rows: Int32Array,
  precision: 'float32' | 'bfloat16',
  onPictures?: (count: number) => void,
): Promise<Answers> {
  const right = new Uint8Array(rows.length)
  let sum = 0
  let done = 0
  for await (const { views, labels } of pictures.plain(rows)) {
    try {
      scope(() =>
        noGrad(() => {
          const features = autocast(precision, () => network.forward(views, EVAL)).to('float32')
          const logits = head.forward(features)
          const wanted = tensor(labels).to('int64')
          sum += ops.cross_entropy_loss(logits, wanted).item() * labels.length
          right.set(logits.argmax(1).eq(wanted).to('uint8').toArray(), done)
        }),
      )
    } finally {
      views.dispose()
    }
    done += labels.length
    onPictures?.(labels.length)
  }
  return { right, loss: sum / Math.max(1, done) }
}
