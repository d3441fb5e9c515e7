import { buffer } from '../../nn/index.js'
import { noGrad, ops, scope, type Tensor } from '../../torch/index.js'
import type { PrototypeOutput } from '../extract/prototypes.js'
import { type Loss, pairsOf, sum } from './loss.js'
import { type TeacherTemperature, teacherTemperatureAt } from './temperature.js'

type Options = TeacherTemperature & {
  temperature: number
  /** Share of itself that the centre keeps each step. */
  centreMomentum: number
}

/**
 * Cross-entropy of the student's distribution over prototypes with the teacher's, which is centred (so that no prototype wins
 * always) and sharpened (so that not all win equally): Caron et al. 2021 (arXiv 2104.14294), eq. 1 to 4.
 */
export function distillation(options: Options): Loss<PrototypeOutput, Options> {
  return {
    name: 'distillation',
    options,
    limits: {
      temperature: 'positive',
      teacherTemperature: 'positive',
      teacherTemperatureAtFirst: 'positive',
    },
    pairs: 'positive',
    build: (own, { prototypes }) => {
      const centre = new Centre(prototypes)
      return {
        centre,
        compute: (views, { scheduled }) => {
          const sharpness = scheduled((epoch) => teacherTemperatureAt(own, epoch))
          return sum(
            pairsOf(views).map(([student, teacher]) =>
              crossEntropy(centre.softmax(teacher.logits, sharpness), student.logits, own.temperature).mean(),
            ),
          ).div(views.pairs)
        },
        update: (target, { world }) =>
          centre.update(
            [...target.values()].map(({ logits }) => world.gather(logits)),
            own.centreMomentum,
          ),
      }
    },
  }
}

/** `-sum(p log softmax(logits / T))` over the last dimension. */
export function crossEntropy(p: Tensor, logits: Tensor, temperature: number): Tensor {
  return logits.div(temperature).log_softmax(-1).mul(p).sum([-1]).neg()
}

/** The moving mean of the teacher's logits. */
export class Centre {
  /** `[1, prototypes]`. */
  readonly mean: Tensor

  constructor(prototypes: number) {
    this.mean = buffer(() => ops.zeros([1, prototypes]))
  }

  forward(): Tensor {
    return this.mean
  }

  /** Distributions of logits `[N, prototypes]`, centred and sharpened. */
  softmax(logits: Tensor, temperature: number): Tensor {
    return logits.sub(this.mean).div(temperature).softmax(-1)
  }

  /** Moves the mean towards that of the rows of all `batches`. */
  update(batches: readonly Tensor[], momentum: number): void {
    // iBOT's patches, where no view is masked
    if (batches.length === 0) return
    scope(() =>
      noGrad(() => {
        const rows = ops.cat([...batches])
        if (rows.shape[0] === 0) return
        this.mean.mul_(momentum).add_(rows.mean([0], true), { alpha: 1 - momentum })
      }),
    )
  }
}
