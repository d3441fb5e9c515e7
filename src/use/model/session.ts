/** An onnxruntime session in a thread of its own: a session computes in the thread that asks, which would then decode no picture. */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { SelfsameError } from '../../errors.js'
import { missing } from './onnxruntime.js'

/** Input or output of a model; a dimension that has a name may have any size. */
export interface Port {
  name: string
  type: string
  shape: readonly (number | string)[]
}

export interface Session {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Version of onnxruntime. */
  readonly version: string
  /**
   * Calls may overlap; they are answered in turn.
   * @param data float32 values of the first input, which are given away
   * @returns values of one output, and their shape
   * @throws SelfsameError with onnxruntime's own words
   */
  run(data: Float32Array, shape: readonly number[], output: string): Promise<Computed>
  close(): Promise<void>
}

export interface Computed {
  data: Float32Array
  shape: readonly number[]
}

interface Waiting {
  resolve(value: never): void
  reject(error: Error): void
}

/**
 * Loads a model file.
 * @param threads that one operator may use
 * @throws SelfsameError where it is no model that onnxruntime can run, or onnxruntime is not there
 */
export async function openSession(file: string, threads: number): Promise<Session> {
  const worker = new Worker(`(${program})()`, {
    eval: true,
    workerData: { onnxruntime: whereItIs(), file, threads },
  })
  const waiting = new Map<number, Waiting>()
  let asked = 0
  let fault: Error | undefined
  const fail = (error: Error) => {
    fault ??= error
    for (const { reject } of waiting.values()) reject(fault)
    waiting.clear()
    worker.unref()
  }
  const ask = <T>(request: object, transfer: ArrayBuffer[] = []) =>
    new Promise<T>((resolve, reject) => {
      if (fault) return reject(fault)
      waiting.set(asked, { resolve, reject })
      // only work that is under way keeps the process from ending
      worker.ref()
      worker.postMessage({ ...request, id: asked++ }, transfer)
    })
  worker.on('message', ({ id, value, error }) => {
    const asker = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) worker.unref()
    if (error === undefined) asker?.resolve(value as never)
    else asker?.reject(new SelfsameError(error))
  })
  worker.on('error', fail)
  worker.on('exit', (code) =>
    fail(new SelfsameError(`the thread that runs '${file}' ended (${code}); open the model again`)),
  )
  const close = async () => {
    fault ??= new SelfsameError(`the model '${file}' is closed; open it again`)
    await worker.terminate()
  }
  try {
    const { inputs, outputs, version } = await ask<Pick<Session, 'inputs' | 'outputs' | 'version'>>({
      kind: 'open',
    })
    return {
      inputs,
      outputs,
      version,
      run: (data, shape, output) =>
        ask<Computed>({ kind: 'run', data, shape, output }, [data.buffer as ArrayBuffer]),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function whereItIs(): string {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node')
  } catch (error) {
    throw missing(error)
  }
}

/** What the thread does, as a text of its own: nothing outside of it is there. */
function program() {
  const { parentPort, workerData } = require('node:worker_threads')
  const words = (error: Error) => String(error?.message ?? error).split('\n')[0]
  let ort: typeof import('onnxruntime-node')
  let session: import('onnxruntime-node').InferenceSession
  const open = async () => {
    ort = require(workerData.onnxruntime)
    session = await ort.InferenceSession.create(workerData.file, {
      intraOpNumThreads: workerData.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // memory patterns and the arena keep the largest of every batch size that was ever seen
      enableMemPattern: false,
      // threads that wait for work by spinning take the processor from those that decode: a fifth of all time
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      logSeverityLevel: 4,
    })
    const ports = (metadata: readonly import('onnxruntime-node').InferenceSession.ValueMetadata[]) =>
      metadata.map((port) => ({
        name: port.name,
        type: port.isTensor ? port.type : 'no tensor',
        shape: port.isTensor ? port.shape : [],
      }))
    return {
      inputs: ports(session.inputMetadata),
      outputs: ports(session.outputMetadata),
      version: ort.env.versions.node ?? ort.env.versions.common,
    }
  }
  const run = async ({ data, shape, output }: { data: Float32Array; shape: number[]; output: string }) => {
    const input = new ort.Tensor('float32', data, shape)
    const made = (await session.run({ [session.inputNames[0] as string]: input }, [output]))[output]
    // onnxruntime's own memory cannot be given away
    return { data: Float32Array.from(made?.data as Float32Array), shape: made?.dims }
  }
  parentPort.on('message', async (request: { id: number; kind: string } & Parameters<typeof run>[0]) => {
    const { id, kind } = request
    try {
      const value = kind === 'open' ? await open() : await run(request)
      parentPort.postMessage({ id, value }, kind === 'run' ? [(value as Computed).data.buffer] : [])
    } catch (error) {
      parentPort.postMessage({ id, error: words(error as Error) })
    }
  })
}
