/** An encoder's beginning from given weights: read and checked, put into a fresh network, and kept beside the run. */
import { createHash } from 'node:crypto'
import { SelfsameError, UsageError } from '../errors.js'
import { encoderOfWeights } from '../learn/encoder/of-weights.js'
import { copyToTarget, type GivenFacts, giveWeights, sidesFor } from '../learn/given.js'
import type { TrainingState } from '../learn/state.js'
import {
  decodeSafetensors,
  encodeSafetensors,
  few,
  loadSafetensors,
  stateDict,
  translateWeights,
} from '../nn/index.js'
import { openedWeights, type RunRecord, runPaths, type WeightsFile } from '../run/index.js'
import { setting } from '../setting.js'
import { disposeAll, keep, noGrad, scope, type Tensor } from '../torch/index.js'
import { findInit } from './init-source.js'
import type { Progress } from './progress.js'

/** Weights to begin from, in memory. */
export interface Init extends Disposable {
  source: string
  /** Of the file. */
  sha256: string
  facts: GivenFacts
  /** By our names, float32. */
  weights: ReadonlyMap<string, Tensor>
  /** Whose names they had; undefined where nobody's are known. */
  layout?: string
  /** What of the file no encoder needs. */
  beside: readonly string[]
}

/** What a run that begins from given weights keeps of them. */
export interface Begun {
  record: NonNullable<RunRecord['init']>
  /** A safetensors file of the encoder as training begins with it. */
  copy: Uint8Array
}

/**
 * @param spec a safetensors file, the folder of a run, or the name of a published encoder
 * @throws UsageError where there is none such, SelfsameError where its weights are damaged, not finite or of no kind that is known
 */
export async function openInit(spec: string, progress: Progress): Promise<Init> {
  const { source, path, facts, ours } = await findInit(spec, progress)
  using file = openedWeights(path)
  if (!file) throw new UsageError(`${path} is gone: give another with ${setting('init')}`)
  refusePickle(path, file)
  if (ours && !file.isSound())
    throw new SelfsameError(`${path} is not as it was written: begin from another run, or leave it out`)
  const sha256 = file.digest()
  const { known, ...read } = told(path, () => readWeights(file, ours))
  return {
    source,
    sha256,
    facts: { ...known, ...facts },
    ...read,
    ...(ours && { layout: 'a run' }),
    [Symbol.dispose]: () => disposeAll([...read.weights.values()]),
  }
}

/** What goes wrong within, with the file that it is about. */
function told<T>(path: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof SelfsameError) {
      const Kind = error instanceof UsageError ? UsageError : SelfsameError
      throw new Kind(`${path}: ${error.message}`)
    }
    throw error
  }
}

interface Read extends Pick<Init, 'weights' | 'layout' | 'beside'> {
  /** What the weights tell of the settings. */
  known: GivenFacts
}

function readWeights(file: WeightsFile, ours: boolean): Read {
  return keep(
    scope(() =>
      noGrad(() => {
        const { tensors } = decodeSafetensors(file)
        const translated = ours ? undefined : translateWeights(tensors)
        const weights = new Map(
          [...(translated?.tensors ?? tensors)].map(([name, one]) => [name, finite(name, one)] as const),
        )
        if (!translated) return { weights, beside: [], known: {} }
        const { layout, beside } = translated
        return { weights, beside, layout, known: factsOfWeights(weights) }
      }),
    ),
  )
}

function factsOfWeights(weights: ReadonlyMap<string, Tensor>): GivenFacts {
  const { encoder, side, multiple } = encoderOfWeights(weights) ?? { multiple: 1 }
  return { ...(encoder && { encoder }), ...(side !== undefined && sidesFor(side, multiple)) }
}

/** The weights as float32. @throws SelfsameError where they are no weights */
function finite(name: string, tensor: Tensor): Tensor {
  if (name.endsWith('num_batches_tracked')) return tensor
  if (!FLOATS.includes(tensor.dtype))
    throw new SelfsameError(
      `'${name}' is of ${tensor.dtype}, expected floats: give weights that are not quantised`,
    )
  const value = tensor.to('float32')
  if (value.isfinite().all().item() === 1) return value
  throw new SelfsameError(`'${name}' holds infinity or what is no number: give weights that are sound`)
}

const FLOATS: readonly string[] = ['float32', 'float16', 'bfloat16', 'float64']

/** A zip, as torch.save writes, or a bare pickle. */
function refusePickle(path: string, file: WeightsFile): void {
  const start = new Uint8Array(Math.min(2, file.size))
  file.read(0, start)
  const text = Buffer.from(start).toString('latin1')
  if (text !== 'PK' && text !== '\x80\x02' && !/[.](pth?|bin|ckpt)$/.test(path)) return
  throw new UsageError(
    `${path} is a pickle, a program that could do anything, and is not read: make a safetensors file of it, in Python by import torch, safetensors.torch as s; s.save_file(torch.load('${path}', map_location='cpu', weights_only=True), 'weights.safetensors')`,
  )
}

/** Puts weights into a fresh state, and says what of them was taken. @throws SelfsameError where they do not fit */
export function beginFrom(state: TrainingState, init: Init, progress: Progress): Begun {
  const { source, sha256, facts, weights, layout, beside } = init
  const { name } = state.settings.encoder
  const { taken, of, changes } = told(source, () => {
    try {
      return giveWeights(state, weights)
    } catch (error) {
      if (layout !== undefined || error instanceof UsageError) throw error
      throw new SelfsameError(
        `the names there (${few([...weights.keys()])}) are of no library that is known, and not those of ${name} either: give weights of a ResNet or vision transformer of torchvision, timm or transformers, or a run`,
      )
    }
  })
  const note = [
    `${taken} of ${of} tensors of ${name} are taken from ${source}${layout ? ` (${layout})` : ''}`,
    ...changes,
    ...(beside.length > 0 ? [`${few(beside)} ${beside.length === 1 ? 'was' : 'were'} not needed`] : []),
  ].join('; ')
  progress.note(`${note}.`)
  const copy = scope(() => noGrad(() => encodeSafetensors(stateDict(state.online.encoder))))
  const digest = createHash('sha256').update(copy).digest('hex')
  return { record: { source, sha256, copy: digest, note, facts: { ...facts } }, copy }
}

/** The same for a fresh state of a run that is there, from what it kept; nothing where it began from scratch. */
export function beginAsRun(folder: string, { init }: RunRecord, state: TrainingState): void {
  if (!init) return
  const path = runPaths(folder).init
  using file = openedWeights(path)
  if (file?.digest() !== init.copy)
    throw new SelfsameError(
      `${path}, what the encoder began from, is ${file ? 'not as it was written' : 'missing'}: put it back as it was, or begin another run`,
    )
  loadSafetensors(stateDict(state.online.encoder), file as WeightsFile)
  copyToTarget(state)
}
