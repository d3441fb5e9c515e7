/** A session as an encoder of pictures, whatever runs it: onnxruntime in Node and in browsers. */
import { SelfsameError } from '../../errors.js'
import type { Picture } from '../../images/picture.js'
import type { ModelMetadata } from './metadata.js'
import type { Model } from './model.js'
import { vectorOutput, vectorsOf } from './output.js'
import type { Preprocessing } from './preprocessing.js'
import { resampleAll } from './resample.js'
import type { Port, Session } from './session.js'

/** Pictures that are computed at once, at most: more take memory and are no faster. */
const MOST_AT_ONCE = 64
/** And values of these, 64 MiB. */
const MOST_VALUES = 2 ** 24

export type About = Pick<ModelMetadata, 'id' | 'preprocessing'> & Partial<Pick<ModelMetadata, 'dimension'>>

export interface Encoding extends Pick<Required<Model>, 'dimension' | 'encode' | 'encodePrepared'> {
  about: About
}

/**
 * @param file for messages
 * @param tell what is known of the model, by what its input is like
 * @throws SelfsameError where the model is not one of pictures to vectors, or not as `tell` says
 */
export async function encodingOf(
  session: Pick<Session, 'inputs' | 'outputs' | 'run'>,
  file: string,
  tell: (input: Port) => Promise<About>,
): Promise<Encoding> {
  const input = pictureInput(session, file)
  const about = await tell(input)
  const { preprocessing } = about
  fits(input, preprocessing, file)
  const output = vectorOutput(session.outputs, file).name
  const compute = computerOf(session, { file, output, input, preprocessing })
  // what a stranger's file says of its output is seldom a number
  const dimension =
    about.dimension ?? (await compute(resampleAll([blank(preprocessing)], preprocessing), 1)).length
  const encodePrepared = async (values: Float32Array, count: number) => {
    const vectors = await compute(values, count)
    if (vectors.length !== count * dimension)
      throw new SelfsameError(
        `'${file}' gives vectors of ${vectors.length / count} numbers where it says ${dimension}; export it again`,
      )
    return vectors
  }
  return {
    about,
    dimension,
    encode: (pictures) => inTurns(pictures, preprocessing, encodePrepared),
    encodePrepared,
  }
}

/** The input that takes pictures, `[N, C, H, W]` of float32. @throws SelfsameError when it is otherwise */
function pictureInput({ inputs }: Pick<Session, 'inputs'>, file: string): Port {
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

interface Wanted {
  file: string
  output: string
  input: Port
  preprocessing: Preprocessing
}

/** Prepared pictures to vectors, `[N · D]`, in batches that the model takes. */
function computerOf(session: Pick<Session, 'run'>, { file, output, input, preprocessing }: Wanted) {
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
