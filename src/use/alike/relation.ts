/** In which way one picture is a copy of another, in words. */

import type { Match } from './compare.js'
import { warped } from './fit.js'
import { coloursTurned, LEVELS, type Look } from './look.js'
import { type Plane, resized } from './plane.js'

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
  const words = [...turns(match.turn), ...angle(match)]
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

function turns(turn: number): string[] {
  const quarters = turn % 4
  if (turn < 4) return quarters === 0 ? [] : [`turned by ${90 * quarters}°`]
  if (quarters === 0) return ['mirrored']
  return quarters === 2 ? ['mirrored top to bottom'] : ['mirrored', `turned by ${90 * quarters}°`]
}

function angle({ map }: Match): string[] {
  const degrees = (Math.atan2(map[3] - map[1], map[0] + map[4]) * 180) / Math.PI
  return Math.abs(degrees) > ANGLE ? [`turned by ${Math.abs(degrees).toFixed(0)}°`] : []
}

/** Mean difference of what lies over one another, of the channel where it is largest. */
function colourApart({ turn, map, part: size, frame: whole }: Match, frame: Look, part: Look): number {
  const scale = LEVELS[0] / LEVELS[2]
  const laid = coloursTurned(part, turn)
  const small = {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  }
  const [x, y] = [size.width / small.width, size.height / small.height]
  const differences = frame.colours.map((colour, channel) => {
    const across = colour.width / whole.width
    const down = colour.height / whole.height
    const under = warped(colour, small, [
      map[0] * x * across,
      map[1] * y * across,
      map[2] * across,
      map[3] * x * down,
      map[4] * y * down,
      map[5] * down,
    ])
    const over = resized(laid[channel] as Plane, small.width, small.height).values
    let [sum, count] = [0, 0]
    for (let at = 0; at < over.length; at++) {
      if (Number.isNaN(under.values[at])) continue
      sum += (over[at] as number) - (under.values[at] as number)
      count++
    }
    return Math.abs(sum) / Math.max(1, count)
  })
  return Math.max(...differences, spreadApart(frame, part))
}

/** How much more colour one has than the other: the mean distance of its channels from grey. */
function spreadApart(a: Look, b: Look): number {
  const colour = ({ colours }: Look) => {
    const [red, green, blue] = colours.map(({ values }) => values) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    let sum = 0
    for (let at = 0; at < red.length; at++) {
      const of = [red[at] as number, green[at] as number, blue[at] as number]
      sum += Math.max(...of) - Math.min(...of)
    }
    return sum / red.length
  }
  return Math.abs(colour(a) - colour(b))
}
