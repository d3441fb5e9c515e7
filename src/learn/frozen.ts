/** Tensors that keep their first values for `freezePrototypes` epochs: those that heads and losses declare. */
import { Tensor } from '../torch/index.js'

/** A head, or a loss's module, with tensors of which too early gradients would make one cluster of all. */
export interface FrozenAtFirst {
  /** A function, as properties that hold tensors are state and would be saved twice. */
  frozenAtFirst(): readonly Tensor[]
}

/** What a group of modules, and every module within it, declares. */
export function frozenAtFirst(group: object, seen: Set<object> = new Set()): Tensor[] {
  if (group instanceof Tensor || seen.has(group)) return []
  seen.add(group)
  const own = 'frozenAtFirst' in group ? (group as FrozenAtFirst).frozenAtFirst() : []
  const inner = Object.values(group).filter((one) => typeof one === 'object' && one !== null)
  return [...own, ...inner.flatMap((one: object) => frozenAtFirst(one, seen))]
}
