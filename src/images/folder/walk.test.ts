import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporary } from '../testing/made.js'
import { walk } from './walk.js'

/** What is found, as plain values. */
async function found(root: string) {
  const { files, ...rest } = await walk(root)
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
      "left out because of a link out of the folder: 'out' and 1 more",
      "left out because of a link that leads nowhere: 'broken.jpg' and 1 more",
    ],
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
    notes: [],
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
