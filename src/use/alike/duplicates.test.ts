import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { madePicture, thumbnailOf } from '../testing/made-pictures.js'
import { type MadeRow, memoryIndex } from '../testing/memory-index.js'
import { findDuplicates } from './duplicates.js'
import { trashCopies, UNDO_LOG } from './trash.js'
import { undo } from './undo.js'
import { duplicatesJson, duplicatesText } from './words.js'

const folder = mkdtempSync(join(tmpdir(), 'selfsame-alike-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const data = join(folder, 'data')

/** Mean colours of a grid of 4 × 4 as a vector: near for what looks alike. */
async function rowOf(path: string, taken: number | null = null): Promise<MadeRow> {
  const file = readFileSync(join(data, path))
  const { width, height } = await sharp(file).metadata()
  const grid = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .resize(4, 4, { fit: 'fill' })
    .raw()
    .toBuffer()
  const { size, mtimeMs } = statSync(join(data, path))
  return {
    path,
    digest: createHash('sha256').update(file).digest('hex'),
    bytes: size,
    modified: Math.round(mtimeMs),
    width,
    height,
    taken,
    thumbnail: await thumbnailOf(file),
    vector: [...grid].map((value) => value - 127.3),
  }
}

function write(path: string, bytes: Uint8Array): string {
  mkdirSync(dirname(join(data, path)), { recursive: true })
  writeFileSync(join(data, path), bytes)
  return path
}

/** Six pictures; of the first the same file, the same pixels, a smaller one and a mirrored one; of the second a later moment. */
async function made() {
  rmSync(folder, { recursive: true, force: true })
  for (let seed = 0; seed < 6; seed++) write(`own/${seed}.png`, await madePicture(seed + 20))
  const first = readFileSync(join(data, 'own/0.png'))
  write('more/same.png', first)
  write('more/pixels.png', await sharp(first).png({ compressionLevel: 1 }).toBuffer())
  write('more/small.jpg', await sharp(first).resize(160).jpeg().toBuffer())
  write('more/mirrored.jpg', await sharp(first).flop().jpeg({ quality: 60 }).toBuffer())
  const second = readFileSync(join(data, 'own/1.png'))
  write('own/1-later.jpg', await sharp(second).jpeg().toBuffer())
  const names = [
    ...readdirSync(join(data, 'own')).map((name) => `own/${name}`),
    ...readdirSync(join(data, 'more')).map((name) => `more/${name}`),
  ]
  const clock = (path: string) =>
    path === 'own/1.png' ? 1_000_000 : path === 'own/1-later.jpg' ? 1_002_000 : null
  return memoryIndex(await Promise.all(names.map((name) => rowOf(name, clock(name)))), data)
}

test('levels are told apart, each member with its relation to the one that is kept', async () => {
  const found = await findDuplicates(await made(), { keep: ['folder:own', 'oldest'] })
  const groups = found.groups
    .filter(({ level }) => level !== 'similar')
    .map(({ level, kept, members }) => ({
      level,
      kept: kept.path,
      members: members.map(({ path, relations }) => `${path}: ${relations.join(', ')}`).sort(),
    }))
  expect(groups).toEqual([
    { level: 'file', kept: 'own/0.png', members: ['more/same.png: same file'] },
    { level: 'pixels', kept: 'own/0.png', members: ['more/pixels.png: same pixels'] },
    {
      level: 'near',
      kept: 'own/0.png',
      members: ['more/mirrored.jpg: mirrored', 'more/small.jpg: scaled to 67 %'],
    },
    // the same pixels but for JPEG, yet two seconds later: another exposure
    { level: 'burst', kept: 'own/1.png', members: ['own/1-later.jpg: taken 2 s apart'] },
  ])
  expect(found.near.score).toBeGreaterThanOrEqual(0.72)
  expect(duplicatesText(found)).toContain('Near copies score at least')
  expect(duplicatesJson(found).groups).toHaveLength(found.groups.length)
})

test('any score from 0 to 1 can be given, and others are refused', async () => {
  const index = await made()
  const strict = await findDuplicates(index, { near: 1, similar: 1 })
  expect(strict.groups.map(({ level }) => level)).not.toContain('near')
  await expect(findDuplicates(index, { near: 1.1 })).rejects.toThrow(/`near` is 1.1 where a number of 0 to 1/)
})

test('copies go to the trash and come back, and what changed meanwhile stays', async () => {
  const index = await made()
  const { groups } = await findDuplicates(index, { keep: ['folder:own'], near: 0.8 })
  writeFileSync(join(data, 'more/mirrored.jpg'), 'changed')
  const trash = join(folder, 'trash')
  const before = readFileSync(join(data, 'more/small.jpg'))
  const done = await trashCopies(index, groups, trash, { level: 'near' })
  expect(done.moved.map(({ path }) => path).sort()).toEqual([
    'more/pixels.png',
    'more/same.png',
    'more/small.jpg',
  ])
  expect(done.left).toEqual([{ path: 'more/mirrored.jpg', reason: 'it changed since the index was made' }])
  expect(existsSync(join(data, 'more/small.jpg'))).toBe(false)
  expect(existsSync(join(data, 'own/0.png'))).toBe(true)
  const log = done.log as string
  // a kill before a move leaves its line alone, and one in the middle of a line leaves a part of it
  const lines = readFileSync(log, 'utf8')
  writeFileSync(
    log,
    `${lines}${JSON.stringify({ from: join(data, 'own/3.png'), to: '1/own/3.png', digest: 'x', kept: 'y' })}\n{"from": "`,
  )
  writeFileSync(join(data, 'more/same.png'), 'somebody else’s')
  const back = await undo(log)
  expect(back.restored.sort()).toEqual([join(data, 'more/pixels.png'), join(data, 'more/small.jpg')])
  expect(back.left).toEqual([{ path: join(data, 'more/same.png'), reason: 'another file has its place now' }])
  expect(readFileSync(join(data, 'more/small.jpg')).equals(before)).toBe(true)
  rmSync(join(data, 'more/same.png'))
  expect((await undo(log)).restored).toEqual([join(data, 'more/same.png')])
})

test('nothing is moved out of a protected folder, through a link, into the data, or without its kept copy', async () => {
  const index = await made()
  const { groups } = await findDuplicates(index, { keep: ['folder:own'], near: 0.8 })
  const trash = join(folder, 'trash')
  await expect(trashCopies(index, groups, join(data, 'trash'), { level: 'file' })).rejects.toThrow(/lies in/)
  expect(await trashCopies(index, groups, trash, { level: 'near', protect: ['more'] })).toEqual({
    moved: [],
    left: [],
  })
  const same = readFileSync(join(data, 'more/same.png'))
  writeFileSync(join(folder, 'elsewhere.png'), same)
  rmSync(join(data, 'more/same.png'))
  symlinkSync(join(folder, 'elsewhere.png'), join(data, 'more/same.png'))
  expect((await trashCopies(index, groups, trash, { level: 'file' })).left).toEqual([
    { path: 'more/same.png', reason: 'it is a link' },
  ])
  rmSync(join(data, 'own/0.png'))
  const left = (await trashCopies(index, groups, trash, { level: 'near' })).left
  expect(left.find(({ path }) => path === 'more/small.jpg')?.reason).toMatch(
    /own\/0.png, which is to be kept, it is no longer there|no file/,
  )
  expect(existsSync(join(data, 'more/small.jpg'))).toBe(true)
})

test('a log of a stranger moves nothing but pictures beside it', async () => {
  mkdirSync(folder, { recursive: true })
  const log = join(folder, UNDO_LOG)
  const line = (from: string, to: string) =>
    writeFileSync(log, `${JSON.stringify({ from, to, digest: 'x', kept: 'y' })}\n`)
  for (const [from, to] of [
    ['/tmp/a.png', '../b.png'],
    ['/tmp/a.png', '/etc/passwd'],
    ['/tmp/.bashrc', 'b.png'],
    ['a.png', 'b.png'],
  ] as const) {
    line(from, to)
    await expect(undo(log)).rejects.toThrow(/is no log of moved pictures/)
  }
  writeFileSync(log, 'what?\n')
  await expect(undo(log)).rejects.toThrow(/is no log/)
  await expect(undo(join(folder, 'none.jsonl'))).rejects.toThrow(/there is no log/)
})

test('awkward indices: one picture, three, all alike, all of one colour', async () => {
  const picture = await thumbnailOf(await madePicture(5))
  const one = await findDuplicates(memoryIndex([{ vector: [1, 0], thumbnail: picture }]), { near: 0.8 })
  expect(one.groups).toEqual([])
  const row = { vector: [1, 0], thumbnail: picture, digest: 'same' }
  const alike = await findDuplicates(
    memoryIndex(
      Array.from({ length: 40 }, () => row),
      { near: 0.8 },
    ),
  )
  expect(alike.groups.map(({ level, members }) => [level, members.length])).toEqual([['file', 39]])
  // files that are not there: the same to look at is what can be said
  const seen = await findDuplicates(
    memoryIndex([0, 1, 2].map(() => ({ vector: [1, 0], thumbnail: picture }))),
    { near: 0.8 },
  )
  expect(seen.groups.map(({ level, members }) => [level, members.length])).toEqual([['near', 2]])
  const flat = await findDuplicates(
    memoryIndex([{ vector: [1, 0] }, { vector: [1, 0] }, { vector: [0, 1] }]),
    { near: 0.8 },
  )
  expect(flat.groups.filter(({ level }) => level !== 'similar')).toEqual([])
  expect(JSON.stringify(duplicatesJson(flat))).not.toContain('null')
  const unreadable = await findDuplicates(
    memoryIndex([{ vector: [1, 0], thumbnail: Buffer.from('no') }, { vector: [0, 1] }]),
    { near: 0.8 },
  )
  expect(unreadable.groups).toEqual([])
  expect((await findDuplicates(memoryIndex([]), { near: 0.8 })).groups).toEqual([])
})
