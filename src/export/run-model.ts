/** A run's encoder as a `Model`, computed by libtorch: no export is needed for it. */
import { preprocess } from '../encode/preprocess.js'
import { SelfsameError } from '../errors.js'
import type { Packed, Picture } from '../images/index.js'
import { disposeState } from '../learn/state.js'
import { about, noGrad, scope, type Tensor } from '../torch/index.js'
import { type Progress, SILENT } from '../trainer/progress.js'
import { type OpenOptions, openTrained } from '../trainer/trained.js'
import type { Model } from '../use/model/model.js'
import type { Preprocessing } from '../use/model/preprocessing.js'
import { networkOf, PORTS } from './network.js'

export interface RunModelOptions extends OpenOptions {
  /** Vectors behind the projector; those that are judged unless given. */
  head?: boolean
  progress?: Progress
}

/**
 * The encoder that is judged and used, in float32 whatever it was trained in, with the id of its ONNX file.
 * @param run a folder that training wrote
 * @throws UsageError when there is no run, SelfsameError when nothing of it can be used
 */
export async function openRunModel(run: string, options: RunModelOptions = {}): Promise<Model> {
  const { head = false, progress = SILENT } = options
  const { trained, used } = await openTrained(run, progress, options)
  let closed = false
  const close = () => {
    if (!closed) disposeState(trained)
    closed = true
  }
  try {
    if (used.why) progress.note(`${used.why}.`)
    const { forward, preprocessing, id } = networkOf(trained, head)
    const vectorsOf = (pictures: readonly Picture[]) => {
      if (closed) throw new SelfsameError(`the model of ${run} is closed: open it again`)
      return scope(() => {
        const x = pixelsOf(packed(pictures, preprocessing), preprocessing)
        const vectors = noGrad(() => forward(x)[PORTS.vector]) as Tensor
        return { values: vectors.toFloat32(), dimension: vectors.shape[1] as number }
      })
    }
    const { size, channels } = preprocessing
    const blank = { data: new Uint8Array(size * size * channels), width: size, height: size, channels }
    const wide = preprocessing.maximum > 255 ? { ...blank, data: Uint16Array.from(blank.data) } : blank
    const { dimension } = vectorsOf([wide])
    return {
      id,
      name: run,
      dimension,
      preprocessing,
      engine: `libtorch ${about().version}`,
      encode: async (pictures) => (pictures.length === 0 ? new Float32Array() : vectorsOf(pictures).values),
      close: async () => close(),
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Standardised pictures `[N, C, size, size]`, float32, as training's own kernel makes them. */
export function pixelsOf(
  batch: Packed,
  { size, share, channels, maximum, mean, std }: Preprocessing,
): Tensor {
  const input = { maximum, mean, std }
  return preprocess(batch, { size, share, channels, input, precision: 'float32' })
}

/** @throws RangeError where a picture is not of the encoder's kind */
function packed(pictures: readonly Picture[], { channels, maximum }: Preprocessing): Packed {
  const layout = new Int32Array(3 * pictures.length)
  let offset = 0
  for (const [i, picture] of pictures.entries()) {
    const { data, height, width } = picture
    const isWide = data.BYTES_PER_ELEMENT > 1
    if (
      picture.channels !== channels ||
      isWide !== maximum > 255 ||
      data.length !== height * width * channels
    )
      throw new RangeError(
        `expected pictures of ${channels} channels with values up to ${maximum}, got one of ${picture.channels} channels of ${8 * data.BYTES_PER_ELEMENT} bits`,
      )
    layout.set([offset, height, width], 3 * i)
    offset += data.length
  }
  const used = Int32Array.from(pictures, (_, i) => i)
  return { parts: pictures.map(({ data }) => data), layout, channels, maximum, indices: used, used }
}
