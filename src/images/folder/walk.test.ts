import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporary } from '../testing/made.js'
import { walk } from './walk.js'

/** What is found, as plain values. */
async function found(root: string, options = {}) {
  const { files, ...rest } = await walk(root, options)
  return { files: Array.from({ length: files.length }, (_, index) => files.get(index)), ...rest }
}

function lay(root: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
}

test('lists picture files at any depth in byte order, without hidden ones', async () => {
  using folder = temporary()
  const files = [
    'B.JPG',
    'a-b/1.png',
    'a/1.jpg',
    'a/b/c/2.webp',
    'a/x.jpg/3.gif',
    'é.tif',
    '\ufb01.jpg',
    '😀.jpg',
  ]
  lay(folder.path, [...files].reverse())
  lay(folder.path, ['.hidden.jpg', '.git/1.jpg', 'a/.thumbs/1.jpg', 'notes.txt', 'a/.jpg', 'jpg'])
  // in UTF-16 units 😀 would come before U+FB01
  expect(await found(folder.path)).toEqual({ files, others: 2, notes: [] })
})

test('follows links inside the folder once, and none that lead out', async () => {
  using outside = temporary()
  using folder = temporary()
  lay(outside.path, ['1.jpg'])
  lay(folder.path, ['a/1.jpg', '.store/2.jpg', '.store/deep/3.jpg', 'z.jpg'])
  const link = (target: string, at: string) => symlinkSync(target, join(folder.path, at))
  link('..', 'a/up')
  link('a', 'again')
  link('z.jpg', 'copy.jpg')
  link('.store/2.jpg', 'kept.jpg')
  link('.store/deep', 'deep')
  link(outside.path, 'out')
  link(join(outside.path, '1.jpg'), 'out.jpg')
  link('nothing', 'broken.jpg')
  link('self', 'self')
  expect(await found(folder.path)).toEqual({
    files: ['a/1.jpg', 'deep/3.jpg', 'kept.jpg', 'z.jpg'],
    others: 0,
    notes: [
      "left out because of a link out of the folder: 'out' and 1 more (`followLinks` follows such links)",
      "left out because of a link to what is listed already: 'a/up' and 2 more",
      "left out because of a link that leads nowhere: 'broken.jpg' and 1 more",
    ],
  })
})

test('follows links out of the folder where asked, each picture once and no circle for ever', async () => {
  using outside = temporary()
  using folder = temporary()
  lay(outside.path, ['all/1.jpg', 'all/2.jpg', 'all/3.jpg', 'more/deep/4.jpg', 'more/.hidden/5.jpg', 'x.txt'])
  lay(folder.path, ['cat/own.jpg', 'dog/own.jpg'])
  const link = (target: string, at: string) => symlinkSync(target, join(folder.path, at))
  link(join(outside.path, 'all/1.jpg'), 'cat/1.jpg')
  link(join(outside.path, 'all/2.jpg'), 'dog/2.jpg')
  // the same file again, and folders that lead into each other
  link(join(outside.path, 'all/1.jpg'), 'dog/one.jpg')
  link(join(outside.path, 'more'), 'dog/more')
  symlinkSync(folder.path, join(outside.path, 'more/back'))
  symlinkSync('..', join(outside.path, 'more/deep/up'))
  symlinkSync('../all', join(outside.path, 'more/all'))
  expect(await found(folder.path, { followLinks: true })).toEqual({
    files: [
      'cat/1.jpg',
      'cat/own.jpg',
      'dog/2.jpg',
      'dog/more/all/3.jpg',
      'dog/more/deep/4.jpg',
      'dog/own.jpg',
    ],
    others: 0,
    notes: ["left out because of a link to what is listed already: 'dog/more/all/1.jpg' and 4 more"],
  })
  expect((await found(folder.path)).files).toEqual(['cat/own.jpg', 'dog/own.jpg'])
})

