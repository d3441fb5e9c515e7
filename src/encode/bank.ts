import { UsageError } from '../errors.js'
import type { Source } from '../images/source.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'

/** The features of labelled pictures: what every protocol reads. */
export interface Bank {
  /** float32 `[N, D]` on the CPU. */
  features: Tensor
  /** One class a picture, 0 … `classes` - 1, length N. */
  labels: Int32Array
  classes: number
}

/**
 * Features of a source's pictures with their classes; what stands in for an unreadable picture brings its own.
 * @param features float32 `[N, D]`
 * @param used `[N]`: the index each row was read from
 */
export function bankOf(features: Tensor, used: ArrayLike<number>, source: Source, classes: number): Bank {
  const labels = source.labels as Int32Array
  return { features, labels: Int32Array.from(used, (index) => labels[index] as number), classes }
}

/** @throws UsageError when the parts of a bank do not fit together */
export function checkBank(bank: Bank, name: string): void {
  const shape = checkFeatures(bank.features, name)
  if (bank.labels.length !== shape[0]) {
    throw new UsageError(
      `expected one label for each of the ${shape[0]} pictures of the ${name} bank, got ${bank.labels.length}: give every picture a label`,
    )
  }
  const bad = bank.labels.find((label) => label < 0 || label >= bank.classes)
  if (bad !== undefined) {
    throw new UsageError(
      `expected labels from 0 to ${bank.classes - 1} in the ${name} bank, got ${bad}: number the classes from 0`,
    )
  }
}

/** Whether no value is NaN or infinite: any such survives the sum. */
export function allFinite(values: Tensor): boolean {
  return Number.isFinite(noGrad(() => scope(() => values.to('float32').sum().item())))
}

/** `[N, D]` of float32 features. @throws UsageError when they are anything else, or none */
export function checkFeatures(features: Tensor, name: string): [number, number] {
  const [n, d, ...more] = features.shape
  if (n === undefined || d === undefined || more.length > 0 || n * d === 0 || features.dtype !== 'float32') {
    throw new UsageError(
      `expected ${name} features float32[N, D] with N and D above 0, got ${features}: embed the pictures first`,
    )
  }
  if (!allFinite(features)) {
    throw new UsageError(
      `expected finite ${name} features, got NaN or infinity among them: the encoder has diverged, train it anew with a lower learning rate`,
    )
  }
  return [n, d]
}

/** @throws UsageError when two banks cannot be compared */
export function checkPair(train: Bank, test: Bank): void {
  checkBank(train, 'train')
  checkBank(test, 'test')
  const [a, b] = [train.features.shape[1], test.features.shape[1]]
  if (a !== b || train.classes !== test.classes) {
    throw new UsageError(
      `expected train and test banks alike, got ${a} and ${b} features, ${train.classes} and ${test.classes} classes: embed both with the same encoder`,
    )
  }
}
