/** What is timed, as data: the same networks, batches and views that a user of lightly would choose. */

import { stream } from '../encode/random.js'
import { openData, pixelSource, type Source } from '../images/index.js'
import { factsOf } from '../learn/facts.js'
import type { Method } from '../learn/method.js'
import { findMethod } from '../learn/methods/index.js'
import { picturesFor } from '../learn/pictures.js'
import type { PresetName } from '../learn/presets.js'
import { type Overrides, resolveSettings, type Settings, validate } from '../learn/settings.js'

export interface Workload {
  title: string
  method: string
  preset: PresetName
  change: Overrides
  /** `noise`: in memory, of the size of CIFAR-10; `photographs`: JPEG files of the user's own. */
  pictures: 'noise' | 'photographs'
  /** Pictures of noise. Default 50,000. */
  count?: number
  /** Local views of a multi-crop that are kept; all unless given. */
  locals?: number
  /** Whether views are blurred. */
  blur: boolean
}

/** Heads and optimiser as lightly's examples have them. */
const LIGHTLY_BYOL: Overrides = {
  projector: { hidden: 1024, outputs: 256 },
  predictor: { hidden: 1024 },
  optimizer: { name: 'sgd', momentum: 0, weightDecay: 0, nesterov: false },
}

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  a: {
    title: 'BYOL, ResNet-18 with the CIFAR stem, 32 px, batch 256',
    method: 'byol',
    preset: 'cifar',
    change: { encoder: 'resnet18', size: 32, batch: 256, ...LIGHTLY_BYOL },
    pictures: 'noise',
    blur: false,
  },
  b: {
    title: 'BYOL, ResNet-50, 224 px from JPEG photographs, batch 32',
    method: 'byol',
    preset: 'imagenet',
    change: { encoder: 'resnet50', size: 224, batch: 32, ...LIGHTLY_BYOL },
    pictures: 'photographs',
    blur: true,
  },
  c: {
    title: 'DINO, ViT-S/16, two views of 224 px and six of 96 px from JPEG photographs, batch 8',
    method: 'dino',
    preset: 'imagenet',
    change: { encoder: 'vit-s/16', size: 224, batch: 8 },
    pictures: 'photographs',
    locals: 6,
    blur: true,
  },
}

/** A workload with its pictures, ready to be trained. */
export interface Prepared {
  method: Method
  settings: Settings
  source: Source
}

/** @throws UsageError when the folder of photographs cannot be opened */
export async function prepare(
  { method: name, preset, change, pictures, count = COUNT, locals, blur }: Workload,
  precision: Settings['precision'],
  photographs: string,
): Promise<Prepared> {
  const method = findMethod(name)
  const listed = pictures === 'noise' ? { train: noise(count) } : await openData(photographs)
  const facts = await factsOf(listed.train)
  const settings = resolveSettings(method, preset, { ...change, epochs: 1000 }, facts, precision)
  const whole = settings.views.filter(({ scale }) => scale === undefined)
  const small = settings.views.filter(({ scale }) => scale !== undefined)
  const views = [...whole, ...small.slice(0, locals ?? small.length)].map((view) =>
    blur ? view : { ...view, blur: { ...view.blur, probability: 0 } },
  )
  return {
    method,
    settings: validate({ ...settings, views }, method),
    source: picturesFor(listed, settings).train,
  }
}

const COUNT = 50_000
const SIDE = 32

/** Random pictures of 32 px. */
function noise(count: number): Source {
  const next = stream(0)
  const data = Uint8Array.from({ length: 256 * SIDE * SIDE * 3 }, () => 256 * next())
  const all = new Uint8Array(count * SIDE * SIDE * 3)
  for (let at = 0; at < all.length; at += data.length) all.set(data.subarray(0, all.length - at), at)
  return pixelSource({ name: 'noise', part: 'train', data: all, height: SIDE, width: SIDE, channels: 3 })
}
