import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from './support/cli.js'
import { fewPictures, manyFiles, manyLines, type Opened, opened } from './support/many.js'

// times are those of a busy machine; docs and the printed lines have those of an idle one
const SECONDS = 25
const folder = temporaryFolder()
const small = join(folder, 'small')
beforeAll(() => fewPictures(small))

function expectLittle({ open, first, peak, heap, buffers, size, used }: Opened): void {
  expect(used).toBe(3 * 64)
  expect(open).toBeLessThan(SECONDS)
  expect(first).toBeLessThan(SECONDS)
  expect(peak).toBeLessThan(150e6)
  // no object a picture: the smallest would take 12 bytes
  expect(heap).toBeLessThan(4e6 + 4 * size)
  expect(buffers).toBeLessThan(90 * size + 20e6)
}

test('a manifest of a million rows opens within seconds and stays small', async () => {
  const path = manyLines(
    join(folder, 'million.csv'),
    'path,label\n',
    1_000_000,
    (i) => `small/../small/../small/${i % 10}.jpg,class ${i % 1000}\n`,
  )
  const found = await opened(small, path)
  expect(found).toMatchObject({
    size: 1_000_000,
    classes: 1000,
    last: ['small/../small/../small/9.jpg', 'class 999'],
  })
  expectLittle(found)
}, 120_000)

test('a folder of 200,000 files does, too', async () => {
  const many = manyFiles(join(folder, 'many'), join(small, '3.jpg'), 200_000, 100)
  const found = await opened(small, many)
  expect(found).toMatchObject({ size: 200_000, classes: 100 })
  // by bytes, 'class-99' is last, and 'picture-999' before its '-'
  expect(found.last).toEqual(['class-99/picture-999-with-a-longer-name.jpg', 'class-99'])
  expectLittle(found)
}, 120_000)
