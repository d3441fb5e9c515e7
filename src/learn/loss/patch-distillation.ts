import { noGrad, ops, type Tensor } from '../../torch/index.js'
import type { TokenOutput } from '../extract/tokens.js'
import { Centre, crossEntropy } from './distillation.js'
import { type Loss, type LossContext, pairsOf, sum, type Views } from './loss.js'
import { sinkhorn } from './sinkhorn.js'
import { type TeacherTemperature, teacherTemperatureAt } from './temperature.js'

type Options = TeacherTemperature & {
  temperature: number
  centreMomentum: number
  classWeight: number
  patchWeight: number
  /** How the teacher's patches are kept apart: by a moving `centre` (iBOT) or by `sinkhorn` (DINOv2). */
  patchCentring: string
}

const SINKHORN_ITERATIONS = 3

/**
 * DINO's loss on class tokens, and the same on each masked patch with what the teacher sees there: Zhou et al. 2021 (arXiv
 * 2111.07832), eq. 2 and 3. A picture's masked patches are averaged, then pictures; as in DINOv2 (arXiv 2304.07193) only masked
 * patches are computed, so the patch centre is theirs (iBOT's is of all patches).
 */
export function patchDistillation(options: Options): Loss<TokenOutput, Options> {
  return {
    name: 'distillation of class and masked patches',
    options,
    limits: {
      temperature: 'positive',
      teacherTemperature: 'positive',
      teacherTemperatureAtFirst: 'positive',
      patchCentring: ['centre', 'sinkhorn'],
    },
    pairs: 'all',
    build: (own, { prototypes }) => {
      const centre = new Centre(prototypes)
      const patchCentre = new Centre(prototypes)
      return {
        centre,
        patchCentre,
        compute: (views, context) => {
          const sharpness = context.scheduled((epoch) => teacherTemperatureAt(own, epoch))
          const classes = sum(
            pairsOf(views).map(([student, teacher]) =>
              crossEntropy(centre.softmax(teacher.logits, sharpness), student.logits, own.temperature).mean(),
            ),
          ).div(views.pairs)
          const assign = (logits: Tensor) =>
            own.patchCentring === 'sinkhorn'
              ? sinkhorn(logits, sharpness, SINKHORN_ITERATIONS)
              : patchCentre.softmax(logits, sharpness)
          const patches = patchTerm(views, context, assign, own.temperature)
          const total = classes.mul(own.classWeight)
          return patches ? total.add(patches.mul(own.patchWeight)) : total
        },
        update: (target, { world }) => {
          const all = [...target.values()]
          const of = (pick: (output: TokenOutput) => Tensor | undefined) =>
            all.flatMap((output) => pick(output) ?? []).map((x) => world.gather(x))
          centre.update(
            of(({ logits }) => logits),
            own.centreMomentum,
          )
          patchCentre.update(
            of(({ patchLogits }) => patchLogits),
            own.centreMomentum,
          )
        },
      }
    },
  }
}

/** Mean over the masked views; undefined when no patch is masked. */
function patchTerm(
  { online, target }: Views<TokenOutput>,
  { ids }: LossContext,
  assign: (logits: Tensor) => Tensor,
  temperature: number,
): Tensor | undefined {
  const pictures = ids.shape[0] as number
  const terms = [...online].flatMap(([i, { patchLogits, pictures: rows }]) => {
    const teacher = target.get(i)?.patchLogits
    if (!teacher || !patchLogits || !rows || rows.shape[0] === 0) return []
    const weights = noGrad(() => {
      const counts = ops.bincount(rows, null, pictures)
      return counts.to('float32').reciprocal().index_select(0, rows).div(pictures)
    })
    return [
      crossEntropy(
        noGrad(() => assign(teacher)),
        patchLogits,
        temperature,
      )
        .mul(weights)
        .sum(),
    ]
  })
  return terms.length > 0 ? sum(terms).div(terms.length) : undefined
}
