/** Models of ours and of strangers, opened by onnxruntime. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { availableCores } from '../../cores.js'
import { SelfsameError } from '../../errors.js'
import type { Picture } from '../../images/index.js'
import { readMetadata } from '../onnx/model-file.js'
import { foreignPreprocessing } from './foreign.js'
import { type ModelMetadata, ownMetadata } from './metadata.js'
import type { Model } from './model.js'
import { configBeside, onnxFileAt, type Quantised } from './model-files.js'
import { vectorOutput, vectorsOf } from './output.js'
import { type Preprocessing, preprocessingSchema } from './preprocessing.js'
import { resampleAll } from './resample.js'
import type { Port, Session } from './session.js'
import { openSessions } from './session-pool.js'
import { sharedSession } from './shared-sessions.js'

export interface ModelOptions {
  /** Smaller weights of a model folder, where it has them. */
  quantised?: Quantised | undefined
  /** Threads that compute: those of the machine unless given. */
  threads?: number | undefined
  /** For many pictures: several batches at once, each by fewer threads, which is faster and takes the weights' memory several times. */
  many?: boolean | undefined
}

/** Pictures that are computed at once, at most: more take memory and are no faster. */
const MOST_AT_ONCE = 64
/** And values of these, 64 MiB. */
const MOST_VALUES = 2 ** 24
const MOST_FILE = 2 ** 31
/** Bytes that the weights of all sessions of a model may take, and how many there are at most. */
const MOST_WEIGHTS = 2 ** 29
const MOST_SESSIONS = 8

/**
 * Opens a model: a model folder, an ONNX file, a folder for transformers.js, or a run with its export. One that is opened twice is
 * loaded once.
 * @throws UsageError when there is no model, SelfsameError when it is damaged, asks for what is not done here, or onnxruntime is
 * not installed
 */
export async function openModel(
  path: string,
  { quantised, threads, many = false }: ModelOptions = {},
): Promise<Model> {
  const file = await onnxFileAt(path, quantised)
  const { size, mtimeMs } = await stat(file)
  if (size >= MOST_FILE)
    throw new SelfsameError(`'${file}' is larger than an ONNX file can be; get the model again`)
  const metadata = await metadataOf(file)
  const own = ownMetadata(metadata, file)
  const used = threads ?? (Number(process.env.SELFSAME_THREADS) || availableCores())
  const sessions = many ? Math.max(1, Math.min(used, MOST_SESSIONS, Math.floor(MOST_WEIGHTS / size))) : 1
  const key = `${await realpath(file)} ${size} ${mtimeMs} ${used} ${sessions}`
  const { session, release } = await sharedSession(key, () => loaded(file, used, sessions))
  try {
    const input = pictureInput(session, file)
    const about = own ?? (await ofStranger(file, input))
    fits(input, about.preprocessing, file)
    const output = vectorOutput(session.outputs, file).name
    const compute = computerOf(session, { file, output, input, preprocessing: about.preprocessing })
    // what a stranger's file says of its output is seldom a number
    const dimension =
      own?.dimension ??
      (await compute(resampleAll([blank(about.preprocessing)], about.preprocessing), 1)).length
    const encodePrepared = async (values: Float32Array, count: number) => {
      const vectors = await compute(values, count)
      if (vectors.length !== count * dimension)
        throw new SelfsameError(
          `'${file}' gives vectors of ${vectors.length / count} numbers where it says ${dimension}; export it again`,
        )
      return vectors
    }
    return {
      id: about.id,
      name: quantised ? file : path,
      dimension,
      preprocessing: about.preprocessing,
      engine: `onnxruntime ${session.version}`,
      encode: (pictures) => inTurns(pictures, about.preprocessing, encodePrepared),
      encodePrepared,
      atOnce: sessions,
      close: release,
    }
  } catch (error) {
    await release()
    throw error
  }
}

async function metadataOf(file: string): Promise<Record<string, string>> {
  try {
    return readMetadata(await readFile(file))
  } catch (error) {
    if (!(error instanceof SelfsameError))
      throw new SelfsameError(`'${file}' cannot be read (${(error as NodeJS.ErrnoException).code})`)
    throw new SelfsameError(`'${file}': ${error.message}`)
  }
}

async function loaded(file: string, threads: number, sessions: number): Promise<Session> {
  try {
    return await openSessions(file, threads, sessions)
  } catch (error) {
    const { message } = error as Error
    if (/onnxruntime-node/.test(message)) throw error
    throw new SelfsameError(`onnxruntime cannot load '${file}' (${message}); get or export the model again`)
  }
}

