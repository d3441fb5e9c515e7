/** Models opened by onnxruntime-web. */
import { SelfsameError } from '../../errors.js'
import { type About, encodingOf } from '../model/encoding.js'
import { foreignPreprocessing } from '../model/foreign.js'
import { ownMetadata } from '../model/metadata.js'
import type { Model } from '../model/model.js'
import type { Port } from '../model/session.js'
import { readMetadata } from '../onnx/model-file.js'
import { type Files, filesAt } from './files.js'
import type { Ort, OrtSession } from './ort.js'

export interface BrowserModelOptions {
  /** Which file of the folder: `onnx/model.onnx` unless given; smaller ones are loaded sooner. */
  file?: string
  /** What computes; the processor unless given. `['webgpu', 'wasm']` takes the GPU where there is one. */
  executionProviders?: readonly string[]
}

const USUAL = ['onnx/model.onnx', 'model.onnx']
const CONFIG = 'preprocessor_config.json'

/**
 * Opens a model folder: one of `selfsame export`, or one for transformers.js.
 * @param ort the page's own onnxruntime-web
 * @param from the folder's address, or its files
 * @throws SelfsameError when there is no model, or it is damaged or not one of pictures to vectors
 */
export async function openModel(
  ort: Ort,
  from: string | Files,
  { file, executionProviders = ['wasm'] }: BrowserModelOptions = {},
): Promise<Model & Required<Pick<Model, 'encodePrepared'>>> {
  const files = typeof from === 'string' ? filesAt(from) : from
  const { bytes, name } = await modelIn(files, file)
  const metadata = named(name, () => readMetadata(bytes))
  const own = ownMetadata(metadata, name)
  const session = await load(ort, bytes, name, executionProviders)
  const { common, web = common } = ort.env.versions
  try {
    const { about, ...encoding } = await encodingOf(
      asSession(ort, session),
      name,
      async (input) => own ?? (await ofStranger(files, bytes, input)),
    )
    return {
      id: about.id,
      name: files.name,
      ...encoding,
      preprocessing: about.preprocessing,
      engine: `onnxruntime-web ${web}`,
      close: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

async function modelIn(files: Files, wanted: string | undefined) {
  const paths = wanted === undefined ? USUAL : [wanted]
  for (const path of paths) {
    const bytes = await files.read(path)
    if (bytes !== undefined) return { bytes, name: `${files.name}/${path}`.replace('//', '/') }
  }
  throw new SelfsameError(
    `there is no ${paths.join(' and no ')} in '${files.name}', or its server answers with a web page; give a folder that selfsame export wrote`,
  )
}

function named<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new SelfsameError(`'${name}': ${(error as Error).message}`)
  }
}

async function load(
  ort: Ort,
  bytes: Uint8Array,
  name: string,
  executionProviders: readonly string[],
): Promise<OrtSession> {
  try {
    return await ort.InferenceSession.create(bytes, {
      executionProviders: [...executionProviders],
      enableMemPattern: false,
      logSeverityLevel: 4,
    })
  } catch (error) {
    const why = String((error as Error)?.message ?? error).split('\n')[0]
    throw new SelfsameError(
      `onnxruntime-web cannot load '${name}' (${why}); where it speaks of a backend or of wasm, its own .wasm and .mjs files are not where the page looks for them (ort.env.wasm.wasmPaths)`,
    )
  }
}

function asSession(ort: Ort, session: OrtSession) {
  const ports = (metadata: OrtSession['inputMetadata']): Port[] =>
    metadata.map(({ name, isTensor, type = '', shape = [] }) => ({
      name,
      type: isTensor ? type : 'no tensor',
      shape: isTensor ? shape : [],
    }))
  const inputs = ports(session.inputMetadata)
  const run = async (data: Float32Array, shape: readonly number[], output: string) => {
    const input = new ort.Tensor('float32', data, shape)
    const made = (await session.run({ [inputs[0]?.name ?? '']: input }, [output]))[output]
    const values = { data: Float32Array.from(made?.data as Float32Array), shape: made?.dims ?? [] }
    // what lies on a GPU is no work of the garbage collector's
    input.dispose?.()
    made?.dispose?.()
    return values
  }
  // onnxruntime-web refuses a run that begins while another is under way
  let last: Promise<unknown> = Promise.resolve()
  return {
    inputs,
    outputs: ports(session.outputMetadata),
    run(...given: Parameters<typeof run>) {
      const next = last.then(() => run(...given))
      last = next.catch(() => {})
      return next
    },
  }
}

/** The same id as Node's: of the file and of the preprocessing. */
async function ofStranger(files: Files, bytes: Uint8Array, { shape }: Port): Promise<About> {
  const config = await files.read(CONFIG)
  if (config === undefined)
    throw new SelfsameError(
      `the model in '${files.name}' does not say how its pictures are prepared, and there is no ${CONFIG}; put that file there`,
    )
  const channels = typeof shape[1] === 'number' ? shape[1] : 3
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(config))
  } catch {
    throw new SelfsameError(`the ${CONFIG} of '${files.name}' is no JSON; get the model again`)
  }
  const preprocessing = foreignPreprocessing(json, CONFIG, channels)
  const words = new TextEncoder().encode(JSON.stringify(preprocessing))
  const all = new Uint8Array(bytes.length + words.length)
  all.set(bytes)
  all.set(words, bytes.length)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all))
  return { id: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''), preprocessing }
}
