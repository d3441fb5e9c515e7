import { above, notAbove, type Row, type Study } from '../study.js'
import { BYOL_PAPER, GREY, IMAGENET_LINEAR } from './bases.js'

const row = (beta: number, temperature: number, published?: number): Row => ({
  name: beta === 0 ? 'beta 0 (BYOL)' : `beta ${beta}, temperature ${temperature}`,
  change: { loss: { beta, temperature } },
  ...(published !== undefined && { published: [published] }),
})

export const negatives: Study = {
  name: 'negatives',
  title: 'do negatives help BYOL?',
  question:
    'Adding beta times a contrast with other pictures to BYOL’s loss does not help it; at sharp temperatures it harms.',
  base: { ...GREY, method: 'byol-negatives' },
  rows: [
    row(0, 0.1, 72.5),
    row(0.1, 0.3, 72.7),
    row(0.5, 0.3, 72.7),
    row(1, 0.01, 53.9),
    row(1, 0.1, 70.9),
    row(1, 0.3, 72.7),
    row(1, 1, 72.7),
  ],
  published: [{ title: 'ImageNet', source: `${BYOL_PAPER}, table 18; ${IMAGENET_LINEAR}` }],
  claims: [
    ...[0.1, 0.3, 1].map((temperature) => ({
      says: `Negatives at temperature ${temperature} gain less than half a point`,
      ...notAbove(`beta 1, temperature ${temperature}`, 'beta 0 (BYOL)', 0.5),
      otherwise:
        'A contrast spreads vectors from the first step on, while BYOL needs its predictor and target to settle: in short runs that is an advantage.',
    })),
    {
      says: 'At temperature 0.01 they harm: below temperature 0.3',
      ...above('beta 1, temperature 0.3', 'beta 1, temperature 0.01'),
    },
  ],
}
