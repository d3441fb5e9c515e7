/** Everything that training changes, in one place: what a checkpoint holds. */

import type { Encoder } from '../encode/encoder.js'
import { loadState, type Mlp, type Module, type Optimizer, parameters, stateDict } from '../nn/index.js'
import { manualSeed, noGrad, scope, type Tensor } from '../torch/index.js'
import { buildEncoder } from './encoder/build.js'
import { frozenAtFirst } from './frozen.js'
import { buildMlp } from './head.js'
import type { LossModule } from './loss/loss.js'
import type { Method } from './method.js'
import { createOptimizer } from './optimizers.js'
import type { Stretch } from './schedule.js'
import type { Settings } from './settings.js'

export interface Branch {
  encoder: Encoder
  /** The heads of the method's extraction. */
  projector: object
}

/** Parameters with an optimiser and a learning rate of their own. */
export interface ParamGroup {
  /** Where each of its parameters stands in `trained`. */
  members: readonly number[]
  optimizer: Optimizer
  /** In checkpoints, and of its learning rate in `StepRates`. */
  name: 'encoder' | 'network' | 'predictor'
}

export interface TrainingState {
  readonly method: Method
  readonly settings: Settings
  readonly online: Branch & { predictor?: Mlp }
  /** Absent where the online network is its own target. */
  readonly target?: Branch
  readonly loss: LossModule
  readonly groups: readonly ParamGroup[]
  /** What the optimisers change, in their order. */
  readonly trained: readonly Tensor[]
  /** Where the parameters of an encoder that was given stand there: they wait for fresh heads. */
  readonly given: readonly number[]
  /** Which of those keep their first values for `freezePrototypes` epochs. */
  readonly frozenAtFirst: readonly number[]
  /** The EMA target's parameters and, at the same places, the online ones that they average. */
  readonly emaPairs: { target: readonly Tensor[]; online: readonly Tensor[] }
  /** Optimiser steps taken. */
  step: number
  /** Changes of the number of steps, those to come included where a run that goes on has them already. */
  readonly stretches: Stretch[]
}

/**
 * The first tensor of a state that holds infinity or what is no number, by name: what must never take the place of a checkpoint.
 */
export function brokenTensor(state: TrainingState): string | undefined {
  for (const [name, tensor] of stateTensors(state)) {
    // the sum is read in one go and has what is not finite in it; it may itself be too large, though
    const finite = scope(() =>
      noGrad(() => Number.isFinite(tensor.sum().item()) || tensor.isfinite().all().item() === 1),
    )
    if (!finite) return name
  }
  return undefined
}

/** A fresh state; a pure function of the settings and the method. */
export function createState(settings: Settings, method: Method): TrainingState {
  return scope(() => {
    manualSeed(settings.seed)
    const online = {
      ...createBranch(settings, method),
      ...(settings.predictor && { predictor: createPredictor(settings) }),
    }
    const target = createTarget(settings, method, online)
    const loss = method.loss.build(settings.loss, {
      encoder: online.encoder,
      dimension: method.extract.headless ? online.encoder.features : settings.projector.outputs,
      prototypes: settings.projector.prototypes,
      targets: settings.views.filter(({ seenBy }) => seenBy !== 'online').length,
    })
    const ofEncoder = parameters(online.encoder, 'encoder')
    const heads = new Map([...parameters(online.projector, 'projector'), ...parameters(loss, 'loss')])
    const ofPredictor = new Map(online.predictor ? parameters(online.predictor, 'predictor') : [])
    const all = new Map([...ofEncoder, ...heads, ...ofPredictor])
    const names = [...all.keys()]
    const group = (members: ReadonlyMap<string, Tensor>, name: ParamGroup['name']): ParamGroup => ({
      members: [...members.keys()].map((key) => names.indexOf(key)),
      optimizer: createOptimizer(settings.optimizer, members),
      name,
    })
    const network = settings.given
      ? [group(ofEncoder, 'encoder'), group(heads, 'network')]
      : [group(new Map([...ofEncoder, ...heads]), 'network')]
    const trained = [...all.values()]
    const frozen = new Set([...frozenAtFirst(online.projector), ...frozenAtFirst(loss)])
    return {
      method,
      settings,
      online,
      ...(target && { target }),
      loss,
      groups: [...network, ...(ofPredictor.size > 0 ? [group(ofPredictor, 'predictor')] : [])],
      trained,
      given: settings.given ? [...ofEncoder.keys()].map((_, i) => i) : [],
      frozenAtFirst: trained.flatMap((one, i) => (frozen.has(one) ? [i] : [])),
      emaPairs: target ? { target: ofBranch(target), online: ofBranch(online) } : { target: [], online: [] },
      step: 0,
      stretches: [],
    }
  })
}

