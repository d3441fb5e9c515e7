import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Encoder } from '../encode/encoder.js'
import { fingerprint, pixelSource, type Source, subset } from '../images/index.js'
import { madeSource } from '../images/testing/made.js'
import { factsOf } from '../learn/facts.js'
import { findMethod } from '../learn/methods/index.js'
import { resolveSettings, type Settings } from '../learn/settings.js'
import { memory, ops } from '../torch/index.js'
import { FeatureCache } from './feature-cache.js'
import { checkEnough, disposeSide, embedSide, partsOf } from './sides.js'
import { judgeViews } from './views.js'

let run: string
let settings: Settings
beforeEach(async () => {
  run = mkdtempSync(join(tmpdir(), 'selfsame-sides-'))
  settings = resolveSettings(findMethod('byol'), 'small', { size: 8 }, await factsOf(pictures()), 'float32')
})
afterEach(() => rmSync(run, { recursive: true, force: true }))

/** Grey pictures of 8 px whose brightness tells their number. */
function pictures(count = 20, labels?: number[], shift = 0): Source {
  const data = Uint8Array.from(
    { length: count * 64 },
    (_, i) => (Math.floor(i / 64) * 7 + (i % 64) + shift) % 256,
  )
  return pixelSource({
    name: 'grey',
    part: 'train',
    data,
    height: 8,
    width: 8,
    channels: 1,
    ...(labels && { labels: Int32Array.from(labels), classes: ['a', 'b'] }),
  })
}

/** Rows of a picture as its features. */
const rows: Encoder = { features: 8, forward: (x) => ops.mean(x, [1, 2]) }

function embedding(asked: string[], digest = 'weights') {
  return {
    settings,
    cache: new FeatureCache(run),
    embedders: {
      learned: {
        digest,
        encoder: async () => {
          asked.push(digest)
          return rows
        },
      },
    },
    progress: () => {},
  }
}

test('an encoder is asked for only where its features of these very pictures are not on disk', async () => {
  const asked: string[] = []
  const values = async (source: Source, digest?: string) => {
    const side = await embedSide(source, embedding(asked, digest))
    const found = [side.features.get('learned'), side.features.get('pixels')].map((one) => one?.toArray())
    disposeSide(side)
    return found
  }
  const first = await values(pictures())
  expect(asked).toHaveLength(1)
  expect(await values(pictures())).toEqual(first)
  expect(asked).toHaveLength(1)
  expect(await values(pictures(), 'other weights')).toEqual(first)
  // of the same number and names, but not the same
  expect(await values(pictures(20, undefined, 1))).not.toEqual(first)
  settings = { ...settings, evalShare: 0.5 }
  expect(await values(pictures())).not.toEqual(first)
  expect(asked).toHaveLength(4)
  // other classes are another set to whatever is judged with them
  expect(await fingerprint(pictures(4, [0, 1, 0, 1]))).not.toBe(await fingerprint(pictures(4, [0, 1, 1, 0])))
})

test('no tensor is left behind, whether features are made, read, or measured by altered views', async () => {
  const before = memory().tensors
  for (let i = 0; i < 2; i++) disposeSide(await embedSide(pictures(), embedding([])))
  expect(memory().tensors - before).toBe(0)
  const options = embedding([])
  const learned = await options.embedders.learned.encoder()
  const plain = await embedSide(pictures(), {
    ...options,
    embedders: { ...options.embedders, untrained: { digest: 'fresh', encoder: async () => learned } },
  })
  const found = await judgeViews({ learned, untrained: learned }, settings, plain, {
    seed: 0,
    progress: () => {},
  })
  expect(found.lines.map(({ name }) => name)).toContain('neighbour_stability')
  disposeSide(plain)
  expect(memory().tensors - before).toBe(0)
})

test('a set with unreadable pictures has a name, and the rows say where each came from', async () => {
  const bad = madeSource(20, [0, 7])
  expect(await fingerprint(bad)).not.toBe(await fingerprint(madeSource(20, [1, 7])))
  settings = resolveSettings(
    findMethod('byol'),
    'small',
    { size: 8 },
    await factsOf(madeSource(20)),
    'float32',
  )
  const side = await embedSide(bad, embedding([]))
  expect([...side.used.slice(0, 9)]).toEqual([1, 1, 2, 3, 4, 5, 6, 8, 8])
  disposeSide(side)
})

const alternate = (count: number, none = -1) =>
  Array.from({ length: count }, (_, i) => (i % 3 === 2 ? none : i % 2))

test('parts are what is labelled of both sides, of the one side that is, or all of it where none is', () => {
  const partly = pictures(20, alternate(20))
  const whole = pictures(10, alternate(10, 0))
  expect(partsOf({ train: partly, test: whole }, 0)).toMatchObject({
    train: { size: 14 },
    test: { size: 10 },
    labelled: true,
    fromTraining: false,
  })
  const unlabelled = pictures(30)
  for (const [data, learned] of [
    [{ train: partly, test: unlabelled }, true],
    [{ train: unlabelled, test: partly }, false],
  ] as const) {
    const { train, test: asked, labelled, fromTraining } = partsOf(data, 0)
    expect([train.size + asked.size, labelled, fromTraining]).toEqual([14, true, learned])
  }
  expect(partsOf({ train: unlabelled }, 0).fromTraining).toBe(true)
  expect(partsOf({ train: unlabelled }, 0).labelled).toBe(false)
  // labels are there, but of no picture
  expect(partsOf({ train: pictures(10, Array(10).fill(-1)) }, 0).labelled).toBe(false)
  expect(partsOf({ train: pictures(10, Array(10).fill(1)) }, 0).labelled).toBe(false)
  expect(partsOf({ train: subset(partly, [0, 1]) }, 0).train.size).toBeGreaterThan(0)
  // a class of its own for each picture is none, and what is labelled then is not all that is judged
  const single = partsOf({ train: pictures(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) }, 0)
  expect([single.train.size, single.test.size, single.labelled]).toEqual([8, 2, false])
  const few = pictures(20, [1, 1, 1, ...Array(17).fill(-1)])
  expect(partsOf({ train: few, test: unlabelled }, 0)).toEqual({
    train: few,
    test: unlabelled,
    labelled: false,
    fromTraining: false,
  })
})

test('a single picture is too few to judge by', () => {
  const refused = (count: number, test?: Source) => () => {
    const data = { train: pictures(count), ...(test && { test }) }
    checkEnough('mine', data, partsOf(data, 0))
  }
  const rest = 'to be judged, and at least 2 are needed: add pictures'
  expect(refused(1)).toThrow(`mine has 1 picture, 0 of them ${rest}, of which a fifth is judged`)
  expect(refused(7)).toThrow(`mine has 7 pictures, 1 of them ${rest}, of which a fifth is judged`)
  expect(refused(9, pictures(1))).toThrow(`mine has 10 pictures, 1 of them ${rest} to its test part`)
  expect(refused(8)).not.toThrow()
  expect(refused(2, pictures(2))).not.toThrow()
})
