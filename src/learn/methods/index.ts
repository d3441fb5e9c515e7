/** The methods: each is data. A new one is a new object in its family's file, or in a file of your own. */
import { suggestion, UsageError } from '../../errors.js'
import type { Method, Nameless } from '../method.js'
import { byol, byolHardCopy, byolNegatives, byolRandomTarget, simsiam } from './byol.js'
import { smt, smtDistilled } from './closed-form.js'
import { dino, swav } from './clustering.js'
import { diet } from './instances.js'
import { ibot, mae } from './masked.js'
import { densecl, mocoV2, mocoV3 } from './moco.js'
import { amdim, cpcV2, yadim } from './patches.js'
import { barlowTwins, lejepa, vicreg, wMse } from './redundancy.js'
import { nnclr, simclr, simclrEma, simclrV2, supcon } from './simclr.js'

/** By name. */
export const METHODS = named({
  byol,
  'byol-random-target': byolRandomTarget,
  'byol-hard-copy': byolHardCopy,
  'byol-negatives': byolNegatives,
  simclr,
  'simclr-v2': simclrV2,
  'simclr-ema': simclrEma,
  supcon,
  'cpc-v2': cpcV2,
  amdim,
  yadim,
  'moco-v2': mocoV2,
  simsiam,
  swav,
  dino,
  'moco-v3': mocoV3,
  nnclr,
  'barlow-twins': barlowTwins,
  vicreg,
  'w-mse': wMse,
  densecl,
  mae,
  ibot,
  lejepa,
  smt,
  'smt-distilled': smtDistilled,
  diet,
})

function named<Names extends string>(methods: Record<Names, Nameless>): Readonly<Record<Names, Method>> {
  const all = Object.entries<Nameless>(methods)
  return Object.fromEntries(all.map(([name, method]) => [name, { name, ...method }])) as Record<Names, Method>
}

/** @throws UsageError with the nearest right name */
export function findMethod(name: string): Method {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name as keyof typeof METHODS] : undefined
  if (!method) throw new UsageError(`there is no method '${name}': ${suggestion(name, Object.keys(METHODS))}`)
  return method
}