function createBranch(settings: Settings, method: Method): Branch {
  const encoder = buildEncoder(settings, method)
  const { projector, size, channels } = settings
  return { encoder, projector: method.extract.heads(encoder, { projector, size, channels }) }
}

function createPredictor({ predictor, projector: { outputs } }: Settings): Mlp {
  const {
    learningRate: _,
    schedule: __,
    updates: ___,
    ...spec
  } = predictor as NonNullable<Settings['predictor']>
  return buildMlp(outputs, { ...spec, outputs })
}

function createTarget(settings: Settings, method: Method, online: Branch): Branch | undefined {
  if (settings.target.from === 'self') return undefined
  manualSeed(settings.seed + 1)
  // what is aimed at is the whole network, without branches dropped by chance, as in DINO's and iBOT's code
  const encoder = { ...settings.encoder, ...('dropPath' in settings.encoder && { dropPath: 0 }) }
  const target = createBranch({ ...settings, encoder }, method)
  if (settings.target.start === 'copy') {
    for (const part of ['encoder', 'projector'] as const)
      loadState(stateDict(target[part]), stateDict(online[part]))
  }
  return target
}

/** All parameters of encoder and heads. */
function ofBranch({ encoder, projector }: Branch): Tensor[] {
  return [...parameters(encoder).values(), ...parameters(projector).values()]
}

/** Every tensor of the state by name, for saving and loading. */
export function stateTensors({ online, target, loss, groups }: TrainingState): Map<string, Tensor> {
  const named = new Map<string, Tensor>()
  const add = (prefix: string, tensors: Iterable<[string, Tensor]>) => {
    for (const [name, tensor] of tensors) named.set(`${prefix}.${name}`, tensor)
  }
  add('online.encoder', stateDict(online.encoder))
  add('online.projector', stateDict(online.projector))
  if (online.predictor) add('online.predictor', stateDict(online.predictor))
  if (target) {
    add('target.encoder', stateDict(target.encoder))
    add('target.projector', stateDict(target.projector))
  }
  add('loss', stateDict(loss))
  for (const { name, optimizer } of groups) add(`optimizer.${name}`, optimizer.state)
  return named
}

export function disposeState(state: TrainingState): void {
  for (const tensor of stateTensors(state).values()) tensor.dispose()
}

/** The network that is judged and used. */
export function judgedBranch({ settings, online, target }: TrainingState): Branch {
  return settings.readout.network === 'target' && target ? target : online
}

/**
 * What is judged and used: the encoder, with the first layers of its projector where the method says so, of the
 * network that it says.
 * @param options.layers of the projector, in place of what the method says; a projector that is an MLP has as many
 */
export function representation(
  state: TrainingState,
  { layers = state.settings.readout.layers }: { layers?: number } = {},
): Encoder {
  const { method, settings } = state
  const { encoder, projector } = judgedBranch(state)
  const { represent } = method.extract
  const features: Module = represent ? { forward: (x, pass) => represent(encoder, x, pass) } : encoder
  if (layers === 0) return { features: encoder.features, forward: (x, pass) => features.forward(x, pass) }
  const head = projector as Mlp
  return {
    features: settings.projector.hidden,
    forward: (x, pass) => head.upTo(features.forward(x, pass), pass, layers),
  }
}

/** What of the representation training by gradients makes: all of it, but where it begins with numbers in closed form. */
export function trainedPart(state: TrainingState): Encoder {
  return state.method.extract.closed?.others(judgedBranch(state).encoder) ?? representation(state)
}

/**
 * The representation's two parts, one after the other in its features: the first stays as it is once training by gradients
 * begins. Undefined where all of it is trained.
 */
export function representationParts(state: TrainingState): [Encoder, Encoder] | undefined {
  return state.method.extract.closed?.parts(judgedBranch(state).encoder)
}
