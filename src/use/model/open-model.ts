/** Models of ours and of strangers, opened by onnxruntime. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { availableCores } from '../../cores.js'
import { SelfsameError } from '../../errors.js'
import { readMetadata } from '../onnx/model-file.js'
import { type About, encodingOf } from './encoding.js'
import { foreignPreprocessing } from './foreign.js'
import { ownMetadata } from './metadata.js'
import type { Model } from './model.js'
import { configBeside, onnxFileAt, type Quantised } from './model-files.js'
import { preprocessingSchema } from './preprocessing.js'
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

/** One that takes pictures as they wait. */
export type OpenedModel = Model & Required<Pick<Model, 'encodePrepared'>>

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
): Promise<OpenedModel> {
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
    const { about, ...encoding } = await encodingOf(
      session,
      file,
      async (input) => own ?? (await ofStranger(file, input)),
    )
    return {
      id: about.id,
      name: quantised ? file : path,
      ...encoding,
      preprocessing: about.preprocessing,
      engine: `onnxruntime ${session.version}`,
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
