/** Blind questions for whoever looks: of two encoders, whose nearest pictures are more like a picture? */
import { judgingStream, permutation } from '../encode/random.js'
import type { Baseline } from './line.js'
import { signTest } from './sign-test.js'

/** Questions, and pictures on each side of one. */
export const CLICKS = 20
export const SHOWN = 3

/** How often the learned features' side was chosen, of how many questions. */
export interface Clicked {
  chosen: number
  of: number
}

/** A picture, and the nearest of it by either, best first; all by their rows. */
export interface ClickQuestion {
  query: number
  learned: number[]
  rival: number[]
  /** Whose stand on the left. */
  left: 'learned' | 'rival'
}

/** Chance alone is as lopsided less often than this where clicks are said to tell: 15 of 20 are. */
const CHANCE = 0.05

/**
 * At most 20 pictures in random order, each with a coin's throw for the side. Only those that the encoders differ on are asked about, and first those where
 * they have at most one neighbour in common; neither encoder gains by that, as both are treated alike.
 * @param learned for each row its nearest others, best first
 */
export function clickQuestions(
  learned: readonly (readonly number[])[],
  rival: readonly (readonly number[])[],
  seed = 0,
): ClickQuestion[] {
  const draw = judgingStream(seed, 0xc11c)
  const order = [...permutation(draw, learned.length)]
  const common = (row: number) => learned[row]?.filter((other) => rival[row]?.includes(other)).length ?? 0
  const apart = order.filter((row) => common(row) <= 1)
  const nearly = order.filter((row) => common(row) > 1 && common(row) < (learned[row]?.length ?? 0))
  return [...apart, ...nearly].slice(0, CLICKS).map((query) => ({
    query,
    learned: [...(learned[query] ?? [])],
    rival: [...(rival[query] ?? [])],
    left: draw() < 0.5 ? 'learned' : 'rival',
  }))
}

/** Who is beside the learned features where eyes judge: what is handed over if they do not win. */
export function clickRival(scored: Partial<Record<Baseline, unknown>>): 'closed' | 'whitened' {
  return scored.closed ? 'closed' : 'whitened'
}

/** Who was chosen beyond chance; undefined where neither was. */
export function preferred({ chosen, of }: Clicked): 'learned' | 'rival' | undefined {
  if (signTest(chosen, of) > CHANCE) return undefined
  return 2 * chosen > of ? 'learned' : 'rival'
}

/**
 * What clicks say, in two or three sentences.
 * @param rival what it is called
 */
export function clicksInWords(clicked: Clicked, rival: string): string {
  const { chosen, of } = clicked
  if (of === 0) return 'Nothing has been chosen yet.'
  const by = preferred(clicked)
  const verdict =
    by === 'learned'
      ? 'To the eyes that judged, training was worth it.'
      : by === 'rival'
        ? `To the eyes that judged, ${rival} is better.`
        : 'So it may be chance, and neither can be called better.'
  return `The trained encoder’s neighbours were chosen ${chosen} of ${times(of)}, those of ${rival} ${times(of - chosen)}; by chance alone that or more comes ${often(signTest(chosen, of))}. ${verdict}`
}

function times(count: number): string {
  return count === 1 ? '1 time' : `${count} times`
}

function often(p: number): string {
  if (p >= 0.01) return `${times(Math.round(100 * p))} in 100`
  const thousandths = Math.round(1000 * p)
  return thousandths > 0 ? `${times(thousandths)} in 1,000` : 'less than once in 1,000'
}
