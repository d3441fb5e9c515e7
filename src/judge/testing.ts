import { memory, tensor } from '../torch/index.js'
import type { Bank } from './bank.js'
import { random } from './random.js'

/** For tests: `count` points a class around well or badly separated random centres. */
export function blobs(options: {
  classes: number
  dims: number
  count: number
  noise: number
  seed: number
}): Bank {
  const { classes, dims, count, noise, seed } = options
  const centre = random(99)
  const centres = Float32Array.from({ length: classes * dims }, () => centre.next() - 0.5)
  const draw = random(seed)
  const labels = Int32Array.from({ length: classes * count }, (_, i) => i % classes)
  const values = Float32Array.from({ length: labels.length * dims }, (_, i) => {
    const label = labels[Math.floor(i / dims)] as number
    const bell = draw.next() + draw.next() + draw.next() - 1.5
    return (centres[label * dims + (i % dims)] as number) + noise * bell
  })
  return { features: tensor(values, [labels.length, dims]), labels, classes }
}

/** For tests: how many tensors `body` leaves behind. */
export function leak(body: () => void): number {
  const before = memory().tensors
  body()
  return memory().tensors - before
}
