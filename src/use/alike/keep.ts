/** Which one of several copies to keep. */
import { suggestion, UsageError } from '../../errors.js'
import { printable } from '../../printable.js'
import { setting } from '../../setting.js'
import type { Row } from '../store/format.js'

/** Which of two goes first. */
type Order = (a: KeepRow, b: KeepRow) => number
export type KeepRow = Pick<Row, 'path' | 'width' | 'height' | 'bytes' | 'modified' | 'taken'>

export const KEEP_RULES = [
  'largest',
  'smallest',
  'dated',
  'longest',
  'oldest',
  'newest',
  'first',
  'last',
  'folder:NAME',
] as const
export const KEEP_DEFAULT = ['largest', 'dated', 'longest', 'oldest', 'first'] as const

const RULES: Readonly<Record<string, Order>> = {
  largest: (a, b) => b.width * b.height - a.width * a.height,
  smallest: (a, b) => a.width * a.height - b.width * b.height,
  // most programs that write a picture anew leave out when it was taken
  dated: (a, b) => Number(b.taken !== null) - Number(a.taken !== null),
  // the longer file was compressed less
  longest: (a, b) => (b.bytes ?? 0) - (a.bytes ?? 0),
  oldest: (a, b) => when(a) - when(b),
  newest: (a, b) => when(b) - when(a),
  first: (a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)),
  last: (a, b) => (a.path < b.path ? 1 : -Number(a.path > b.path)),
}

/** When it was taken or, where it does not say, last changed. One that has no time is as old as can be. */
function when(row: KeepRow): number {
  return row.taken ?? row.modified ?? 0
}

/**
 * The order in which copies are kept: by the first rule that tells two apart, and by their paths where none does.
 * @param rules of `KEEP_RULES`; `folder:NAME` prefers what lies in a folder of that name or path
 * @throws UsageError for any other word
 */
export function keepOrder(rules: readonly string[]): Order {
  const orders = rules.map((rule): Order => {
    if (rule.startsWith('folder:')) {
      const name = rule.slice('folder:'.length).replace(/^\/+|\/+$/g, '')
      if (name === '')
        throw new UsageError(`${setting('keep')} 'folder:' has no name; write folder:originals`)
      return (a, b) => Number(liesIn(b.path, name)) - Number(liesIn(a.path, name))
    }
    const known = Object.hasOwn(RULES, rule) ? RULES[rule] : undefined
    if (!known)
      throw new UsageError(
        `${setting('keep')} has no rule '${printable(rule)}': ${suggestion(rule, KEEP_RULES)}`,
      )
    return known
  })
  orders.push(RULES.first as Order)
  return (a, b) => {
    for (const order of orders) {
      const which = order(a, b)
      if (which !== 0) return which
    }
    return 0
  }
}

/** Whether a path leads through a folder that is called so, or begins with that path. */
export function liesIn(path: string, folder: string): boolean {
  return `/${path}`.includes(`/${folder}/`)
}
