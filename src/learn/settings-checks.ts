/** What no schema says of settings: that they fit together, and the method. */
import { suggestion, UsageError } from '../errors.js'
import { shown } from '../printable.js'
import type { Limit, LossOptions } from './loss/loss.js'
import type { Method } from './method.js'
import type { Settings } from './settings-schema.js'
import { viewPairs } from './view-pairs.js'

/** A loss's options are those of its default, of the same kinds and within its limits. @throws UsageError */
export function checkLoss(given: LossOptions, { name, loss }: Method): void {
  for (const [key, value] of Object.entries(given)) {
    const usual = loss.options[key]
    if (usual === undefined) {
      const keys = Object.keys(loss.options)
      const hint = keys.length > 0 ? suggestion(key, keys) : 'it has none'
      throw new UsageError(`the loss of ${name} has no option '${key}': ${hint}`)
    }
    const expected = typeof value === typeof usual ? beyond(value, loss.limits?.[key]) : KINDS[typeof usual]
    if (expected) {
      throw new UsageError(
        `the setting 'loss.${key}' is not right: expected ${expected}, got ${shown(value)}`,
      )
    }
  }
}

const KINDS: Record<string, string> = { number: 'a number', boolean: 'true or false', string: 'a word' }

/** What was expected, where a value is beyond its limit. */
function beyond(value: number | boolean | string, limit: Limit | undefined): string | undefined {
  if (typeof value === 'number') {
    if (limit === 'positive') return value > 0 ? undefined : 'more than 0'
    const whole = Number.isInteger(value)
    if (limit === 'whole') return whole && value > 0 ? undefined : 'a whole number of at least 1'
    if (limit === 'count') return whole && value >= 0 ? undefined : 'a whole number of at least 0'
    return value >= 0 ? undefined : 'at least 0'
  }
  if (limit instanceof RegExp) return limit.test(String(value)) ? undefined : `something like ${limit.source}`
  if (Array.isArray(limit) && !limit.includes(value)) return limit.map((word) => `'${word}'`).join(' or ')
  return undefined
}

/** @throws UsageError naming the first thing that does not fit */
export function checkTogether(settings: Settings, method: Method): void {
  const problem =
    ofInput(settings) ??
    ofBatch(settings) ??
    ofTarget(settings) ??
    ofLoss(settings, method) ??
    ofViews(settings, method) ??
    ofMasks(settings, method) ??
    ofHeads(settings, method)
  if (problem) throw new UsageError(problem)
}

function ofInput({ channels, input: { mean, std } }: Settings): string | undefined {
  if (mean.length === channels && std.length === channels) return undefined
  return `the pictures have ${channels} channels, 'input' has ${mean.length} means and ${std.length} deviations: give ${channels} of each`
}

function ofTarget({ encoder, target }: Settings): string | undefined {
  if (!('frozenPatches' in encoder && encoder.frozenPatches)) return undefined
  if (target.from === 'self' || target.start === 'copy') return undefined
  return "a target with weights of its own never gets the online network's frozen patches: set target.start to 'copy'"
}

function ofLoss(
  { batch, accumulate, projector, loss: given }: Settings,
  { name, loss }: Method,
): string | undefined {
  const sizes = { part: batch / accumulate, outputs: projector.outputs }
  const misfit = loss.misfit?.({ ...loss.options, ...given }, sizes)
  return misfit && `${name} ${misfit}`
}

function ofBatch({ batch, accumulate, predictor }: Settings): string | undefined {
  if (accumulate > 1 && (predictor?.updates ?? 1) > 1)
    return `a predictor of ${predictor?.updates} updates a step would take ${accumulate} times as many in as many parts: set accumulate or predictor.updates to 1`
  if (batch % accumulate !== 0)
    return `a batch of ${batch} cannot be split into ${accumulate} equal parts: choose a divisor`
  if (batch / accumulate < 2)
    return 'batch norm and the collapse measures need at least 2 pictures a part: use a larger batch or fewer parts'
  return undefined
}

function ofViews(settings: Settings, { name, loss }: Method): string | undefined {
  const { online, targets, pairs } = viewPairs(settings)
  if (online.length === 0) return "no view is seen by the online network: give one without seenBy: 'target'"
  if (loss.alone || pairs > 0) return undefined
  return settings.target.from === 'self' && settings.views.some(({ seenBy }) => seenBy === 'target')
    ? `${name} asks itself here, and no two views are seen by it: leave seenBy out, or set target.from to 'follower'`
    : `${name} compares two views of a picture, and no two meet: the online network sees ${online.length}, the target ${targets.length}`
}

function ofMasks({ views, target }: Settings, { name, extract: { masks } }: Method): string | undefined {
  const masked = views.filter(({ mask }) => mask)
  if (masked.length > 0 && !masks) return `${name} has no use for masks: leave 'mask' out of its views`
  if (masks === 'token' && masked.length > 0 && target.from === 'self')
    return `${name} needs a target that sees what is hidden: set target.from to 'follower'`
  const even = ({ mask }: Settings['views'][number]) =>
    mask?.kind === 'random' && mask.probability === 1 && mask.share[0] === mask.share[1] && mask.share[0] < 1
  if (masks === 'leave out' && !views.every(even))
    return `${name} hides the same number of patches in every picture: give its view a mask of kind 'random', probability 1 and one share below 1, such as [0.75, 0.75]`
  return undefined
}

function ofHeads(
  { projector, predictor, readout }: Settings,
  { name, extract, projector: usual }: Method,
): string | undefined {
  if (usual.prototypes > 0 && projector.prototypes === 0)
    return `${name} needs prototypes: give a number above 0 in 'projector.prototypes'`
  if (usual.outputs > 0 && projector.outputs === 0)
    return `${name} compares the projector's outputs: give a number above 0 in 'projector.outputs'`
  if (predictor && projector.outputs === 0)
    return `${name} has no projector's outputs here that a predictor could predict: set predictor to null`
  if (readout.layers > 0 && !extract.layered)
    return `${name} has no single projector to read from: set readout.layers to 0`
  if (readout.layers >= projector.layers && readout.layers > 0)
    return `readout.layers is ${readout.layers}, and the projector has ${projector.layers - 1} hidden layers: choose at most that`
  return undefined
}
