/** Fine-tuning on a few labels: the run's pictures and networks handed to the protocol, and its lines. */

import { STREAMS } from '../encode/random.js'
import { classCount, labelledPart, type Source, subset } from '../images/index.js'
import {
  fineTuned,
  type GridPoint,
  type Line,
  labelledShare,
  type Network,
  type PerContender,
  planTuning,
  type Tuned,
  type TuningOptions,
} from '../judge/index.js'
import { disposeState, judgedBranch, representation, type TrainingState } from '../learn/state.js'
import { untrainedState } from '../learn/untrained.js'
import { stateDict } from '../nn/index.js'
import { type Reading, readingOf } from './judging.js'
import { labelledPictures } from './labelled-pictures.js'

/** What is trained further, and on what. Every picture has a label. */
export interface TuningContext extends Reading {
  /** Trained; its weights are the same again when it is done. */
  state: TrainingState
  /** Puts what training began with into a fresh state, where that was given. */
  begin?: ((state: TrainingState) => void) | undefined
  train: Source
  test: Source
}

export interface FineTuneOptions
  extends Pick<TuningOptions, 'seed' | 'grid' | 'rounds' | 'passes' | 'batch'> {
  /** Told what goes on, in pictures that went through a network and in all. */
  progress?: (what: string, done: number, total: number) => void
  /** Lines of an earlier evaluation of the same network, pictures and seed, by name. */
  kept?: { read(name: string): Line | undefined; write(line: Line): void }
}

/** Lines of the table. */
const LINES = [
  { name: 'finetune_1_percent', share: 0.01, middle: false },
  { name: 'finetune_1_percent_head', share: 0.01, middle: true },
  { name: 'finetune_10_percent', share: 0.1, middle: false },
] as const

/** Of what the run saw, the pictures that a fit goes through at most, so that judging takes no longer than training. */
const PASSES_SHARE = 1 / 5
const LEAST_PASSES = 3000

/**
 * Fine-tunes the run's encoder on 1 % and 10 % of the labels, beside the same network from its random beginning, and at
 * 1 % from the middle of the projector (SimCLR v2, arXiv 2006.10029) where the method has one to begin from. The network
 * is the one that is judged. Lines whose share labels fewer than two pictures are left out.
 */
export async function fineTune(context: TuningContext, options: FineTuneOptions = {}): Promise<Line[]> {
  const { state, train, test, badShare, signal } = context
  const { progress, kept, ...given } = options
  const { settings, method } = state
  const about = { classes: classCount(train, test), badShare, signal }
  const known = labelledPictures(train, settings, method, STREAMS.fineTuning, about)
  const asked = labelledPictures(test, settings, method, STREAMS.fineTuning, about)
  const wanted = LINES.map((line) => {
    const tuning: TuningOptions = {
      passes: passesOf(state),
      ...given,
      ...line,
      precision: settings.precision,
    }
    return { ...line, tuning, plan: planTuning(known.labels, asked.labels.length, tuning) }
  }).filter(({ middle, plan }) => plan.count > 1 && (!middle || hasMiddle(state)))
  const found = new Map(wanted.map(({ name }) => [name as string, kept?.read(name)]))
  const total = wanted
    .filter(({ name }) => !found.get(name))
    .reduce((sum, { middle, plan }) => sum + (middle ? 1 : 2) * plan.pictures, 0)
  let done = 0
  const onPictures = (count: number) => {
    done += count
    // how long a sweep takes is known about, not exactly
    progress?.('Fine-tuning', Math.min(done, total - 1), total)
  }
  const lines: Line[] = []
  const add = (line: Line) => {
    kept?.write(line)
    lines.push(line)
  }
  for (const { tuning, ...line } of wanted) {
    const before = found.get(line.name)
    if (before) {
      lines.push(before)
      continue
    }
    const tune = (from: TrainingState) =>
      fineTuned(networkOf(from, line.middle ? 1 : settings.readout.layers), known, asked, {
        ...tuning,
        onPictures,
      })
    const learned = await tune(state)
    if (line.middle) {
      add(lineOf(line, { learned }))
      continue
    }
    // it knows no pictures but those that have a label
    const few = subset(labelledPart(train), labelledShare(known.labels, line.share, given.seed ?? 0))
    const fresh = await untrainedState(settings, method, few, readingOf(few, context), context.begin)
    try {
      add(lineOf(line, { learned, untrained: await tune(fresh) }, context.begin && AS_GIVEN))
    } finally {
      disposeState(fresh)
    }
  }
  progress?.('Fine-tuning', total, total)
  return lines
}

function passesOf({ step, settings }: TrainingState): number {
  return Math.max(LEAST_PASSES, PASSES_SHARE * step * settings.batch)
}

/** Whether the heads are one multilayer head that is not read from anyway. */
function hasMiddle({ settings, method }: TrainingState): boolean {
  return method.extract.layered === true && settings.readout.layers === 0 && settings.projector.layers > 1
}

export function networkOf(state: TrainingState, layers: number): Network {
  const read = representation(state, { layers })
  const { encoder, projector } = judgedBranch(state)
  return {
    features: read.features,
    forward: (x, pass) => read.forward(x, pass),
    state: new Map([
      ...stateDict(encoder, 'encoder'),
      ...(layers > 0 ? stateDict(projector, 'projector') : []),
    ]),
  }
}

const AS_GIVEN = 'as given is the same network as training began with it, which learns from them too'
const UNTRAINED = 'untrained is the same network that learns from them alone'

function lineOf(
  { name, share, middle }: (typeof LINES)[number],
  tuned: PerContender<Tuned>,
  rival = UNTRAINED,
): Line {
  const { learned, untrained } = tuned
  const labels = `${learned.labelled.toLocaleString('en')} labelled pictures`
  const percent = `${100 * share} % of the labels`
  return {
    protocol: 'finetune',
    name,
    label: middle ? `${100 * share} %, from within the head` : percent,
    explanation: middle
      ? `All of the network and the first layer of its projector learn further from ${labels}.`
      : `All of the network learns further from ${labels}, ${percent}; ${rival}.`,
    scores: { learned: learned.score, ...(untrained && { untrained: untrained.score }) },
    chosen: {
      learning_rate: learned.chosen.learningRate,
      weight_decay: learned.chosen.weightDecay,
      epochs: learned.chosen.epochs,
      batch: learned.batch,
      labelled: learned.labelled,
      held_out: learned.heldOut,
    },
    grid: { learned: gridOf(learned), ...(untrained && { untrained: gridOf(untrained) }) },
  }
}

/** Each trial: its point, the share of its epochs that it was tried for, and what the held-out pictures said. */
function gridOf({ trials }: Tuned): GridPoint[] {
  return trials.map(({ point, length, heldOut, loss }) => ({
    learning_rate: point.learningRate,
    weight_decay: point.weightDecay,
    epochs: point.epochs,
    length,
    held_out: heldOut,
    loss,
  }))
}
