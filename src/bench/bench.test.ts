import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { pixelSource } from '../images/index.js'
import { temporary } from '../images/testing/made.js'
import { memory, observeCalls } from '../torch/index.js'
import type { Accuracy } from './accuracy.js'
import { accuracyPage, sentence } from './accuracy-page.js'
import { compare, type Figures, median, medianOf, type Rounds, ratioOf, type Side } from './compare.js'
import { dump } from './dump.js'
import { timeWork, type Work, workOf } from './limit.js'
import { page } from './page.js'
import { Clock, timeSteps, timeViews, timeWhole } from './parts.js'
import { type Prepared, prepare, WORKLOADS, type Workload } from './workloads.js'

const figures = (full: number, peak_rss_mb = 100): Figures => ({
  workload: 'a',
  precision: 'f32',
  threads: 1,
  full_images_per_second: full,
  peak_rss_mb,
})

test('medians, and ratios within each round', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  // the machine was half as fast in the second round, which the ratio does not see
  const ours = [figures(40), figures(20), figures(44)]
  const theirs = [figures(10), figures(5), figures(10)]
  expect(ratioOf(ours, theirs, 'full_images_per_second')).toBe(4)
  expect(ratioOf(ours, theirs, 'step_images_per_second')).toBeUndefined()
  expect(medianOf(ours, 'full_images_per_second')).toBe(40)
})

const printing = (name: string, script: string): Side => ({
  name,
  command: [process.execPath, '-e', script],
  env: { OWN: '7' },
})

test('sides are measured in turn, each in a process of its own', async () => {
  const seen: string[] = []
  const line = (full: string) =>
    `console.log('noise'); console.log(JSON.stringify({ full_images_per_second: ${full}, peak_rss_mb: process.pid }))`
  const sides = [printing('a', line('1')), printing('b', line('Number(process.env.OWN)'))]
  const found = await compare(sides, { rounds: 2, onMeasured: ({ name }) => seen.push(name) })
  expect(seen).toEqual(['a', 'b', 'a', 'b'])
  const [a, b] = [...found.values()]
  expect([...(a ?? []), ...(b ?? [])].map((one) => one.full_images_per_second)).toEqual([1, 1, 7, 7])
  expect(new Set([...(a ?? []), ...(b ?? [])].map((one) => one.peak_rss_mb)).size).toBe(4)
})

test('a side that fails says so in one sentence', async () => {
  const failing = (script: string) => compare([printing('lightly', script)], { rounds: 1 })
  await expect(
    failing('console.error("first"); console.error("no module named torch"); process.exit(1)'),
  ).rejects.toThrow('lightly could not be measured: no module named torch')
  await expect(failing('console.error("selfsame: no pictures"); process.exit(2)')).rejects.toThrow(
    'lightly could not be measured: no pictures',
  )
  await expect(failing('')).rejects.toThrow('lightly could not be measured: it printed no figures')
  const missing: Side = { name: 'lightly', command: ['/nowhere/python'] }
  await expect(compare([missing], { rounds: 1 })).rejects.toThrow('/nowhere/python did not start')
})

test('the page has medians, every round, ratios and the share of the limit', () => {
  const ours = [30, 40].map((full) => ({ ...figures(full, 60), limit_images_per_second: 50 }))
  const rounds: Rounds = new Map<Side, Figures[]>([
    [{ name: 'ours, f32', command: ['x'] }, ours],
    [{ name: 'lightly', command: ['x'] }, [figures(10), figures(10)]],
  ])
  const text = page(rounds, { title: 'T', date: '2026-01-01', machine: 'M', command: 'C' })
  expect(text).toContain('| ours, f32 | 35 (30, 40) | 50 (50, 50) | 60 |')
  expect(text).toContain('| lightly | 10 (10, 10) | – | 100 |')
  expect(text).toContain('| lightly | 3.50 × | 60 % |')
  expect(text).toContain('End to end is 70 % of libtorch’s convolutions and products alone')
})

let tiny: Prepared
beforeAll(async () => {
  const { change, ...rest } = WORKLOADS.a as Workload
  tiny = await prepare({ ...rest, change: { ...change, encoder: 'small', batch: 8 } }, 'float32', '')
})

test('the limit counts every convolution and product of a step, and which gradients it needs', async () => {
  const works = await workOf(tiny)
  const convolutions = works.filter(({ operator }) => operator === 'conv2d')
  const total = (some: readonly Work[]) => some.reduce((sum, { count }) => sum + count, 0)
  // four layers, two views, two networks
  expect(total(convolutions)).toBe(16)
  const first = convolutions.filter(({ shapes }) => shapes[0]?.[1] === 3)
  expect(first.map(({ gradients, count }) => [gradients, count])).toEqual(
    expect.arrayContaining([
      [[false, true], 2],
      [[false, false], 2],
    ]),
  )
  // two layers of each projector, two of the predictor
  expect(total(works.filter(({ operator }) => operator === 'linear'))).toBe(12)
  const live = memory().tensors
  expect(timeWork(works, 'float32', 0.001)).toBeGreaterThan(0)
  expect(memory().tensors).toBe(live)
})