/** The input that takes pictures, `[N, C, H, W]` of float32. @throws SelfsameError when it is otherwise */
function pictureInput({ inputs }: Session, file: string): Port {
  const [input, ...others] = inputs
  const shape = input?.shape ?? []
  const told = inputs.slice(0, 5).map((port) => `${port.name}: ${port.type} [${port.shape.join(', ')}]`)
  if (input === undefined || others.length > 0 || input.type !== 'float32' || shape.length !== 4)
    throw new SelfsameError(
      `'${file}' takes ${told.join(', ') || 'nothing'} where one input of float32 [N, channels, height, width] is expected; export the model so`,
    )
  return input
}

/** @throws SelfsameError where the model's input has other sides or channels than its pictures */
function fits({ shape }: Port, { channels, size }: Preprocessing, file: string): void {
  const wanted = [undefined, channels, size, size]
  if (shape.every((side, i) => i === 0 || typeof side !== 'number' || side === wanted[i])) return
  throw new SelfsameError(
    `'${file}' takes [${shape.join(', ')}] where its preprocessing makes [N, ${channels}, ${size}, ${size}]; give a preprocessor_config.json that fits`,
  )
}

type About = Pick<ModelMetadata, 'id' | 'preprocessing'>

async function ofStranger(file: string, { shape }: Port): Promise<About> {
  const { name, config } = await configBeside(file)
  const channels = typeof shape[1] === 'number' ? shape[1] : 3
  const preprocessing = preprocessingSchema.parse(foreignPreprocessing(config, name, channels))
  const hash = createHash('sha256')
  for (const one of await filesOf(file)) for await (const chunk of createReadStream(one)) hash.update(chunk)
  return { id: hash.update(JSON.stringify(preprocessing)).digest('hex'), preprocessing }
}

/** The file, and those with weights too large for it. */
async function filesOf(file: string): Promise<string[]> {
  const name = basename(file)
  const beside = (await readdir(dirname(file))).filter(
    (one) => one !== name && one.startsWith(name) && /^[._-]?data/.test(one.slice(name.length)),
  )
  return [file, ...beside.sort().map((one) => join(dirname(file), one))]
}

interface Encoding {
  file: string
  output: string
  input: Port
  preprocessing: Preprocessing
}

/** Prepared pictures to vectors, `[N · D]`, in batches that the model takes. */
function computerOf(session: Session, { file, output, input, preprocessing }: Encoding) {
  const { channels, size } = preprocessing
  const each = channels * size * size
  // a model may be made for one size of batch alone
  const fixed = typeof input.shape[0] === 'number' && input.shape[0] > 0 ? input.shape[0] : undefined
  const batch = async (values: Float32Array, count: number) => {
    const whole = fixed === undefined || fixed === count ? values : padded(values, fixed * each)
    const shape = [fixed ?? count, channels, size, size]
    const made = vectorsOf(await session.run(whole, shape, output), file)
    const vectors = made.subarray(0, (made.length / (fixed ?? count)) * count)
    for (const value of vectors)
      if (!Number.isFinite(value))
        throw new SelfsameError(
          `the model '${file}' gives vectors that are no numbers; train or export it again`,
        )
    return vectors
  }
  return async (values: Float32Array, count: number): Promise<Float32Array> => {
    if (fixed === undefined || count <= fixed) return batch(values, count)
    const parts: Float32Array[] = []
    for (let at = 0; at < count; at += fixed) {
      const some = Math.min(fixed, count - at)
      parts.push(await batch(values.slice(at * each, (at + some) * each), some))
    }
    return joined(parts)
  }
}

/** Many pictures, some at a time. */
async function inTurns(
  pictures: readonly Picture[],
  how: Preprocessing,
  encode: (values: Float32Array, count: number) => Promise<Float32Array>,
): Promise<Float32Array> {
  const most = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(MOST_VALUES / (how.channels * how.size ** 2))))
  const parts: Float32Array[] = []
  for (let at = 0; at < pictures.length; at += most) {
    const some = pictures.slice(at, at + most)
    parts.push(await encode(resampleAll(some, how), some.length))
  }
  return joined(parts)
}

function padded(values: Float32Array, length: number): Float32Array {
  const all = new Float32Array(length)
  all.set(values)
  return all
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0] as Float32Array
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function blank({ size, channels }: Preprocessing): Picture {
  return { data: new Uint8Array(size * size * channels), width: size, height: size, channels }
}
