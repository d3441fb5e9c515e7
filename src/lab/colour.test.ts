import { expect, test } from 'vitest'
import { leak } from '../judge/testing/banks.js'
import { manualSeed, ops, scope, tensor } from '../torch/index.js'
import { colourHistograms, colourReadOff } from './colour.js'

test('a histogram counts the pixels of each of 64 colours', () => {
  scope(() => {
    // one picture of two pixels: black, and red 255, green 128, blue 64
    const pictures = tensor(new Uint8Array([0, 255, 0, 128, 0, 64]), [1, 3, 1, 2])
    const values = colourHistograms(pictures).toArray()
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6)
    // cells of 64: (3, 2, 1) is 3 · 16 + 2 · 4 + 1
    expect([values[0], values[57]]).toEqual([0.5, 0.5])
  })
})

test('what is in the features can be read off them, and nothing else', () => {
  manualSeed(5)
  expect(
    leak(() =>
      scope(() => {
        // pictures of one random colour each
        const make = (n: number) => {
          const pictures = ops.randint(0, 256, [n, 3, 1, 1]).to('uint8').expand([n, 3, 4, 4]).contiguous()
          return { pictures, histogram: colourHistograms(pictures) }
        }
        const [known, asked] = [make(800), make(400)]
        const mixed = ops.randn([64, 80])
        const telling = colourReadOff(
          { features: known.histogram.mm(mixed), pictures: known.pictures },
          { features: asked.histogram.mm(mixed), pictures: asked.pictures },
        )
        expect(telling).toBeGreaterThan(0.98)
        const silent = colourReadOff(
          { features: ops.randn([800, 20]), pictures: known.pictures },
          { features: ops.randn([400, 20]), pictures: asked.pictures },
        )
        expect(Math.abs(silent)).toBeLessThan(0.05)
      }),
    ),
  ).toBe(0)
})
