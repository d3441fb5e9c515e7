/** What a picture looks like, as its thumbnail in an index shows it. */
import { decode } from '../../images/index.js'
import { type Plane, resized, sized, turned } from './plane.js'

/** Long sides in px that pictures are laid over one another at: roughly, nearer, and as near as thumbnails tell. */
export const LEVELS = [18, 36, 72] as const

/** A deviation of brightness, of 255, below which there is nothing to compare. */
const FLAT = 2

export interface Look {
  /** Brightness 0 to 255 at each of `LEVELS`. */
  readonly levels: readonly [Plane, Plane, Plane]
  /** Red, green and blue at the roughest level. */
  readonly colours: readonly Plane[]
  /** Of one colour throughout. */
  readonly flat: boolean
}

/** @throws PictureError when the thumbnail is none */
export async function lookOf(thumbnail: Uint8Array, name: string): Promise<Look> {
  const { data, width, height } = await decode(thumbnail, { channels: 3 }, name)
  const size = width * height
  const channels = [0, 1, 2].map((channel): Plane => {
    const values = new Float32Array(size)
    for (let at = 0; at < size; at++) values[at] = data[3 * at + channel] as number
    return { values, width, height }
  })
  const [red, green, blue] = channels.map(({ values }) => values) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const values = new Float32Array(size)
  for (let at = 0; at < size; at++)
    values[at] = 0.299 * (red[at] as number) + 0.587 * (green[at] as number) + 0.114 * (blue[at] as number)
  const fine = at({ values, width, height }, LEVELS[2])
  return {
    levels: [at(fine, LEVELS[0]), at(fine, LEVELS[1]), fine],
    colours: channels.map((plane) => at(plane, LEVELS[0])),
    flat: deviation(values) < FLAT,
  }
}

function at(plane: Plane, long: number): Plane {
  const { width, height } = sized(plane, long)
  return resized(plane, width, height)
}

function deviation(values: Float32Array): number {
  let [sum, squares] = [0, 0]
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    sum += value
    squares += value * value
  }
  return Math.sqrt(Math.max(0, squares / values.length - (sum / values.length) ** 2))
}

/** A look's colours in one of the eight ways that a picture can be laid down. */
export function coloursTurned({ colours }: Look, turn: number): Plane[] {
  return colours.map((plane) => turned(plane, turn))
}
