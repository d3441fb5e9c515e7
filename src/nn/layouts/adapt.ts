/** Given weights put into an encoder that may differ in channels, stem or size from what they were trained in. */
import { SelfsameError } from '../../errors.js'
import { noGrad, ops, scope, type Tensor } from '../../torch/index.js'
import { few } from './few.js'

export interface Adapted {
  /** How many tensors were taken, of how many that the encoder has. */
  taken: number
  of: number
  /** What was changed on the way or left as it was, a clause each. */
  changes: string[]
}

/** What is done with one tensor of the encoder. */
interface Step {
  into: Tensor
  /** Undefined leaves it as it began. */
  value?: (() => Tensor) | undefined
  change?: string
}

/**
 * Copies `from`, by our names, into an encoder's tensors. Other channels, another grid of positions and another stem are adapted
 * where that is sound, and said.
 * @throws SelfsameError naming all that is missing, not known or of a shape that cannot be adapted; nothing is copied then
 */
export function adaptInto(into: ReadonlyMap<string, Tensor>, from: ReadonlyMap<string, Tensor>): Adapted {
  const steps = new Map<string, Step>()
  const faults: string[] = []
  const missing: string[] = []
  for (const [name, tensor] of into) {
    const value = from.get(name)
    const step = value ? adapted(name, tensor, value) : spared(name, tensor)
    if (typeof step === 'string') faults.push(step)
    else if (step) steps.set(name, step)
    else missing.push(name)
  }
  const extra = [...from.keys()].filter((name) => !into.has(name) && name !== 'mask_token')
  if (missing.length > 0) faults.unshift(`they lack ${few(missing)}`)
  if (extra.length > 0) faults.push(`they hold ${few(extra)}, which it has not`)
  if (faults.length > 0)
    throw new SelfsameError(
      `the given weights do not fit this encoder: ${faults.slice(0, 3).join('; ')}: leave out the encoder, and its kind follows the weights, or give others`,
    )
  scope(() =>
    noGrad(() => {
      for (const { into: tensor, value } of steps.values()) if (value) tensor.copy_(value())
    }),
  )
  const all = [...steps.values()]
  return {
    taken: all.filter(({ value }) => value).length,
    of: into.size,
    changes: [
      ...all.flatMap(({ change }) => change ?? []),
      ...(from.has('mask_token') && !into.has('mask_token') ? ['mask_token was not needed'] : []),
    ],
  }
}

/** What may be missing: counters of older files, and the token of a method that masks. */
function spared(name: string, into: Tensor): Step | undefined {
  if (name.endsWith('num_batches_tracked')) return { into }
  return name === 'mask_token' ? { into, change: 'mask_token is new' } : undefined
}

/** The step, or what is wrong in one clause. */
function adapted(name: string, into: Tensor, from: Tensor): Step | string {
  const [needs, has] = [into.shape, from.shape]
  if (needs.join() === has.join()) return { into, value: () => from }
  const misfit = `'${name}' is [${has}] where [${needs}] is needed`
  if (name === 'pos_embed' && needs.length === 3 && has.length === 3 && needs[2] === has[2])
    return positions(into, from) ?? misfit
  const first = name === 'conv1.weight' || name === 'patch_embed.proj.weight'
  const square = has[2] === has[3] && needs[2] === needs[3]
  if (!first || needs.length !== 4 || has.length !== 4 || needs[0] !== has[0] || !square) return misfit
  const [, channels = 0, side = 0] = needs
  const [, given = 0, before = 0] = has
  // what 7×7 pixels at every second place see, no 3×3 pixels at every place do
  if (side !== before && name === 'conv1.weight')
    return {
      into,
      change: `${name} is new, as the stem there is of ${before}×${before} pixels and here of ${side}×${side}`,
    }
  if (channels !== given && given !== 3)
    return `${misfit}, and only weights for 3 channels can be made to fit others`
  const how = [
    ...(channels === given
      ? []
      : [channels === 1 ? 'summed over its 3 channels' : `repeated from 3 to ${channels} channels`]),
    ...(side === before ? [] : [`resized from patches of ${before}×${before} px to ${side}×${side}`]),
  ]
  const value = () => {
    const fitting = channels === given ? from : adaptChannels(from, channels)
    return side === before ? fitting : resampledPatches(fitting, side)
  }
  return { into, value, change: `${name} was ${how.join(' and ')}` }
}

/**
 * The first convolution `[out, 3, h, w]` for pictures of other channels: summed for 1, as grey pictures are colour ones with three
 * equal channels; for more its three are repeated in turn and scaled by 3 / channels, so that outputs stay as large. As timm does.
 */
export function adaptChannels(weight: Tensor, channels: number): Tensor {
  if (channels === 1) return weight.sum([1], true)
  return weight
    .repeat([1, Math.ceil(channels / 3), 1, 1])
    .narrow(1, 0, channels)
    .mul(3 / channels)
}

function positions(into: Tensor, from: Tensor): Step | undefined {
  const [there, here] = [from, into].map(({ shape }) => Math.sqrt((shape[1] as number) - 1)) as [
    number,
    number,
  ]
  if (!Number.isInteger(there) || !Number.isInteger(here) || there < 1) return undefined
  return {
    into,
    value: () => resampled(from, here),
    change: `pos_embed was resized from ${there}×${there} places to ${here}×${here}`,
  }
}

/** The class token's kept, the grid resized in float32, bicubic with antialiasing, as timm's `resample_abs_pos_embed`. */
export function resampled(positions: Tensor, side: number): Tensor {
  const [, count = 1, dim = 0] = positions.shape
  const before = Math.sqrt(count - 1)
  const grid = positions
    .narrow(1, 1, count - 1)
    .view([1, before, before, dim])
    .permute([0, 3, 1, 2])
  const resized = ops._upsample_bicubic2d_aa(grid, [side, side], false)
  return ops.cat([positions.narrow(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1)
}

/**
 * A projection `[out, C, p, p]` of patches for those of another side: as near as can be to what it makes of a patch it makes of the
 * same patch resized (bilinear, with antialiasing), and exactly that where patches grow. It is (Bᵀ)⁺ w, where B is the matrix of
 * the resizing: FlexiViT, Beyer et al. 2022 (arXiv 2212.08013). Weights resized as if they were pictures answer otherwise.
 */
export function resampledPatches(weight: Tensor, side: number): Tensor {
  const [out = 0, channels = 0, before = 0] = weight.shape
  const pixels = before ** 2
  const single = ops.eye(pixels, { dtype: 'float64' }).view([pixels, 1, before, before])
  const resizing = ops._upsample_bilinear2d_aa(single, [side, side], false).flatten(1)
  return weight
    .to('float64')
    .flatten(2)
    .matmul(ops.linalg_pinv(resizing).t())
    .view([out, channels, side, side])
    .to('float32')
}
