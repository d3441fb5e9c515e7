import { expect, test } from 'vitest'
import { memory, ops, pausingScope, scope, type Tensor } from './index.js'

function* counting(made: Tensor[]): Generator<void, Tensor, void> {
  for (let i = 0; i < 3; i++) {
    made.push(ops.ones([4]))
    yield
  }
  return ops.ones([2])
}

test('a scope that pauses frees all but its result, and holds nothing that is made meanwhile', () => {
  const before = memory().tensors
  const made: Tensor[] = []
  const steps = pausingScope(() => counting(made))
  const meanwhile: Tensor[] = []
  let result: Tensor | undefined
  while (!result) {
    const { done, value } = steps.next()
    if (done) result = value as Tensor
    else meanwhile.push(ops.zeros([1]))
  }
  expect(made.every(({ disposed }) => disposed)).toBe(true)
  expect([result.disposed, ...meanwhile.map(({ disposed }) => disposed)]).toEqual([
    false,
    false,
    false,
    false,
  ])
  for (const one of [result, ...meanwhile]) one.dispose()
  expect(memory().tensors).toBe(before)
})

test('left before its end it frees what it had made, nested ones too', () => {
  const before = memory().tensors
  const made: Tensor[] = []
  const steps = pausingScope(function* () {
    made.push(ops.ones([4]))
    return yield* pausingScope(() => counting(made))
  })
  steps.next()
  steps.next()
  expect(made.length).toBe(3)
  steps.return(undefined as never)
  expect(memory().tensors).toBe(before)
})

test('an error frees as well, and what is made before the first pause belongs to it', () => {
  const before = memory().tensors
  const steps = pausingScope(() => {
    const first = ops.ones([4])
    return (function* () {
      yield
      throw new Error(`at ${first.shape}`)
    })()
  })
  steps.next()
  expect(() => scope(() => steps.next())).toThrow('at 4')
  expect(memory().tensors).toBe(before)
})
