// The sets that bench/sets.mjs makes by rule: same pictures at every call, classes evenly, one emoji on one side.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { icons } from '../bench/sets/icons.mjs'
import { scans } from '../bench/sets/scans.mjs'
import { subset } from '../bench/sets/subset.mjs'
import { textures } from '../bench/sets/textures.mjs'
import { writeSet } from '../bench/sets/write.mjs'

let folder
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sets-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Pictures by side and class: `{ train: { a: 2 }, test: { a: 1 } }`. */
function counted(pictures) {
  const counts = {}
  for (const { side, class: of } of pictures) {
    counts[side] ??= {}
    counts[side][of] = (counts[side][of] ?? 0) + 1
  }
  return counts
}

const digest = async ({ make }) =>
  createHash('sha256')
    .update(await make())
    .digest('hex')

test.each([
  ['textures', textures, 12 * 200, 12 * 50],
  ['scans', scans, 12 * 150, 12 * 50],
])(
  '%s: even classes; a picture is the same each time, and unlike any other',
  async (_name, set, train, test) => {
    const [first, again] = [set(), set()]
    const counts = counted(first)
    expect(Object.keys(counts.train)).toHaveLength(12)
    expect(new Set(Object.values(counts.train))).toEqual(new Set([train / 12]))
    expect(new Set(Object.values(counts.test))).toEqual(new Set([test / 12]))
    expect(first).toHaveLength(train + test)
    // one of each class, its neighbour, and the first of the other side
    const chosen = [...Array.from({ length: 12 }, (_, kind) => (kind * train) / 12), 1, train]
    const digests = await Promise.all(chosen.map((i) => digest(first[i])))
    expect(await Promise.all(chosen.map((i) => digest(again[i])))).toEqual(digests)
    expect(new Set(digests).size).toBe(chosen.length)
  },
)

test('a texture is 96 px in colour, a scan 96 to 160', async () => {
  const texture = await sharp(await textures()[0].make()).metadata()
  expect([texture.width, texture.height, texture.channels]).toEqual([96, 96, 3])
  for (const { make } of scans().slice(0, 5)) {
    const { width, height } = await sharp(await make()).metadata()
    for (const side of [width, height]) expect(side >= 96 && side <= 160).toBe(true)
  }
})

test('icons: white where they were transparent; what varies one emoji is on one side, skin tones are none', async () => {
  const of = (unified, category) => ({ unified, category, image: `${unified}.png`, has_img_google: true })
  const farmers = ['1F9D1-200D-1F33E', '1F468-200D-1F33E', '1F469-200D-1F33E']
  const runners = ['1F3C3', '1F3C3-200D-2640-FE0F', '1F3C3-200D-2642-FE0F-200D-27A1-FE0F']
  const animals = Array.from({ length: 100 }, (_, i) => (0x1f400 + i).toString(16).toUpperCase())
  const list = [
    ...[...farmers, ...runners].map((unified) => of(unified, 'People & Body')),
    ...animals.map((unified) => of(unified, 'Animals & Nature')),
    of('1F3FB', 'Component'),
    { ...of('1F600', 'Smileys & Emotion'), has_img_google: false },
  ]
  mkdirSync(join(folder, 'img/google/64'), { recursive: true })
  writeFileSync(join(folder, 'emoji.json'), JSON.stringify(list))
  const clear = { width: 64, height: 64, channels: 4, background: '#0000' }
  await sharp({ create: clear }).png().toFile(join(folder, 'img/google/64/1F3C3.png'))

  const pictures = icons([{ maker: 'google', folder }])
  expect(pictures).toHaveLength(106)
  expect(new Set(pictures.map((picture) => picture.class))).toEqual(
    new Set(['people-body', 'animals-nature']),
  )
  const sideOf = (unified) => pictures.find(({ name }) => name === `${unified.toLowerCase()}-google`).side
  for (const group of [farmers, runners]) expect(new Set(group.map(sideOf)).size).toBe(1)
  const tested = animals.filter((unified) => sideOf(unified) === 'test').length
  expect(tested >= 10 && tested <= 30).toBe(true)
  const pixels = await sharp(await pictures.find(({ name }) => name === '1f3c3-google').make())
    .raw()
    .toBuffer()
  expect(new Set(pixels)).toEqual(new Set([255]))
  expect(pixels).toHaveLength(64 * 64 * 3)
})

test('a subset takes some training pictures of the largest classes, evenly spaced, and their test pictures; writing replaces', async () => {
  const from = join(folder, 'from')
  const add = (side, name, count) => {
    mkdirSync(join(from, side, name), { recursive: true })
    for (let i = 0; i < count; i++) writeFileSync(join(from, side, name, `${i}.png`), `${side} ${name} ${i}`)
  }
  add('train', 'many', 9)
  add('train', 'few', 2)
  add('train', 'some', 6)
  for (const name of ['many', 'few', 'some']) add('test', name, 3)

  expect(counted(subset(from, { each: 5 }))).toEqual({
    train: { many: 5, some: 5, few: 2 },
    test: { many: 3, some: 3, few: 3 },
  })
  const pictures = subset(from, { classes: 2, each: 4 })
  expect(counted(pictures)).toEqual({ train: { many: 4, some: 4 }, test: { many: 3, some: 3 } })

  const taken = pictures.filter(({ side, class: of }) => side === 'train' && of === 'many')
  expect(taken.map(({ name }) => name)).toEqual(['0', '2', '4', '6'])

  const to = join(folder, 'to')
  mkdirSync(join(to, 'train/old'), { recursive: true })
  await writeSet(to, pictures)
  expect(readdirSync(join(to, 'train')).sort()).toEqual(['many', 'some'])
  expect(readdirSync(join(to, 'test/many'))).toEqual(['0.png', '1.png', '2.png'])
})
