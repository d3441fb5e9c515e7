/** In which way one picture is a copy of another, in words. */

import type { Match } from './compare.js'
import { warped } from './fit.js'
import { coloursTurned, LEVELS, type Look } from './look.js'
import { resized } from './plane.js'

interface Size {
  width: number
  height: number
}

/** Differences that come of rounding alone: of sides, of an angle in degrees, of a mean brightness of 255. */
const SIDES = 0.04
const ANGLE = 0.7
const COLOUR = 6
/** Of the frame's area, what a part that is cut off hardly covers more than. */
const COVERED = 0.97

/**
 * What was done to a picture that became another, by where they lie over one another.
 * @param match of both, the first first
 * @param first its size in px and look; `second` likewise
 * @returns such as `['mirrored', 'cropped to 81 %']`; `['re-encoded']` where nothing else shows
 */
export function relations(
  match: Match,
  first: Size & { look: Look },
  second: Size & { look: Look },
): string[] {
  const [frame, part] = match.secondInFirst ? [first, second] : [second, first]
  const words = [...turns(match), ...angle(match)]
  const { map } = match
  const covered = Math.abs(map[0] * map[4] - map[1] * map[3]) * match.part.width * match.part.height
  const share = covered / (match.frame.width * match.frame.height)
  if (share < COVERED) words.push(`cropped to ${Math.round(100 * share)} %`)
  // px of each picture for one of the frame's finest level, as the larger has more of what both show
  const laid = match.turn % 2 === 0 ? part : { width: part.height, height: part.width }
  const ofPart = [
    laid.width / (match.part.width * Math.hypot(map[0], map[3])),
    laid.height / (match.part.height * Math.hypot(map[1], map[4])),
  ] as const
  const ofFrame = [frame.width / match.frame.width, frame.height / match.frame.height] as const
  const [x, y] = [ofPart[0] / ofFrame[0], ofPart[1] / ofFrame[1]]
  if (Math.abs(Math.log(x / y)) > 2 * SIDES) words.push('stretched')
  const scale = Math.sqrt(x * y)
  const small = Math.min(scale, 1 / scale)
  if (small < 1 - SIDES) words.push(`scaled to ${Math.round(100 * small)} %`)
  if (colourApart(match, frame.look, part.look) > COLOUR) words.push('recoloured')
  return words.length > 0 ? words : ['re-encoded']
}

function turns({ turn, secondInFirst }: Match): string[] {
  // what lays the second one down as the first is undone by the way from the first to it; mirroring undoes itself
  const quarters = turn < 4 && secondInFirst ? (4 - turn) % 4 : turn % 4
  if (turn < 4) return quarters === 0 ? [] : [`turned by ${90 * quarters}°`]
  if (quarters === 0) return ['mirrored']
  return quarters === 2 ? ['mirrored top to bottom'] : ['mirrored', `turned by ${90 * quarters}°`]
}

function angle({ map }: Match): string[] {
  const degrees = (Math.atan2(map[3] - map[1], map[0] + map[4]) * 180) / Math.PI
  return Math.abs(degrees) > ANGLE ? [`turned by ${Math.abs(degrees).toFixed(0)}°`] : []
}

/** Difference of what lies over one another: of the mean of the channel that differs most, and of how far colours are from grey. */
function colourApart({ turn, map, part: size, frame: whole }: Match, frame: Look, part: Look): number {
  const scale = LEVELS[0] / LEVELS[2]
  const small = {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  }
  const [x, y] = [size.width / small.width, size.height / small.height]
  const under = frame.colours.map((colour) => {
    const [across, down] = [colour.width / whole.width, colour.height / whole.height]
    const [a, b, c, d, e, f] = map
    const placed = [a * x * across, b * y * across, c * across, d * x * down, e * y * down, f * down] as const
    return warped(colour, small, placed).values
  })
  const over = coloursTurned(part, turn).map((plane) => resized(plane, small.width, small.height).values)
  const inside = [...(over[0] as Float32Array).keys()].filter((at) => !Number.isNaN(under[0]?.[at]))
  const mean = (of: (at: number) => number) =>
    inside.reduce((sum, at) => sum + of(at), 0) / Math.max(1, inside.length)
  const channels = over.map((values, channel) =>
    Math.abs(mean((at) => (values[at] as number) - (under[channel]?.[at] as number))),
  )
  const colour = (of: readonly Float32Array[], at: number) => {
    const values = of.map((channel) => channel[at] as number)
    return Math.max(...values) - Math.min(...values)
  }
  return Math.max(...channels, Math.abs(mean((at) => colour(over, at) - colour(under, at))))
}
