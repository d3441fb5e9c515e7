// Draws that the generators of pictures share; each takes a Draw, uniform in [0, 1).
import { below, uniform } from '../../dist/encode/random.js'

export { below, uniform }

/** A whole number from `low` to `high`, both included. */
export const whole = (draw, low, high) => low + below(draw, high - low + 1)

/** One of a list. */
export const pick = (draw, list) => list[below(draw, list.length)]

/** True with the given probability. */
export const chance = (draw, share) => draw() < share

/** Standard normal (Box and Muller). */
export const normal = (draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())

/** Log-uniform: as often between 1 and 2 as between 2 and 4. */
export const spread = (draw, low, high) => low * (high / low) ** draw()
