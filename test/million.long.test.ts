import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from './support/cli.js'
import { fewPictures, manyFiles, manyLines, type Opened, opened } from './support/many.js'

const folder = temporaryFolder()
const small = join(folder, 'small')
beforeAll(() => fewPictures(small))

function expectLittle({ size, open, peak, heap }: Opened): void {
  expect(size).toBe(1_000_000)
  expect(open).toBeLessThan(60)
  expect(peak).toBeLessThan(150e6)
  expect(heap).toBeLessThan(8e6)
}

test.each([1, 1000])('a folder of a million files in %i folders', async (classes) => {
  const many = manyFiles(join(folder, `in-${classes}`), join(small, '3.jpg'), 1_000_000, classes)
  expectLittle(await opened(small, many))
})

test('a million lines of JSON', async () => {
  const line = (i: number) => `{"path":"small/${i % 10}.jpg","label":"class ${i % 1000}"}\n`
  expectLittle(await opened(small, manyLines(join(folder, 'million.jsonl'), '', 1_000_000, line)))
})
