/** Everything that training changes, in one place: what a checkpoint holds. */
import { Mlp, type Module, type Optimizer, parameters, stateDict } from '../nn/index.js'
import { manualSeed, scope, type Tensor } from '../torch/index.js'
import { type Encoder, findEncoder } from './encoder/encoders.js'
import { createOptimizer } from './optimizers.js'
import type { Settings } from './settings.js'

export interface Branch {
  encoder: Encoder
  projector: Module
}

export interface TrainingState {
  readonly settings: Settings
  readonly online: Branch & { predictor?: Module }
  readonly target: Branch
  readonly optimizer: Optimizer
  /** What the optimiser changes, in its order. */
  readonly trained: readonly Tensor[]
  /** The target's parameters beside the online ones they follow. */
  readonly followed: { target: readonly Tensor[]; online: readonly Tensor[] }
  /** Optimiser steps taken. */
  step: number
}

/** A fresh state; a pure function of the settings. The target has its own initial weights, as in DeepMind's code. */
export function createState(settings: Settings): TrainingState {
  return scope(() => {
    manualSeed(settings.seed)
    const { predictor: spec, projector } = settings
    const online = {
      ...createBranch(settings),
      ...(spec && { predictor: new Mlp({ inputs: projector.outputs, outputs: projector.outputs, ...spec }) }),
    }
    manualSeed(settings.seed + 1)
    const target = createBranch(settings)
    const trained = new Map([
      ...parameters(online.encoder, 'encoder'),
      ...parameters(online.projector, 'projector'),
      ...(online.predictor ? parameters(online.predictor, 'predictor') : []),
    ])
    return {
      settings,
      online,
      target,
      optimizer: createOptimizer(settings.optimizer, trained),
      trained: [...trained.values()],
      followed: {
        target: [...parameters(target.encoder).values(), ...parameters(target.projector).values()],
        online: [...parameters(online.encoder).values(), ...parameters(online.projector).values()],
      },
      step: 0,
    }
  })
}

function createBranch({ encoder: name, channels, size, projector }: Settings): Branch {
  const encoder = findEncoder(name)({ channels, size })
  return { encoder, projector: new Mlp({ inputs: encoder.features, ...projector }) }
}

/** Every tensor of the state by name, for saving and loading. */
export function stateTensors({ online, target, optimizer }: TrainingState): Map<string, Tensor> {
  const named = new Map<string, Tensor>()
  const add = (prefix: string, tensors: Iterable<[string, Tensor]>) => {
    for (const [name, tensor] of tensors) named.set(`${prefix}.${name}`, tensor)
  }
  add('online.encoder', stateDict(online.encoder))
  add('online.projector', stateDict(online.projector))
  if (online.predictor) add('online.predictor', stateDict(online.predictor))
  add('target.encoder', stateDict(target.encoder))
  add('target.projector', stateDict(target.projector))
  add('optimizer', optimizer.state)
  return named
}

export function disposeState(state: TrainingState): void {
  for (const tensor of stateTensors(state).values()) tensor.dispose()
}
