/** Whether there is anything in the pictures that are judged. */
import { allAlike, allFlat } from '../encode/same.js'
import type { Blank } from '../judge/index.js'
import { noGrad, scope } from '../torch/index.js'
import type { Parts, Side } from './sides.js'

/** Undefined where there is; colours may tell classes. */
export function blankIn({ features, source, used }: Side, { labelled }: Parts): Blank | undefined {
  const pixels = features.get('pixels')
  // a single one differs from none, and is no sign of that
  if (!pixels || used.length < 2) return undefined
  if (allAlike(pixels)) return 'same'
  const isFlat = !labelled && noGrad(() => scope(() => allFlat(pixels.unflatten(1, [source.channels, -1]))))
  return isFlat ? 'flat' : undefined
}
