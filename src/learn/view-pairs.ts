/** Which views meet which. */
import type { Settings } from './settings-schema.js'

/** Numbers of the views that each network sees, and of the pairs that meet. */
export function meetings({ views, target }: Pick<Settings, 'views' | 'target'>) {
  const seenBy = (network: 'online' | 'target') =>
    views.flatMap(({ seenBy: who = 'both' }, number) => (who === 'both' || who === network ? [number] : []))
  const online = seenBy('online')
  const answering = seenBy('target').filter((number) => target.from === 'follower' || online.includes(number))
  const answersTo = (i: number) => answering.filter((j) => i !== j).length
  const pairs = online.reduce((sum, i) => sum + answersTo(i), 0)
  // a view that no other answers has no share in the loss, unless the loss compares no two views
  const asking = pairs > 0 ? online.filter((i) => answersTo(i) > 0) : online
  return { online, asking, target: answering, pairs }
}