test('passes over what other programs keep, and counts its pictures', async () => {
  using folder = temporary()
  lay(folder.path, ['cat/1.jpg', 'cat/Thumbs.db', 'dog/2.jpg', 'eadir/3.jpg', 'trash/4.jpg'])
  const foreign = [
    'cat/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg',
    'cat/._1.jpg',
    '__MACOSX/cat/._1.jpg',
    'dog/.AppleDouble/2.jpg',
    'dog/.thumbnails/2.png',
    '.Trash-1000/files/old.jpg',
    '$RECYCLE.BIN/S-1-5/$R1.jpg',
    '#recycle/gone.jpg',
    '@Recycle/gone.jpg',
    '.picasaoriginals/1.jpg',
    'lost+found/#1.jpg',
    '.dtrash/files/1.jpg',
  ]
  lay(folder.path, foreign)
  // nobody has asked for what merely is hidden
  lay(folder.path, ['.git/5.jpg', '.6.jpg', '@eaDir/notes.txt'])
  symlinkSync('../cat', join(folder.path, '#recycle/link'))
  expect(await found(folder.path)).toEqual({
    files: ['cat/1.jpg', 'dog/2.jpg', 'eadir/3.jpg', 'trash/4.jpg'],
    others: 1,
    notes: ["left out because of another program that keeps it for itself: '#recycle/gone.jpg' and 11 more"],
  })
})

test('lists nothing twice where links lead into each other', async () => {
  using folder = temporary()
  const lied = ['.a/1.jpg', '.a/.b/2.jpg', '.a/.b/c/3.jpg', '.a/.b/c/data', '.a/.hid.jpg', 'z/4.jpg']
  lay(folder.path, lied)
  const link = (target: string, at: string) => symlinkSync(target, join(folder.path, at))
  link('.a/.b/c', 'deepest')
  link('.a/.b', 'middle')
  link('.a', 'outer')
  link('../outer', '.a/round')
  link('../../z', '.a/.b/z')
  // a picture by the link's name alone, and one that a tree holds as well
  link('.a/.b/c/data', 'data.jpg')
  link('.a/.b/c/data', 'again.jpg')
  link('.a/1.jpg', 'first.jpg')
  link('.a/.hid.jpg', 'hidden.jpg')
  link('z/4.jpg', '4.jpg')
  expect(await found(folder.path)).toEqual({
    files: ['again.jpg', 'deepest/3.jpg', 'first.jpg', 'hidden.jpg', 'middle/2.jpg', 'z/4.jpg'],
    others: 1,
    notes: ["left out because of a link to what is listed already: '4.jpg' and 4 more"],
  })
})

test('starts from a link, too', async () => {
  using folder = temporary()
  lay(folder.path, ['real/1.jpg'])
  symlinkSync('real', join(folder.path, 'link'))
  expect((await found(join(folder.path, 'link'))).files).toEqual(['1.jpg'])
})

const user = process.geteuid?.()
test.skipIf(user === undefined)('leaves out folders that cannot be opened, and says so', async () => {
  using folder = temporary()
  lay(folder.path, ['a/1.jpg', 'shut/1.jpg'])
  chmodSync(folder.path, 0o755)
  chmodSync(join(folder.path, 'shut'), 0)
  if (user === 0) process.seteuid?.(65534)
  try {
    expect(await found(folder.path)).toMatchObject({
      files: ['a/1.jpg'],
      notes: ["left out because of a folder that cannot be opened: 'shut'"],
    })
  } finally {
    if (user === 0) process.seteuid?.(0)
    // only root could remove it otherwise
    chmodSync(join(folder.path, 'shut'), 0o755)
  }
})

test('folders that a run was written to are left out, wherever in the listing their record comes', async () => {
  using folder = temporary()
  lay(folder.path, ['cat/1.jpg', 'runs/a/attention/1.png', 'runs/a/z.jpg', 'runs/ab/2.jpg', 'other/3.jpg'])
  const record = JSON.stringify({ format: 5, command: ['train'], settings: {} })
  writeFileSync(join(folder.path, 'runs/a/run.json'), record)
  // another program's, and one beside which all pictures lie
  writeFileSync(join(folder.path, 'other/run.json'), '{"format": "x"}')
  writeFileSync(join(folder.path, 'run.json'), record)
  expect(await found(folder.path)).toEqual({
    files: ['cat/1.jpg', 'other/3.jpg', 'runs/ab/2.jpg'],
    others: 3,
    notes: ["left out because of a run that was written there: 'runs/a/attention/1.png' and 1 more"],
  })
})
