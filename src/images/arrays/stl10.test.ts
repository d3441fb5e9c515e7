import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Budget } from '../cache.js'
import { temporary } from '../testing/made.js'
import { isStl10Folder, openStl10 } from './stl10.js'

const SIDE = 96
const NAMES = [
  'unlabeled_X.bin',
  'train_X.bin',
  'train_y.bin',
  'test_X.bin',
  'test_y.bin',
  'class_names.txt',
  'fold_indices.txt',
]

/** A picture as the set stores it: three planes, each column by column. */
function picture(value: (channel: number, row: number, column: number) => number): Buffer {
  const bytes = Buffer.alloc(3 * SIDE * SIDE)
  let to = 0
  for (let channel = 0; channel < 3; channel++)
    for (let column = 0; column < SIDE; column++)
      for (let row = 0; row < SIDE; row++) bytes[to++] = value(channel, row, column) % 256
  return bytes
}

function lay(folder: string): void {
  const write = (name: string, ...parts: Uint8Array[]) =>
    writeFileSync(join(folder, name), Buffer.concat(parts))
  write(
    'unlabeled_X.bin',
    picture(() => 1),
    picture((c, row, column) => 50 * c + row + 3 * column),
  )
  write(
    'train_X.bin',
    picture(() => 2),
  )
  write('train_y.bin', Buffer.of(10))
  write(
    'test_X.bin',
    picture(() => 3),
    picture(() => 4),
  )
  write('test_y.bin', Buffer.of(1, 2))
}

test('trains on the unlabelled pictures and then the labelled ones', async () => {
  using folder = temporary()
  lay(folder.path)
  const names = NAMES.slice(0, 5)
  expect(isStl10Folder(names)).toBe(true)
  for (const bytes of [1e9, 3 * SIDE * SIDE]) {
    const { train, test: held } = await openStl10(folder.path, names, new Budget(bytes))
    expect(train).toMatchObject({ size: 3, channels: 3, maximum: 255, nativeSize: 96 })
    expect([...(train.labels ?? [])]).toEqual([-1, -1, 9])
    expect(train.classes?.[9]).toBe('truck')
    expect([...(held?.labels ?? [])]).toEqual([0, 1])
    const { data, width, height } = await train.read(1)
    expect([width, height]).toEqual([SIDE, SIDE])
    const at = 3 * (7 * SIDE + 20)
    expect([...data.subarray(at, at + 3)]).toEqual([67, 117, 167])
    expect((await train.read(2)).data[0]).toBe(2)
    expect((await held?.read(1))?.data[0]).toBe(4)
  }
})

test('needs no more than one file, and says what is damaged', async () => {
  using folder = temporary()
  lay(folder.path)
  const open = (...names: string[]) => openStl10(folder.path, names, new Budget(1e9))
  const { train, ...rest } = await open('unlabeled_X.bin')
  expect(train.labels).toBeUndefined()
  expect(rest).toEqual({})
  await expect(open('test_X.bin')).rejects.toThrow('lacks unlabeled_X.bin and train_X.bin')
  writeFileSync(join(folder.path, 'train_y.bin'), Buffer.of(11))
  await expect(open('train_X.bin', 'train_y.bin')).rejects.toThrow(/train_y\.bin' has label 11 for picture 0/)
  writeFileSync(join(folder.path, 'train_y.bin'), Buffer.of(1, 2))
  await expect(open('train_X.bin', 'train_y.bin')).rejects.toThrow(/has 2 labels where there are 1 pictures/)
  writeFileSync(join(folder.path, 'train_X.bin'), Buffer.alloc(100))
  await expect(open('train_X.bin')).rejects.toThrow(
    /is 100 bytes long where STL-10 has pictures of 27648 bytes/,
  )
  await expect(open('unlabeled_X.bin', 'test_X.bin', 'gone_X.bin')).resolves.toBeDefined()
})
