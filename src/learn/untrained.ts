/** A network as it is before its first step, ready to be judged or trained on labels. */
import { calibrate } from '../encode/embed.js'
import { permutation, stream } from '../encode/random.js'
import { type BatchOptions, batches } from '../images/batches.js'
import type { Source } from '../images/source.js'
import { scope } from '../torch/index.js'
import { initialize } from './gradients.js'
import type { Method } from './method.js'
import { preprocessOf, type Settings } from './settings.js'
import { createState, disposeState, type TrainingState, trainedPart } from './state.js'
import { prepareInputs, seedStep } from './step.js'

/**
 * A fresh state whose first layer, data-dependent norms and running statistics come from `source`, so that its encoder is a fair
 * rival: without them its batch norms would do nothing when judged. Training begins with the same weights on the same pictures.
 * @param begin puts other weights than random ones into it
 */
export async function untrainedState(
  settings: Settings,
  method: Method,
  source: Source,
  reading: BatchOptions = {},
  begin?: (state: TrainingState) => void,
): Promise<TrainingState> {
  const state = createState(settings, method)
  try {
    begin?.(state)
    await initializeFrom(state, source, reading)
    return state
  } catch (error) {
    disposeState(state)
    throw error
  }
}

/** The same for a fresh state that is there. */
export async function initializeFrom(
  state: TrainingState,
  source: Source,
  reading: BatchOptions = {},
): Promise<void> {
  const { settings } = state
  const first = permutation(stream(settings.seed, 0), source.size)
  const pictures = [...first.subarray(0, settings.batch / settings.accumulate)]
  for await (const batch of batches(source, [pictures], reading))
    scope(() => {
      const { inputs } = prepareInputs(state, batch, { stepsPerEpoch: 1 }, 0)
      seedStep(state)
      initialize(state, inputs)
    })
  await calibrate(trainedPart(state), source, preprocessOf(settings), reading)
}
