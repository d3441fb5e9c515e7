/**
 * Work on the device that is recorded once and repeated without the host's part in it, which for a small network on a GPU takes
 * longer than the computing: a CUDA graph.
 */
import { deviceInUse, onHost } from './device.js'
import { OperatorError } from './errors.js'
import { sent } from './host.js'
import { native, type Recorder } from './native.js'
import { ops } from './ops.js'
import { setRecording } from './recording-now.js'
import { disposeAll, keep, scope } from './scope.js'
import type { Tensor } from './tensor.js'

/** A recording, and what its body returned: tensors that every `replay` fills anew. */
export interface Recording<T> {
  readonly result: T
  replay(): void
  dispose(): void
}

const recorders = new Map<string, Recorder>()

/** Teaches a kind of device to record, by its name without a number. */
export function useRecorder(kind: string, recorder: Recorder): void {
  recorders.set(kind, recorder)
}

function recorderInUse(): Recorder | undefined {
  const [kind = ''] = deviceInUse().split(':')
  return recorders.get(kind) ?? (kind === 'cuda' ? native().recorder : undefined)
}

/** Whether the device in use can record. */
export function canRecord(): boolean {
  return recorderInUse() !== undefined
}

/** What the host draws anew for every replay, and where it goes. */
interface Draw {
  make: () => Tensor
  place: Tensor
}

let draws: Draw[] | undefined

/**
 * What `make` makes on the CPU, on the device in use: random numbers come from the CPU's generator, so that a seed means the
 * same on every device. In a recording it is made anew for every replay, in the same order.
 */
export function fromHost(make: () => Tensor): Tensor {
  const made = onHost(make)
  if (!draws) return sent(made)
  const place = ops.empty(made.shape, { dtype: made.dtype })
  made.dispose()
  draws.push({ make, place: keep(place) })
  return place
}

/**
 * Records what `body` does on the device in use. Its shapes and numbers stay as they are; what is to change lies in tensors that are
 * written into before a replay, or comes from `fromHost`.
 * @throws OperatorError when the body asks for a tensor's values, sends some, or does what depends on them
 */
export function record<T>(body: () => T): Recording<T> {
  const recorder = recorderInUse()
  if (!recorder) throw new OperatorError(`${deviceInUse()} cannot record`)
  const drawn: Draw[] = []
  let result: T | undefined
  const forget = () => {
    disposeAll(drawn)
    disposeAll(result)
  }
  let recorded: number
  try {
    recorder.begin(Number(deviceInUse().split(':')[1] ?? 0))
    draws = drawn
    setRecording(true)
    result = scope(() => keep(body()))
    setRecording(false)
    recorded = recorder.end()
  } catch (error) {
    setRecording(false)
    recorder.abandon()
    forget()
    throw error
  } finally {
    draws = undefined
  }
  return {
    result: result as T,
    replay: () => {
      for (const { make, place } of drawn) scope(() => place.copy_(sent(onHost(make))))
      recorder.replay(recorded)
    },
    dispose: () => {
      forget()
      recorder.release(recorded)
    },
  }
}
