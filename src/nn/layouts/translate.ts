/** Weights of other libraries under our names, and ours under theirs. */
import { SelfsameError } from '../../errors.js'
import { noGrad, ops, type Tensor } from '../../torch/index.js'
import { few } from './few.js'
import { BESIDE, LAYOUTS, ourName, unwrapped } from './layout.js'

export interface Translated {
  /** Who names weights so. */
  layout: string
  /** By our names; tensors made by folding lie in the caller's scope, the others are those that were given. */
  tensors: Map<string, Tensor>
  /** What of the file no encoder needs, by its names there. */
  beside: string[]
}

/**
 * Weights by our names: the layout is told by the names, what wrappers put before all of them is taken away, queries, keys and
 * values are joined, layer scales (CaiT, DINOv2) are folded into the product before them, and a class token without a position gets
 * one of nothing, which all gives the same numbers.
 * @returns undefined where no layout has such names
 * @throws SelfsameError naming what an encoder of that layout cannot hold
 */
export function translateWeights(given: ReadonlyMap<string, Tensor>): Translated | undefined {
  const short = unwrapped([...given.keys()])
  const names = [...short.values()]
  const layout = LAYOUTS.find(({ marks }) => marks.every((mark) => names.some((name) => mark.test(name))))
  if (!layout) return undefined
  const tensors = new Map<string, Tensor>()
  const beside: string[] = []
  const foreign: string[] = []
  for (const [name, tensor] of given) {
    const ours = ourName(layout, short.get(name) as string)
    if (ours === undefined) foreign.push(name)
    else if (ours === BESIDE) beside.push(name)
    else if (tensors.has(ours))
      throw new SelfsameError(
        `the weights hold '${ours}' twice, once as '${name}': give a file of one network`,
      )
    else tensors.set(ours, tensor)
  }
  refuseForeign(layout.name, foreign)
  noGrad(() => {
    joinProjections(tensors)
    foldScales(tensors)
    placeClass(tensors)
  })
  return { layout: layout.name, tensors, beside }
}

function refuseForeign(layout: string, foreign: readonly string[]): void {
  if (foreign.length === 0) return
  throw new SelfsameError(
    `the weights have the names of a ${layout}, but also ${few(foreign)}, for which the encoders here have no place: take weights of the plain network`,
  )
}

const PARTS = ['query', 'key', 'value'] as const

/** `attn.query`, `.key` and `.value` to `attn.qkv`, rows one after another. */
function joinProjections(tensors: Map<string, Tensor>): void {
  for (const name of [...tensors.keys()]) {
    const [, before, after] = /^(.*\.attn\.)query(\..*)$/.exec(name) ?? []
    if (before === undefined) continue
    const parts = PARTS.map((part) => tensors.get(`${before}${part}${after}`))
    if (parts.some((part) => part?.shape.join() !== parts[0]?.shape.join()))
      throw new SelfsameError(
        `the weights have '${name}' without its keys and values of the same shape: give a whole file`,
      )
    for (const part of PARTS) tensors.delete(`${before}${part}${after}`)
    tensors.set(`${before}qkv${after}`, ops.cat(parts as Tensor[]))
  }
}

/** What each layer scale comes after. */
const SCALED: Readonly<Record<string, string>> = { ls1: 'attn.proj', ls2: 'mlp.fc2' }

/** `ls1.gamma` and `ls2.gamma` into the rows of the product before them: γ · (Wx + b) = (γW)x + γb. */
function foldScales(tensors: Map<string, Tensor>): void {
  for (const [name, gamma] of [...tensors]) {
    const [, block, scale] = /^(blocks\.\d+\.)(ls[12])\.gamma$/.exec(name) ?? []
    if (scale === undefined) continue
    tensors.delete(name)
    for (const part of ['weight', 'bias']) {
      const at = `${block}${SCALED[scale]}.${part}`
      const one = tensors.get(at)
      if (one?.shape[0] !== gamma.numel)
        throw new SelfsameError(`the weights have '${name}' without a fitting '${at}': give a whole file`)
      tensors.set(at, one.mul(gamma.view([-1, ...one.shape.slice(1).map(() => 1)])))
    }
  }
}

/** timm's `no_embed_class` (DeiT III, DINOv2 with registers): `pos_embed` is the patches' alone, the class token has its own within. */
function placeClass(tensors: Map<string, Tensor>): void {
  const positions = tensors.get('pos_embed')
  const [, count = 0, dim = 0] = positions?.shape ?? []
  const isSquare = (places: number) => Number.isInteger(Math.sqrt(places))
  if (!positions || !tensors.has('cls_token') || !isSquare(count) || isSquare(count - 1)) return
  tensors.set('pos_embed', ops.cat([ops.zeros([1, 1, dim], { dtype: positions.dtype }), positions], 1))
}
