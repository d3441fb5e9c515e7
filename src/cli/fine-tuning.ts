/** Fine-tuning on a few labels: the run's pictures and networks handed to the protocol, and its lines. */
import { type Source, subset } from '../images/index.js'
import {
  fineTuned,
  type Line,
  type Network,
  planTuning,
  type Tuned,
  type TuningOptions,
} from '../judge/index.js'
import { calibrate } from '../learn/features.js'
import {
  createState,
  disposeState,
  judgedBranch,
  representation,
  type TrainingState,
} from '../learn/state.js'
import { stateDict } from '../nn/index.js'
import { labelledPictures } from './labelled-pictures.js'

/** What is trained further, and on what. Every picture has a label. */
export interface TuningContext {
  /** Trained; its weights are the same again when it is done. */
  state: TrainingState
  train: Source
  test: Source
}

export interface FineTuneOptions
  extends Pick<TuningOptions, 'seed' | 'grid' | 'rounds' | 'passes' | 'batch'> {
  /** Told what goes on, in pictures that went through a network and in all. */
  progress?: (what: string, done: number, total: number) => void
}

/** Lines of the table and how many draws of labelled pictures each gets: at 10 % the pictures differ little between draws. */
const LINES = [
  { name: 'finetune_1_percent', share: 0.01, draws: 2, middle: false },
  { name: 'finetune_1_percent_head', share: 0.01, draws: 2, middle: true },
  { name: 'finetune_10_percent', share: 0.1, draws: 1, middle: false },
] as const

/**
 * Fine-tunes the run's encoder on 1 % and 10 % of the labels, beside the same network from its random beginning, and at
 * 1 % from the middle of the projector (SimCLR v2, arXiv 2006.10029) where the method has one to begin from. The network
 * is the one that is judged. Lines whose share labels fewer than two pictures are left out.
 */
export async function fineTune(context: TuningContext, options: FineTuneOptions = {}): Promise<Line[]> {
  const { state, train, test } = context
  const { progress, ...tuning } = options
  const { settings, method } = state
  const fresh = createState(settings, method)
  try {
    const known = labelledPictures(train, settings, method, FINE_TUNING)
    const asked = labelledPictures(test, settings, method, FINE_TUNING)
    const wanted = LINES.filter(({ share, middle }) => {
      return planTuning(known.labels, { ...tuning, share }).count > 1 && (!middle || hasMiddle(state))
    })
    const lines: Line[] = []
    let done = 0
    for (const { name, share, draws, middle } of wanted) {
      const tune = async (from: TrainingState): Promise<Tuned> =>
        fineTuned(networkOf(from, middle ? 1 : settings.readout.layers), known, asked, {
          ...tuning,
          share,
          draws,
          precision: settings.precision,
          onPictures: (count) => {
            done += count
            progress?.('Fine-tuning', done, done)
          },
        })
      const learned = await tune(state)
      await calibrate(representation(fresh), subset(train, [...known.labels.keys()]), settings)
      const untrained = middle ? undefined : await tune(fresh)
      lines.push(lineOf(name, share, middle, learned, untrained))
    }
    return lines
  } finally {
    disposeState(fresh)
  }
}

/** Tells views for fine-tuning from those of training. */
const FINE_TUNING = 4_000_000

/** Whether the heads are one multilayer head that is not read from anyway. */
function hasMiddle({ settings, method }: TrainingState): boolean {
  return method.extract.layered === true && settings.readout.layers === 0 && settings.projector.layers > 1
}

export function networkOf(state: TrainingState, layers: number): Network {
  const { settings } = state
  const read = representation({
    ...state,
    settings: { ...settings, readout: { ...settings.readout, layers } },
  })
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

function lineOf(
  name: string,
  share: number,
  middle: boolean,
  learned: Tuned,
  untrained: Tuned | undefined,
): Line {
  const percent = `${100 * share} %`
  return {
    protocol: 'finetune',
    name,
    label: `Fine-tuned on ${percent}${middle ? ', from the head’s middle' : ''}`,
    explanation: `All of the network is trained further on the ${learned.labelled.toLocaleString('en')} labelled pictures of ${percent} of the labels.`,
    scores: { learned: learned.score, ...(untrained && { untrained: untrained.score }) },
    chosen: {
      learning_rate: learned.chosen.learningRate,
      weight_decay: learned.chosen.weightDecay,
      epochs: learned.chosen.epochs,
      batch: learned.batch,
      labelled: learned.labelled,
      held_out: learned.heldOut,
    },
  }
}
