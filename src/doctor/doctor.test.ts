import { expect, test } from 'vitest'
import { examine } from './index.js'

test('all that training needs is looked at, and here it is well', async () => {
  const findings = await examine()
  expect(findings.map(({ what }) => what)).toEqual([
    ...['node', 'processor', 'memory', 'libtorch', 'build', 'addon', 'threads', 'cuda', 'blas'],
    ...['JPEG', 'fashion-mnist'],
  ])
  const found = Object.fromEntries(findings.map(({ what, ...about }) => [what, about]))
  expect(found.node?.value).toBe(process.version)
  expect(found.addon).toEqual({ value: expect.stringMatching(/^loads, libtorch \d/) })
  expect(found.libtorch?.problem).toBeUndefined()
})
