/** What each method puts to work, with and without its head. */
import { expect, test } from 'vitest'
import type { Method } from '../learn/method.js'
import { METHODS } from '../learn/methods/index.js'
import { type Overrides, resolveSettings } from '../learn/settings.js'
import { createState, disposeState, judgedBranch } from '../learn/state.js'
import { INITIALIZE, stateDict } from '../nn/index.js'
import { memory, noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { TOLERANCE } from './agreement.js'
import { networkOf, PORTS } from './network.js'
import { agreed } from './testing/agreed.js'

const SIZE = 32
const CODES = { atoms: 32, directions: 8, outputs: 24 }
/** Smaller than usual ones, by their name. */
const ENCODERS: Readonly<Record<string, object>> = {
  'vit-mini': { patch: 8 },
  'patch-codes': CODES,
  joined: { ...CODES, width: 0.25 },
  amdim: { width: 0.02 },
  cpc: { width: 0.02 },
}
const facts = { pictures: 100, channels: 3, nativeSize: SIZE }

/** Of methods that put the same to work the first. */
const DISTINCT = Object.entries<Method>(METHODS).filter(([, method], at, all) => {
  const kind = ({ extract, readout }: Method) => JSON.stringify([extract.name, extract.needs, readout])
  return all.findIndex(([, other]) => kind(other) === kind(method)) === at
})

test.each(DISTINCT)('%s', async (_, method) => {
  const before = memory().tensors
  const small: Overrides = {
    size: SIZE,
    ...(!method.extract.headless && { projector: { hidden: 32, outputs: 6 } }),
  }
  const { encoder } = resolveSettings(method, 'small', small, facts, 'float32')
  const changes = { ...small, ...(encoder.name in ENCODERS && { encoder: ENCODERS[encoder.name] as object }) }
  const settings = resolveSettings(method, 'small', changes, facts, 'float32')
  const state = createState(settings, method)
  scope(() =>
    noGrad(() => {
      const branch = judgedBranch(state)
      branch.encoder.forward(ops.rand([16, 3, SIZE, SIZE]), INITIALIZE)
      for (const [name, one] of [...stateDict(branch.encoder), ...stateDict(branch.projector)])
        if (one.dtype === 'float32' && /weight|bias|mean|prototypes/.test(name))
          one.add_(ops.randn(one.shape).mul(0.05))
    }),
  )
  const alive = memory().tensors
  const ids = new Set<string>()
  const hasHead = !method.extract.headless && method.extract.masks !== 'leave out'
  for (const head of [false, true]) {
    if (head && !hasHead) {
      expect(() => networkOf(state, head)).toThrow(/has no head that gives a vector of a whole picture/)
      continue
    }
    const { forward, id } = networkOf(state, head)
    ids.add(id)
    const names = scope(() => noGrad(() => Object.keys(forward(ops.rand([2, 3, SIZE, SIZE])))))
    expect(names[0]).toBe(PORTS.vector)
    for (const name of names) {
      const { largest } = await agreed((x) => forward(x)[name] as Tensor, [3, SIZE, SIZE])
      expect(largest).toBeLessThan(TOLERANCE)
    }
  }
  expect(ids.size).toBe(hasHead ? 2 : 1)
  expect(memory().tensors).toBe(alive)
  disposeState(state)
  expect(memory().tensors).toBe(before)
})
