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
import { openSession, type Port, type Session } from './session.js'
import { sharedSession } from './shared-sessions.js'

export interface ModelOptions {
  /** Smaller weights of a model folder, where it has them. */
  quantised?: Quantised | undefined
  /** Threads that an operator may use: those of the machine unless given. */
  threads?: number | undefined
}

/** Pictures that are computed at once, at most: more take memory and are no faster. */
const MOST_AT_ONCE = 64
/** And values of these, 64 MiB. */
const MOST_VALUES = 2 ** 24
const MOST_FILE = 2 ** 31

/**
 * Opens a model: a model folder, an ONNX file, a folder for transformers.js, or a run with its export. One that is opened twice is
 * loaded once.
 * @throws UsageError when there is no model, SelfsameError when it is damaged, asks for what is not done here, or onnxruntime is
 * not installed
 */
export async function openModel(path: string, { quantised, threads }: ModelOptions = {}): Promise<Model> {
  const file = await onnxFileAt(path, quantised)
  const { size, mtimeMs } = await stat(file)
  if (size >= MOST_FILE)
    throw new SelfsameError(`'${file}' is larger than an ONNX file can be; get the model again`)
  const metadata = await metadataOf(file)
  const own = ownMetadata(metadata, file)
  const used = threads ?? (Number(process.env.SELFSAME_THREADS) || availableCores())
  const key = `${await realpath(file)} ${size} ${mtimeMs} ${used}`
  const { session, release } = await sharedSession(key, () => loaded(file, used))
  try {
    const input = pictureInput(session, file)
    const about = own ?? (await ofStranger(file, input))
    fits(input, about.preprocessing, file)
    const output = vectorOutput(session.outputs, file).name
    const encode = encoderOf(session, { file, output, input, preprocessing: about.preprocessing })
    // what a stranger's file says of its output is seldom a number
    const dimension = own?.dimension ?? (await encode([blank(about.preprocessing)])).length
    const checked = async (pictures: readonly Picture[]) => {
      const vectors = await encode(pictures)
      if (vectors.length !== pictures.length * dimension)
        throw new SelfsameError(
          `'${file}' gives vectors of ${vectors.length / pictures.length} numbers where it says ${dimension}; export it again`,
        )
      return vectors
    }
    return {
      id: about.id,
      name: path,
      dimension,
      preprocessing: about.preprocessing,
      engine: `onnxruntime ${session.version}`,
      encode: checked,
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

async function loaded(file: string, threads: number): Promise<Session> {
  try {
    return await openSession(file, threads)
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

function encoderOf(session: Session, { file, output, input, preprocessing }: Encoding) {
  const { channels, size } = preprocessing
  const each = channels * size * size
  // a model may be made for one size of batch alone
  const fixed = typeof input.shape[0] === 'number' && input.shape[0] > 0 ? input.shape[0] : undefined
  const most = fixed ?? Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(MOST_VALUES / each)))
  const some = async (pictures: readonly Picture[]) => {
    const values = resampleAll(pictures, preprocessing)
    const batch = fixed ?? pictures.length
    const padded = batch === pictures.length ? values : new Float32Array(batch * each)
    if (padded !== values) padded.set(values)
    const made = vectorsOf(await session.run(padded, [batch, channels, size, size], output), file)
    const vectors = made.subarray(0, (made.length / batch) * pictures.length)
    for (const value of vectors)
      if (!Number.isFinite(value))
        throw new SelfsameError(
          `the model '${file}' gives vectors that are no numbers; train or export it again`,
        )
    return vectors
  }
  return async (pictures: readonly Picture[]): Promise<Float32Array> => {
    if (pictures.length <= most) return some(pictures)
    const parts: Float32Array[] = []
    for (let at = 0; at < pictures.length; at += most) parts.push(await some(pictures.slice(at, at + most)))
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0)
    return all
  }
}

function blank({ size, channels }: Preprocessing): Picture {
  return { data: new Uint8Array(size * size * channels), width: size, height: size, channels }
}
