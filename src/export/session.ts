/** onnxruntime, which an exported file is run by before it is kept. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { availableCores } from '../cores.js'
import { onnxruntime } from '../use/model/onnxruntime.js'

/** A model file that is open: pictures to what comes out, by name. */
export interface Session {
  run(x: Float32Array, shape: readonly number[]): Promise<Map<string, Output>>
  close(): Promise<void>
}

export interface Output {
  data: Float32Array
  shape: readonly number[]
}

/**
 * @param file the bytes of a model
 * @param plain leaves the graph as it is, to look at what is inside of it
 */
export async function openSession(file: Uint8Array, { plain = false } = {}): Promise<Session> {
  const ort = await onnxruntime()
  const session: InferenceSession = await ort.InferenceSession.create(file, {
    // constants of outputs are worth no word
    logSeverityLevel: 3,
    intraOpNumThreads: Number(process.env.SELFSAME_THREADS) || availableCores(),
    graphOptimizationLevel: plain ? 'disabled' : 'all',
  })
  const [input = ''] = session.inputNames
  return {
    async run(x, shape) {
      const pictures = new ort.Tensor('float32', x, [...shape])
      const found = await session.run({ [input]: pictures })
      return new Map(Object.entries(found).map(([name, one]) => [name, outputOf(one)]))
    },
    close: () => session.release(),
  }
}

function outputOf({ data, dims }: OrtTensor): Output {
  return {
    data: data instanceof Float32Array ? data : Float32Array.from(data as Uint8Array, Number),
    shape: dims,
  }
}
