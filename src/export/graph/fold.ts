/** Scales and shifts of channels become part of the convolution or product that alone feeds them. */
import { bytesOf, type Draft, floatsOf, type Node, type Stored } from './builder.js'
import { wiring } from './tidy.js'

/** What a convolution's results are multiplied by, and what is added, each `[channels]`. */
interface Affine {
  scale: Float64Array
  shift: Float64Array
}

/**
 * Multiplications and additions of a constant a channel are taken into the weights before them, in float64: batch normalisation
 * costs nothing then. Those that others look at too, or that are outputs, stay.
 */
export function folded({ nodes, constants }: Draft, outputs: readonly string[]): Draft {
  const { uses, makers } = wiring(nodes)
  const own = new Set(outputs)
  const affines = new Map<Node, Affine>()
  const gone = new Set<Node>()
  for (const node of nodes) {
    const [from, by] = operandsOf(node, constants)
    const maker = from === undefined ? undefined : makers.get(from)
    if (!maker || !by || uses.get(from as string) !== 1 || own.has(from as string)) continue
    const weight = weightOf(maker, constants)
    const values = weight && perChannel(by, weight, maker)
    if (!values) continue
    const affine = affines.get(maker) ?? begun(maker, weight, constants)
    affines.set(maker, affine)
    for (const [channel, value] of values.entries()) {
      if (node.operator === 'Mul') {
        affine.scale[channel] = (affine.scale[channel] as number) * value
        affine.shift[channel] = (affine.shift[channel] as number) * value
      } else {
        affine.shift[channel] = (affine.shift[channel] as number) + value
      }
    }
    maker.outputs = [...node.outputs]
    makers.set(node.outputs[0] as string, maker)
    gone.add(node)
  }
  for (const [node, affine] of affines) apply(node, affine, constants)
  return { nodes: nodes.filter((node) => !gone.has(node)), constants }
}

/** The operand of a multiplication or addition that varies, and the constant one. */
function operandsOf(node: Node, constants: ReadonlyMap<string, Stored>): [string?, Stored?] {
  if (node.operator !== 'Mul' && node.operator !== 'Add') return []
  const [a = '', b = ''] = node.inputs
  const [left, right] = [constants.get(a), constants.get(b)]
  if (right) return left ? [] : [a, right]
  return left ? [b, left] : []
}

/** The weights `[channels, …]` of what can take a scale and shift. */
function weightOf(maker: Node, constants: ReadonlyMap<string, Stored>): Stored | undefined {
  const products = maker.operator === 'Gemm' && maker.attributes?.transB !== undefined
  if (maker.operator !== 'Conv' && !products) return undefined
  const [, weight = '', bias] = maker.inputs
  if (bias && !constants.has(bias)) return undefined
  const found = constants.get(weight)
  return found?.type === 'float32' ? found : undefined
}

/** The constant's number for each channel; undefined where it is none a channel. */
function perChannel({ type, shape, data, exact }: Stored, weight: Stored, maker: Node) {
  const channels = weight.shape[0] as number
  const places = maker.operator === 'Conv' ? weight.shape.length - 2 : 0
  const values = exact ?? Float64Array.from(floatsOf(data))
  if (type !== 'float32') return undefined
  if (values.length === 1) return new Float64Array(channels).fill(values[0] as number)
  const wanted = [channels, ...Array(places).fill(1)].join()
  const given = shape.join()
  return given === wanted || given === `1,${wanted}` ? values : undefined
}

function begun(maker: Node, weight: Stored, constants: ReadonlyMap<string, Stored>): Affine {
  const channels = weight.shape[0] as number
  const bias = constants.get(maker.inputs[2] ?? '')
  const shift = bias ? Float64Array.from(bias.exact ?? floatsOf(bias.data)) : new Float64Array(channels)
  return { scale: new Float64Array(channels).fill(1), shift }
}

function apply(node: Node, { scale, shift }: Affine, constants: Map<string, Stored>): void {
  const [x = '', name = ''] = node.inputs
  const { shape, data } = constants.get(name) as Stored
  const values = floatsOf(data)
  const scaled = new Float32Array(values.length)
  const each = values.length / scale.length
  for (let i = 0; i < values.length; i++)
    scaled[i] = (values[i] as number) * (scale[Math.floor(i / each)] as number)
  // the weights of before may be those of another node, too
  const [weight, bias] = [`${node.outputs[0]}_weight`, `${node.outputs[0]}_bias`]
  constants.set(weight, { type: 'float32', shape, data: bytesOf(scaled) })
  const sum = { type: 'float32', shape: [shift.length], data: bytesOf(Float32Array.from(shift)) } as const
  constants.set(bias, { ...sum, exact: shift })
  node.inputs = [x, weight, bias]
}
