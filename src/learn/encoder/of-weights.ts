/** Which encoder weights belong to, by their shapes. */
import { SelfsameError } from '../../errors.js'
import { PLANS as RESNETS, type ResNetDepth } from '../../nn/resnet.js'
import type { EncoderChange } from './spec.js'
import { PLANS as VITS } from './vit.js'

type Shapes = ReadonlyMap<string, { shape: readonly number[] }>

/** Channels of a ResNet's stem at width 1. */
const BASE = 64
/** Side of the pictures that ResNets with the stem of 7×7 pixels were trained on. */
const PHOTOGRAPHS = 224

/** What weights tell of the encoder that they are for. */
export interface KnownEncoder {
  encoder: EncoderChange & { name: string }
  /** Of the pictures that it was trained on, where that shows. */
  side?: number
  /** Its views have sides that are multiples of this. */
  multiple: number
}

/**
 * @param shapes by our names
 * @throws SelfsameError when they are of a kind that there is, but of a size that there is not
 */
export function encoderOfWeights(shapes: Shapes): KnownEncoder | undefined {
  if (shapes.has('pos_embed') && shapes.has('patch_embed.proj.weight')) return ofTransformer(shapes)
  return shapes.has('layer4.0.conv1.weight') ? ofResNet(shapes) : undefined
}

function ofResNet(shapes: Shapes): KnownEncoder {
  const count = (stage: number) => blocksOf(shapes, new RegExp(String.raw`^layer${stage}\.(\d+)\.`))
  const blocks = [1, 2, 3, 4].map(count)
  const bottleneck = shapes.has('layer1.0.conv3.weight')
  const [channels = 0, , side = 0] = shapes.get('conv1.weight')?.shape ?? []
  const depth = (Object.keys(RESNETS) as unknown as ResNetDepth[]).find((one) => {
    const plan = RESNETS[one]
    return plan.blocks.join() === blocks.join() && plan.expansions[0] === (bottleneck ? 4 : 1)
  })
  if (depth === undefined)
    throw new SelfsameError(
      `the weights are of a ResNet with ${blocks.join(', ')} blocks, which is none of ${Object.keys(RESNETS).join(', ')} layers: give those of one that is`,
    )
  const encoder = { name: `resnet${depth}`, width: channels / BASE }
  return { encoder, ...(side === 7 && { side: PHOTOGRAPHS }), multiple: 1 }
}

function ofTransformer(shapes: Shapes): KnownEncoder {
  const [dim = 0, , patch = 0] = shapes.get('patch_embed.proj.weight')?.shape ?? []
  const depth = blocksOf(shapes, /^blocks\.(\d+)\./)
  const places = (shapes.get('pos_embed')?.shape[1] ?? 1) - 1
  const kind = Object.entries(VITS).find(([, plan]) => plan.dim === dim && plan.depth === depth)
  if (!kind)
    throw new SelfsameError(
      `the weights are of a vision transformer of width ${dim} and ${depth} blocks, and there are ${Object.entries(
        VITS,
      )
        .map(([name, plan]) => `${name} (${plan.dim}, ${plan.depth})`)
        .join(', ')}: give those of one of these`,
    )
  const registers = shapes.get('reg_token')?.shape[1]
  const encoder = { name: kind[0], patch, ...(registers && { registers }) }
  return { encoder, side: Math.round(Math.sqrt(places)) * patch, multiple: patch }
}

function blocksOf(shapes: Shapes, pattern: RegExp): number {
  const numbers = [...shapes.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? [])
  return new Set(numbers).size
}
