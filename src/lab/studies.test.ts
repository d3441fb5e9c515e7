import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { DataFacts } from '../learn/presets.js'
import { resolveSettings } from '../learn/settings.js'
import { createState, disposeState } from '../learn/state.js'
import { memory } from '../torch/index.js'
import { checkStudy } from './check.js'
import { paperChange } from './paper.js'
import { methodOf, planStudy, settingsOf } from './plan.js'
import { STUDIES } from './studies/index.js'
import type { Study } from './study.js'
import { trialId } from './trial.js'

const studies = Object.values(STUDIES)
const GREY: DataFacts = { pictures: 30_000, channels: 1, nativeSize: 28 }
const COLOUR: DataFacts = { pictures: 30_000, channels: 3, nativeSize: 32 }
const factsOf: Record<string, DataFacts> = { 'fashion-mnist': GREY, cifar10: COLOUR }

test.each(studies)('$name: rows, published figures and claims belong together', (study) => {
  expect(checkStudy(study, 'here')).toEqual(study)
})

const publishedIn = (study: string) =>
  Object.fromEntries(STUDIES[study]?.rows.map(({ name, published }) => [name, published?.[0]]) ?? [])

test('negatives stand beside BYOL’s table 18', () => {
  expect(publishedIn('negatives')).toEqual({
    'beta 0 (BYOL)': 72.5,
    'beta 0.1, temperature 0.3': 72.7,
    'beta 0.5, temperature 0.3': 72.7,
    'beta 1, temperature 0.01': 53.9,
    'beta 1, temperature 0.1': 70.9,
    'beta 1, temperature 0.3': 72.7,
    'beta 1, temperature 1': 72.7,
  })
})

test('the predictor alone is told apart by who gets the gradient', () => {
  expect(publishedIn('predictor')['predictor, no target, no negatives']).toBe(0.3)
  expect(STUDIES.predictor?.notes?.[0]).toMatch(
    /0\.3 where the gradient flows.*5\.5 where it is stopped, as here/,
  )
})

test.each(studies)('$name: docs/lab.md has its published figures and notes', (study) => {
  const page = readFileSync(new URL('../../docs/lab.md', import.meta.url), 'utf8')
  const own = page.split('\n## ').find((part) => part.startsWith(`${study.name}: `)) as string
  for (const { name, published } of study.rows) {
    const cells = own
      .split('\n')
      .find((line) => line.startsWith(`| ${name} |`))
      ?.split(' | ')
    const shown = study.published.map((_, i) => String(published?.[i] ?? '–'))
    expect(
      cells?.slice(-shown.length).map((cell) => cell.replace(/ \|$/, '')),
      name,
    ).toEqual(shown)
  }
  for (const note of study.notes ?? []) expect(own).toContain(note)
})

test('a study of one’s own is told what it lacks', () => {
  const [first] = studies as [Study]
  const { base: _, rows: __, ...less } = first
  expect(() => checkStudy(less, 'mine.ts')).toThrow('mine.ts lacks base, rows')
  const twice = { ...first, rows: [...first.rows, first.rows[0] as Study['rows'][number]] }
  expect(() => checkStudy(twice, 'mine.ts')).toThrow('two rows')
  expect(() => checkStudy({ ...first, published: [] }, 'mine.ts')).toThrow('name each column')
  expect(() => checkStudy({ ...first, rows: first.rows.slice(1) }, 'mine.ts')).toThrow(
    'which it does not have',
  )
})

test.each(studies)('$name: every row can be built, and no two are the same network', (study) => {
  const facts = factsOf[study.base.data] as DataFacts
  const before = memory().tensors
  const ids = study.rows.map((row) => {
    const settings = settingsOf(study, row, { seed: 0, epochs: 1 }, facts, () => 'float32')
    disposeState(createState(settings, methodOf(study.base, row)))
    return trialId({
      data: study.base.data,
      pictures: 1,
      settings,
      untrained: row.untrained ?? false,
      readouts: row.readouts ?? 0,
    })
  })
  expect(new Set(ids).size).toBe(ids.length)
  expect(memory().tensors).toBe(before)
})

test.each(studies)('$name: the paper’s own runs are sound settings', (study) => {
  const facts = { pictures: 1_281_167, channels: 3, nativeSize: 400 }
  const { preset, change } = study.base.paper
  for (const row of study.rows.filter(({ untrained }) => !untrained)) {
    const settings = resolveSettings(
      methodOf(study.base, row),
      preset,
      paperChange(study, row),
      facts,
      'float32',
    )
    expect(settings.epochs).toBe(change.epochs)
  }
})

test('without colour the paper’s views have none either', () => {
  const study = STUDIES.augmentations as Study
  const row = study.rows.find(({ name }) => name === 'BYOL, no colour (neither)') as Study['rows'][number]
  const { views } = paperChange(study, row)
  expect(
    views?.map(({ grayscale, jitter, blur }) => [grayscale, jitter.probability, blur.probability]),
  ).toEqual([
    [0, 0, 1],
    [0, 0, 0.1],
  ])
})

test('each row is trained in the precision of its own encoder', () => {
  const { base } = STUDIES.tau as Study
  const study: Study = {
    ...(STUDIES.tau as Study),
    rows: [{ name: 'convolutions' }, { name: 'transformer', change: { encoder: 'vit-mini/4' } }],
  }
  const precision = ({ name }: { name: string }) => (name === 'vit-mini' ? 'bfloat16' : 'float32')
  const planned = planStudy(study, { budget: 'quick', seeds: 1, precision }, factsOf[base.data] as DataFacts)
  expect(planned.map(({ trial }) => [trial.settings.encoder.name, trial.settings.precision])).toEqual([
    ['small', 'float32'],
    ['vit-mini', 'bfloat16'],
  ])
})

test('studies share networks', () => {
  const id = (study: string, row: string, pictures = 30_000) => {
    const found = STUDIES[study] as (typeof studies)[number]
    const wanted = found.rows.find(({ name }) => name === row) as (typeof found.rows)[number]
    const settings = settingsOf(found, wanted, { seed: 1, epochs: 1 }, GREY, () => 'float32')
    return trialId({ data: 'fashion-mnist', pictures, settings, untrained: false, readouts: 0 })
  }
  expect(id('random-target', 'predicts a frozen random network')).toBe(id('tau', 'tau 1 (frozen)'))
  expect(id('random-target', 'predicts a frozen random network')).not.toBe(
    id('random-target', 'predicts a frozen random network', 20_000),
  )
  expect(id('predictor', 'predictor, target, negatives')).toBe(id('negatives', 'beta 1, temperature 0.1'))
})
