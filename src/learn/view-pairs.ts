/** Which views are compared with which. */
import type { Settings } from './settings-schema.js'

/**
 * Numbers of the views that the online network sees, of those among them that are compared with another (queries), of those
 * that they are compared with (targets), and of the ordered pairs.
 */
export function viewPairs({ views, target }: Pick<Settings, 'views' | 'target'>) {
  const seenBy = (network: 'online' | 'target') =>
    views.flatMap(({ seenBy: who = 'both' }, number) => (who === 'both' || who === network ? [number] : []))
  const online = seenBy('online')
  const targets = seenBy('target').filter((number) => target.from === 'follower' || online.includes(number))
  const targetsOf = (query: number) => targets.filter((number) => number !== query).length
  const pairs = online.reduce((sum, number) => sum + targetsOf(number), 0)
  // a view without another to compare it with has no share in the loss, unless the loss compares no two views
  const queries = pairs > 0 ? online.filter((number) => targetsOf(number) > 0) : online
  return { online, queries, targets, pairs }
}
