import { expect, test } from 'vitest'
import type { StepLine } from '../run/index.js'
import { trainingSection } from './training.js'

const steps: StepLine[] = Array.from({ length: 20 }, (_, i) => ({
  type: 'step',
  step: i + 1,
  epoch: i / 10,
  loss: 1 / (i + 1),
  learningRate: 0.1,
  tau: 0.99,
  imagesPerSecond: 1000,
  dataWait: 0,
}))
const probe = { type: 'probe', epoch: 1 } as const
const text = (looks?: Parameters<typeof trainingSection>[1]) => trainingSection(steps, looks).text

test('what classes could be read off is drawn where it was asked, and a gap stays a gap', () => {
  const page = text([
    { ...probe, step: 5, knn: 0.5, linear: 0.6 },
    { ...probe, step: 10, knn: Number.NaN, linear: Number.NaN },
    { ...probe, step: 20, knn: 0.712, linear: 0.8 },
  ])
  expect(page).toContain('Classes read off while it learned')
  expect(page).toContain('nearest neighbours <b>71.2 %</b>')
  expect(page).toContain('linear classifier <b>80.0 %</b>')
  expect(page).toMatch(/class="missing" d="M\d/)
})

test('without classes, how soon views were found is drawn', () => {
  const page = text([{ type: 'views', epoch: 1, step: 5, halves: 0.25, elsewhere: 0.5 }])
  expect(page).toContain('Views found while it learned')
  expect(page).toContain('halves <b>25.0 %</b>')
  expect(page).not.toContain('Classes read off')
})

test('without classes nothing is said of them', () => {
  for (const none of [undefined, []]) expect(text(none)).not.toContain('Classes read off')
})
