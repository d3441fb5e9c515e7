import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Bank } from '../../encode/bank.js'
import { judgingStream } from '../../encode/random.js'
import { fromBytes, memory, noGrad, ops, scope, type Tensor, tensor } from '../../torch/index.js'
import { pixels } from '../pixels.js'

/** For tests: `count` points a class around well or badly separated random centres. */
export function blobs(options: {
  classes: number
  dims: number
  count: number
  noise: number
  seed: number
}): Bank {
  const { classes, dims, count, noise, seed } = options
  const centre = judgingStream(99)
  const centres = Float32Array.from({ length: classes * dims }, () => centre() - 0.5)
  const draw = judgingStream(seed)
  const labels = Int32Array.from({ length: classes * count }, (_, i) => i % classes)
  const values = Float32Array.from({ length: labels.length * dims }, (_, i) => {
    const label = labels[Math.floor(i / dims)] as number
    const bell = draw() + draw() + draw() - 1.5
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

const FASHION = '/usr/share/datasets/fashion-mnist'

/** For tests: whether Debian's package of Fashion-MNIST is there. */
export const hasFashion = existsSync(FASHION)

/** For tests: the raw pixels of Fashion-MNIST. */
export function fashion(name: 'train' | 't10k'): Bank {
  const read = (kind: string, header: number) =>
    gunzipSync(readFileSync(`${FASHION}/${name}-${kind}-ubyte.gz`)).subarray(header)
  const labels = Int32Array.from(read('labels-idx1', 8))
  const images = fromBytes(read('images-idx3', 16), [labels.length, 1, 28, 28], 'uint8')
  return { features: pixels(images), labels, classes: 10 }
}

/**
 * For tests: features `[N, 256]` of Fashion-MNIST pixels `[N, 784]` by a small convolutional network with fixed random
 * weights, which test/golden/make_judge.py has as well.
 */
export function untrained(pictures: Tensor): Tensor {
  return noGrad(() =>
    scope(() => {
      let x = pictures.view([-1, 1, 28, 28])
      for (const [key, [out, into]] of [
        [16, 1],
        [64, 16],
      ].entries() as Iterable<[number, [number, number]]>) {
        const draw = judgingStream(key)
        const bound = Math.sqrt(6 / (9 * into))
        const weight = Float32Array.from({ length: out * into * 9 }, () => (2 * draw() - 1) * bound)
        x = ops.conv2d(x, tensor(weight, [out, into, 3, 3]), null, [2, 2], [1, 1]).relu()
      }
      return x.adaptive_avg_pool2d([2, 2]).flatten(1)
    }),
  )
}

/** For tests: part of a bank. */
export function head(bank: Bank, count: number): Bank {
  return {
    ...bank,
    features: bank.features.narrow(0, 0, count),
    labels: bank.labels.slice(0, count),
  }
}
