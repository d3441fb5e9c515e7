/** onnxruntime, which an exported file is run by before it is kept. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { availableCores } from '../cores.js'
import { SelfsameError } from '../errors.js'

type Runtime = typeof import('onnxruntime-node')

let loaded: Runtime | undefined

/** @throws SelfsameError where it is not installed, with how to */
async function runtime(): Promise<Runtime> {
  try {
    loaded ??= await import('onnxruntime-node')
    return loaded
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new SelfsameError(
      `an export is compared with onnxruntime before it is kept, and onnxruntime-node cannot be loaded (${reason}): install it with 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0'`,
    )
  }
}

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
  const ort = await runtime()
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
