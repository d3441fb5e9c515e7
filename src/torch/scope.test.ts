import { expect, test } from 'vitest'
import { DisposedTensorError, keep, memory, noGrad, ops, scope, type Tensor, tensor } from './index.js'

/** Live tensors that `body` leaves behind. */
function leftBy(body: () => void): number {
  const before = memory().tensors
  body()
  return memory().tensors - before
}

test('frees what is made inside and keeps what is returned', () => {
  let inside: Tensor | undefined
  const left = leftBy(() => {
    const result = scope(() => {
      inside = tensor([1, 2, 3])
      return inside.mul(2).add(1)
    })
    expect(inside?.disposed).toBe(true)
    expect(result.toArray()).toEqual([3, 5, 7])
    expect(memory().tensors).toBeGreaterThan(0)
    result.dispose()
  })
  expect(left).toBe(0)
})

test('finds returned tensors in arrays, objects and maps, but not in class instances', () => {
  class Box {
    readonly content = tensor([4])
  }
  const { list, map, box } = scope(() => {
    const list = [tensor([1]), { deep: [tensor([2])] }] as const
    return { list, map: new Map([['a', tensor([3])]]), box: new Box() }
  })
  expect(list[0].item() + (list[1].deep[0]?.item() ?? 0) + (map.get('a')?.item() ?? 0)).toBe(6)
  expect(box.content.disposed).toBe(true)
  for (const made of [list[0], list[1].deep[0], map.get('a')]) made?.dispose()
})

test('what leaves an inner scope belongs to the outer one', () => {
  let moved: Tensor | undefined
  scope(() => {
    moved = scope(() => scope(() => tensor([7])))
    expect(moved.item()).toBe(7)
  })
  expect(moved?.disposed).toBe(true)
})

test('frees on an exception, in every nested scope, and goes on with the outer one', () => {
  const made: Tensor[] = []
  const left = leftBy(() =>
    scope(() => {
      expect(() =>
        scope(() => {
          made.push(tensor([1]))
          scope(() => {
            made.push(tensor([2]))
            throw new Error('inner')
          })
        }),
      ).toThrow('inner')
      expect(made.map(({ disposed }) => disposed)).toEqual([true, true])
      // this one is the outer scope's to free
      tensor([3])
    }),
  )
  expect(left).toBe(0)
})

test('refuses a promise and frees what was made before it', () => {
  const left = leftBy(() => {
    expect(() =>
      scope(async () => {
        tensor([1])
      }),
    ).toThrow(/synchronous function.*await outside/)
  })
  expect(left).toBe(0)
})

test('keep() takes a tensor out of every open scope', () => {
  const kept = scope(() => scope(() => scope(() => [keep(tensor([5])), tensor([6])] as const)))
  expect(kept[0].item()).toBe(5)
  const inner: Tensor[] = []
  scope(() => {
    scope(() => {
      inner.push(keep({ weight: tensor([8]) }).weight)
      expect(keep(inner[0])).toBe(inner[0])
    })
  })
  expect(inner[0]?.item()).toBe(8)
  const outer: Tensor[] = []
  scope(() => {
    outer.push(tensor([9]))
    scope(() => keep(outer))
  })
  expect(outer[0]?.item()).toBe(9)
  for (const one of [...kept, ...inner, ...outer]) one.dispose()
})

test('disposing twice, or before returning, is harmless', () => {
  const left = leftBy(() => {
    const twice = tensor([1])
    twice.dispose()
    twice.dispose()
    const [gone, other] = scope(() => {
      const early = tensor([2])
      early.dispose()
      return [early, tensor([3])] as const
    })
    expect(gone.disposed).toBe(true)
    expect(other.item()).toBe(3)
    other.dispose()
  })
  expect(left).toBe(0)
})

test('`using` and disposal by hand inside of a scope count once', () => {
  const left = leftBy(() =>
    scope(() => {
      const a = tensor([1])
      a[Symbol.dispose]()
      expect(a.toString()).toBe('Tensor(disposed)')
      expect(tensor([[1, 2]]).toString()).toBe('Tensor(float32[1, 2])')
    }),
  )
  expect(left).toBe(0)
})

test('a disposed tensor is refused by the operator’s name and with the cure', () => {
  const gone = scope(() => {
    const made = tensor([1])
    made.dispose()
    return made
  })
  for (const use of [
    () => ops.add(tensor([1]), gone),
    () => ops.cat([gone]),
    () => gone.shape,
    () => gone.item(),
  ]) {
    expect(use).toThrow(DisposedTensorError)
    expect(use).toThrow(/already disposed: return it from the scope\(\) that made it, or keep\(\) it/)
  }
  expect(() => ops.add(tensor([1]), gone)).toThrow(/argument 'other' of aten::add/)
})

test('the bytes of a scope come back, also those a graph holds', () => {
  const weight = tensor(new Float32Array(1000)).setRequiresGrad()
  const before = memory()
  scope(() => {
    const loss = weight.mul(weight).exp().sum()
    expect(memory().bytes).toBeGreaterThan(before.bytes + 2 * 4000)
    expect(loss.requiresGrad).toBe(true)
    expect(noGrad(() => weight.mul(2)).requiresGrad).toBe(false)
  })
  expect(memory().bytes).toBe(before.bytes)
  expect(memory().tensors).toBe(before.tensors)
  expect(memory().peak).toBeGreaterThanOrEqual(before.bytes + 2 * 4000)
  weight.dispose()
})
