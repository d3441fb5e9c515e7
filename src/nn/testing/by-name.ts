import { patterned } from '../../../test/golden/golden.js'
import { noGrad, scope } from '../../torch/index.js'
import { stateDict } from '../module.js'

/** Fills a transformer with the numbers that `weight` in test/golden/make_vit.py gives for each name. */
export function fillByName(module: object, salt: number): void {
  scope(() =>
    noGrad(() => {
      for (const [name, one] of stateDict(module)) {
        // fixed positions stay what they are
        if (!one.requiresGrad) continue
        const codes = Array.from(name, (char) => char.charCodeAt(0))
        const own = salt + (codes.reduce((sum, code) => sum + code, 0) % 97)
        one.copy_(patterned(one.shape, own, ...bounds(name, one.shape)))
      }
    }),
  )
}

function bounds(name: string, shape: readonly number[]): [number, number] {
  if (!/weight$|bias$/.test(name)) return [-0.5, 0.5]
  if (shape.length === 1) return name.endsWith('weight') ? [0.8, 1.2] : [-0.1, 0.1]
  const bound = Math.sqrt(6 / shape.slice(1).reduce((product, size) => product * size, 1))
  return [-bound, bound]
}