test('parts are timed, and leave nothing behind', async () => {
  const live = memory().tensors
  const whole = await timeWhole(tiny, 0.05)
  expect(whole.imagesPerSecond).toBeGreaterThan(0)
  expect(whole.firstStep).toBeGreaterThan(0)
  const [views, steps] = [await timeViews(tiny, 0.05), await timeSteps(tiny, 0.05)]
  expect(views).toBeGreaterThan(whole.imagesPerSecond)
  expect(steps).toBeGreaterThan(0)
  expect(memory().tensors).toBe(live)
})

test('a step longer than the time ends a part, its figure is of that step, and it is said', () => {
  let now = 0
  let cold = 0
  const clock = (seconds: number) => new Clock(seconds, { warmUp: 2, onCold: () => cold++, now: () => now })
  const slow = clock(25)
  now += 60_000
  expect(slow.lap(256)).toBe(true)
  expect([slow.pace, cold]).toEqual([256 / 60, 1])
  // the second lap says more than both together
  const middling = clock(25)
  for (const [took, isOver] of [
    [20_000, false],
    [10_000, true],
  ] as const) {
    now += took
    expect(middling.lap(256)).toBe(isOver)
  }
  expect([middling.pace, cold]).toEqual([25.6, 2])
  // what is warm in time is measured as ever, and so is what is asked for in less than any step takes
  for (const seconds of [3, 0.1]) {
    const quick = clock(seconds)
    let laps = 0
    do {
      now += 1000
      laps++
    } while (!quick.lap(100))
    expect([laps, quick.pace, cold]).toEqual([2 + Math.ceil(seconds), 100, 2])
  }
})

test('where the time is up the limit is of one layout and one time each', async () => {
  const works = (await workOf(tiny)).filter(({ operator }) => operator === 'conv2d')
  const calls = (body: () => void) => {
    let count = 0
    observeCalls((name) => {
      if (name === 'aten::conv2d') count++
    }, body)
    return count
  }
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 100_000
    return now
  })
  try {
    // once for the shape of the result, once to be timed
    expect(calls(() => timeWork(works, 'float32', 1))).toBe(2 * works.length)
  } finally {
    vi.restoreAllMocks()
  }
  expect(calls(() => timeWork(works, 'float32', 0))).toBe(6 * works.length)
})

test('how much longer the peer took is bracketed by when it was asked', () => {
  const side = (name: string, ...curve: [number, number][]) => ({
    side: { name, command: ['x'] as [string] },
    curve,
  })
  const ours = side('ours', [60, 0.8])
  expect(sentence(ours, side('lightly', [30, 0.5], [90, 0.79], [120, 0.81]))).toBe(
    'ours: 80.0 % after 60 s; lightly was as good after 90 to 120 s, 1.5 to 2.0 times as long.',
  )
  expect(sentence(ours, side('lightly', [30, 0.5], [360, 0.799]))).toBe(
    'ours: 80.0 % after 60 s; lightly was not as good after 360 s, 6.0 times as long.',
  )
  const accuracy = (...curve: [number, number][]): Accuracy => ({
    workload: 'd',
    precision: 'f32',
    threads: 1,
    curve,
    peak_rss_mb: 1,
  })
  const rounds: Rounds<Accuracy> = new Map([
    [ours.side, [accuracy([60.2, 0.8]), accuracy([59.8, 0.82])]],
    [side('lightly').side, [accuracy([30, 0.5], [60, 0.6]), accuracy([30, 0.6], [60, 0.7])]],
  ])
  const text = accuracyPage(rounds, { title: 'T', date: '2026-01-01', machine: 'M', command: 'C' })
  expect(text).toContain('|  | 30 s | 60 s |')
  expect(text).toContain('| ours |  | 81.0 |')
  expect(text).toContain('| lightly | 55.0 | 65.0 |')
})

test('pictures of one size are written as raw bytes, others are refused', async () => {
  using folder = temporary()
  const data = Uint8Array.from({ length: 2 * 3 * 4 }, (_, i) => i)
  const shape = { name: 'x', part: 'train', data, height: 3, width: 4, channels: 1 } as const
  await dump(
    pixelSource({ ...shape, labels: Int32Array.of(1, 0), classes: ['p', 'q'] }),
    folder.path,
    'train',
  )
  const read = (name: string) => readFileSync(join(folder.path, name))
  expect([...read('train.u8')]).toEqual([...data])
  expect([...new Int32Array(Uint8Array.from(read('train.labels.i32')).buffer)]).toEqual([1, 0])
  expect(JSON.parse(read('train.json').toString())).toEqual([2, 3, 4, 1])
})
