/** How the words of an option become numbers and lists. */
import { InvalidArgumentError } from 'commander'
import { suggestion, UsageError } from '../errors.js'

/** What numbers an option takes. */
interface Range {
  /** The least, and the most. */
  from?: number
  to?: number
  /** Only numbers beyond this. */
  above?: number
}

/** A parser of numbers of a range, which it names to those who give another. */
export function decimalIn(range: Range): (text: string) => number {
  return (text) => parsed(text, 'a number', range, Number.isFinite)
}

/** The same for whole numbers. */
export function wholeIn(range: Range): (text: string) => number {
  return (text) => parsed(text, 'a whole number', range, Number.isSafeInteger)
}

/** From 0 on. */
export const whole = wholeIn({ from: 0 })
/** From 1 on. */
export const counting = wholeIn({ from: 1 })
export const share = decimalIn({ from: 0, to: 1 })

function parsed(text: string, what: string, range: Range, fits: (value: number) => boolean): number {
  const { from = -Infinity, to = Infinity, above = -Infinity } = range
  const value = Number(text)
  if (text.trim() !== '' && fits(value) && value >= from && value <= to && value > above) return value
  // beyond it numbers are no longer told apart
  const most = fits === Number.isSafeInteger ? Math.min(to, Number.MAX_SAFE_INTEGER) : to
  const bounds = [
    ...(from > -Infinity ? [`at least ${from}`] : []),
    ...(above > -Infinity ? [`more than ${above}`] : []),
    ...(to < Infinity || value > most ? [`at most ${most}`] : []),
  ]
  throw new InvalidArgumentError(
    `Expected ${what}${bounds.length > 0 ? ` of ${bounds.join(' and ')}` : ''}, got '${text}'.`,
  )
}

/** Two whole numbers as `15/20`: how many were chosen, of how many. @throws UsageError */
export function chosenOf(text: string): { chosen: number; of: number } {
  const [, chosen, of] = (/^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? []).map(Number)
  if (chosen !== undefined && of !== undefined && of > 0 && chosen <= of) return { chosen, of }
  throw new UsageError(`--clicked takes how many of how many, such as 15/20, got '${text}': see the report`)
}

/**
 * Names with commas between, each one of `known`.
 * @throws UsageError with the nearest right name
 */
export function listed<T extends string>(text: string, known: readonly T[], what: string): T[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name.trim())
    if (!found) throw new UsageError(`there is no ${what} '${name}': ${suggestion(name, known)}`)
    return found
  })
}
