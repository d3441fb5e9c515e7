/** Each thing that little comes of has its sentence, with what was counted and what to do; ordinary pictures have none. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import type { QuickLook } from '../images/index.js'
import { findMethod } from '../learn/methods/index.js'
import { memory } from '../torch/index.js'
import { type Expected, expectations } from './expectations.js'
import { SILENT } from './progress.js'
import { settleRun } from './start.js'

type Size = QuickLook['sizes'][number]

/** 200 pictures of a set of 1,000, the first of them of other sizes. */
function looked(sizes: readonly Size[] = [], change: Partial<QuickLook> = {}): QuickLook {
  const all = Array.from({ length: 200 }, (_, i): Size => sizes[i] ?? [320, 240])
  return { sizes: all, seen: 200, flat: 0, grey: 0, copies: 0, same: 1, ...change }
}
const said = (change: Partial<Expected> = {}) =>
  expectations({ pictures: 1000, look: looked(), closed: false, given: false, ...change })
const saidOf = (sizes: readonly Size[], change: Partial<QuickLook> = {}) =>
  said({ look: looked(sizes, change) })
const times = (count: number, size: Size) => Array<Size>(count).fill(size)

test('nothing of ordinary pictures, nor of the odd one among them', () => {
  expect(said()).toEqual([])
  expect(saidOf([...times(9, [15, 15]), ...times(9, [900, 200]), ...times(9, [12_000, 8000])])).toEqual([])
  expect(saidOf([], { flat: 20, copies: 66, same: 50, grey: 39 })).toEqual([])
  expect(saidOf([], { grey: 200 })).toEqual([])
  // none could be read, or none in time
  expect(saidOf([], { seen: 0, same: 0 })).toEqual([])
  expect(said({ look: { sizes: [], seen: 0, flat: 0, grey: 0, copies: 0, same: 0 } })).toEqual([])
})

test('too few, or few', () => {
  expect(said({ pictures: 49 })).toEqual([
    "49 pictures are too few to learn from: expect vectors little better than raw pixels; add some hundreds, or begin from a trained encoder (`init: 'dinov2-vit-s'`)",
  ])
  expect(said({ pictures: 49, given: true })).toEqual([
    '49 pictures are too few to learn from: expect hardly more than the encoder knew before; some hundreds more are needed',
  ])
  expect(said({ pictures: 49, closed: true })[0]).toMatch(/^49 pictures are too few .* raw pixels;/)
  for (const pictures of [50, 299])
    expect(said({ pictures })).toEqual([
      `${pictures} pictures are few: expect little beyond the closed form (\`method: 'smt'\`), which takes seconds; add pictures, or begin from a trained encoder (\`init: 'dinov2-vit-s'\`)`,
    ])
  for (const change of [{ pictures: 300 }, { pictures: 50, closed: true }, { pictures: 50, given: true }])
    expect(said(change)).toEqual([])
})

test('of one colour, all the same, or copies: the worst alone', () => {
  const all = { flat: 180, same: 180, copies: 190 }
  expect(saidOf([], all)).toEqual([
    '180 of the 200 pictures looked at are of one colour throughout, and nothing can be learned from them: see that these are the pictures that were meant',
  ])
  expect(saidOf([], { ...all, flat: 179 })).toEqual([
    '180 of the 200 pictures looked at look the same, and nothing can be learned from what does not differ: see that these are the pictures that were meant',
  ])
  expect(saidOf([], { flat: 100, same: 67, copies: 67 })).toEqual([
    '67 of the 200 pictures looked at look the same as another one: copies count several times, and training pushes them apart as if they differed; keep one of each',
  ])
  expect(said({ pictures: 200, look: looked([], { flat: 200 }) })).toContainEqual(
    expect.stringMatching(/^All 200 pictures are of one colour/),
  )
  expect(said({ pictures: 200, look: looked([], { same: 190 }) })).toContainEqual(
    expect.stringMatching(/^190 of 200 pictures look the same/),
  )
})

test('a few pixels, long, huge', () => {
  expect(saidOf(times(10, [40, 15]))).toEqual([
    '10 of the 200 pictures looked at have a short side under 16 px: enlarged they show no more than before, so expect little of them; give larger ones where there are any',
    expect.stringContaining(
      'are less than an eighth of the size of the largest (short sides of 15 to 240 px)',
    ),
  ])
  expect(saidOf(times(200, [8, 8]))).toEqual([
    expect.stringMatching(/^All 200 pictures looked at have a short side under 16 px:/),
  ])
  expect(saidOf(times(10, [100, 401]))).toEqual([
    '10 of the 200 pictures looked at are more than 4 times as long as wide: only the square in their middle is looked at when they are judged; cut them into squares to have all of them count',
  ])
  expect(saidOf(times(10, [100, 400]))).toEqual([])
  const huge = saidOf([...times(199, [12_000, 4000]), [5000, 20_000]], { seen: 0 })
  expect(huge).toEqual([
    'All 200 pictures looked at have a side over 10,000 px (the largest 5,000 × 20,000): they are shrunk before anything is learned, and what is small in them is lost; cut them into tiles where that matters',
  ])
})

test('mixed sizes and colours', () => {
  const sentence =
    'are less than an eighth of the size of the largest (short sides of 29 to 240 px): all are brought to one size, and how sharp a picture is may count before what it shows; keep pictures of like sizes together'
  expect(saidOf(times(50, [29, 29]))).toEqual([`50 of the 200 pictures looked at ${sentence}`])
  expect(saidOf(times(50, [30, 30]))).toEqual([])
  expect(saidOf([], { grey: 40 })).toEqual([
    '40 of the 200 pictures looked at are grey and the others have colour: which of both a picture is may count before what it shows; train on each kind by itself, or make all grey',
  ])
  // the black ones among them are of neither kind
  expect(saidOf([], { grey: 150, flat: 50, copies: 49 })).toEqual([])
})

test('without labels, last', () => {
  const [few, none] = said({ pictures: 20, unlabelled: 'No labels were found, so this is judged without' })
  expect(few).toMatch(/^20 pictures/)
  expect(none).toBe(
    'No labels were found, so this is judged without: figures will tell whether a picture is known again, not whether kinds are told apart; put each kind into a folder of its own to know that',
  )
})

test('a run that is settled says so, with what was found; it takes no tensor', async () => {
  const notes: string[] = []
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) }
  const settled = async (pictures: string, method: string, init?: string) => {
    notes.length = 0
    const change = { size: 16, batch: 8, epochs: 1 }
    const options = { preset: 'small', precision: 'float32', init } as const
    await settleRun(pictures, findMethod(method), options, change, progress)
    return notes
  }
  const folder = temporaryFolder()
  const [flat, classes] = [join(folder, 'flat'), join(folder, 'classes')]
  await drawPictures(flat, 16)
  await drawPictures(classes, 60, true)
  const before = memory().tensors
  expect(await settled(flat, 'byol')).toEqual([
    expect.stringMatching(/^16 pictures are too few to learn from/),
    expect.stringMatching(/^No labels were found/),
  ])
  expect(await settled(classes, 'byol')).toEqual([
    expect.stringMatching(/^60 pictures are few: expect little beyond the closed form/),
  ])
  expect(await settled(classes, 'smt')).toEqual([])
  expect(memory().tensors).toBe(before)
})
