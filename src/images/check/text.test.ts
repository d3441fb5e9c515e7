import { expect, test } from 'vitest'
import type { Data, Source } from '../source.js'
import { checkData } from './check.js'
import { checkText } from './text.js'

/** Pictures of 8 × 8 px, each of its own pattern. */
function made(count: number, labels?: readonly number[]): Source {
  return {
    name: 'made',
    size: count,
    channels: 1,
    maximum: 255,
    nativeSize: 8,
    ...(labels && { labels: Int32Array.from(labels), classes: ['cat', 'dog'] }),
    describe: (index) => `${count}-${index}.png`,
    read: async (index) => ({
      data: Uint8Array.from({ length: 64 }, (_, at) => (at * (index + 2) * count * 37) % 251),
      width: 8,
      height: 8,
      channels: 1,
    }),
  }
}

async function reported(data: Data): Promise<string> {
  return checkText(await checkData(data))
}

test('what was left out is not passed over by the advice', async () => {
  const data = { train: made(7) }
  expect(await reported(data)).toMatch(/Nothing is wrong that would be seen from here\.$/)
  const text = await reported({ ...data, notes: ['left out because they lie beside: 5'] })
  expect(text).toMatch(/^ {17}left out because they lie beside: 5$/m)
  expect(text).toMatch(/What to do:\n- Some of what lies there is left out, as said beside “Set aside”: see/)
})

test('classes of pictures for testing are counted where those for training have none', async () => {
  const text = await reported({ train: made(7), test: made(5, [0, 0, 1, 1, 1]) })
  expect(text).toMatch(
    /^Classes {10}2, 2 to 3 pictures each for testing; those for training have none and need none\n {19}dog {9}3\n {19}cat {9}2$/m,
  )
  expect(text).not.toContain('no picture for training')
  expect(await reported({ train: made(7), test: made(5) })).toMatch(
    /^Classes {10}none known; training needs none$/m,
  )
})
