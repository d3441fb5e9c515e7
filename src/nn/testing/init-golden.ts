import { readFileSync } from 'node:fs'
import { pattern } from '../../../test/golden/golden.js'
import { type Tensor, tensor } from '../../torch/index.js'

interface Network {
  /** Shapes by torchvision's names. */
  names: Record<string, number[]>
  /** Of the two pictures, in evaluation mode. */
  features: number[]
}

/** What make_init.py computed with torchvision. */
export const initGolden: {
  picture: number[]
  resnet18: Network
  resnet50: Network
  vit: Network
  /** Features of `vit` with four register tokens. */
  registers: number[]
  resized: Record<string, number[]>
  /** A patch projection `[2, 3, 8, 8]` for patches of other sides. */
  projections: Record<string, number[]>
} = JSON.parse(readFileSync(new URL('../../../test/golden/init.json', import.meta.url), 'utf8'))

/** The weights of make_init.py's `value`, in the caller's scope. */
export function filledByRule(names: Record<string, readonly number[]>): Map<string, Tensor> {
  return new Map(Object.entries(names).map(([name, shape]) => [name, value(name, shape)]))
}

function value(name: string, shape: readonly number[]): Tensor {
  const codes = Array.from(name, (char) => char.charCodeAt(0))
  const salt = 700 + (codes.reduce((sum, code) => sum + code, 0) % 97)
  if (shape.length === 0) return tensor([7], [], 'int64')
  const isWeight = name.endsWith('weight')
  if (shape.length > 1 && isWeight) {
    const bound = Math.sqrt(6 / shape.slice(1).reduce((product, size) => product * size, 1))
    return made(shape, salt, -bound, bound)
  }
  if (isWeight || name.endsWith('running_var')) return made(shape, salt, 0.8, 1.2)
  return made(shape, salt, -0.1, 0.1)
}

/** Millions of sines take a second. */
const known = new Map<string, Float32Array>()

function made(shape: readonly number[], salt: number, low: number, high: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  const key = [count, salt, low, high].join()
  const values = known.get(key) ?? Float32Array.from(pattern(count, salt, low, high))
  known.set(key, values)
  return tensor(values, shape)
}
