/** What came of `selfsame embed`, on a terminal and as JSON. */
import { printable } from '../printable.js'
import { shellWord } from '../shell.js'
import type { Recall } from '../use/embed/output.js'
import type { EmbedOutcome } from './embedding.js'

/** Names of unreadable pictures that are printed. */
const NAMED = 5

/** The end of it on a terminal. */
export function embedText(outcome: EmbedOutcome): string {
  if (outcome.status === 'stopped')
    return 'Stopped; what is done is kept, and the same command goes on from there.'
  const { out, kind, size, dimension, engine, changes, files, unread, recall } = outcome
  const count = (value: number) => value.toLocaleString('en')
  const pictures = (value: number) => `${count(value)} ${value === 1 ? 'picture' : 'pictures'}`
  const made = `${pictures(size)}, ${dimension} numbers each, by ${engine}: ${files.map(printable).join(' and ')}`
  const parts = changes && [
    ...(changes.embedded > 0 ? [`${count(changes.embedded)} embedded`] : []),
    ...(changes.moved > 0 ? [`${count(changes.moved)} known by their bytes`] : []),
    ...(changes.kept > 0 ? [`${count(changes.kept)} as they were`] : []),
    ...(changes.removed > 0 ? [`${count(changes.removed)} taken off`] : []),
  ]
  return [
    made,
    ...(parts && parts.length > 0 ? [`${parts.join(', ')}.`] : []),
    ...(recall ? [recallText(recall)] : []),
    ...unreadText(unread),
    ...(kind === 'index' ? [`Search it with: npx selfsame search ${shellWord(out)} PICTURE`] : []),
  ].join('\n')
}

function recallText({ recall, queries, exact }: Recall): string {
  if (exact) return 'The table has no index, as it is small: its search is exact.'
  return `Of the ten nearest its index finds ${(100 * recall).toFixed(1)} %, measured against exact search with ${queries} of the pictures.`
}

function unreadText(unread: readonly { path: string; reason: string }[]): string[] {
  if (unread.length === 0) return []
  const named = unread.slice(0, NAMED).map(({ path, reason }) => `  ${printable(path)}: ${printable(reason)}`)
  const more = unread.length > NAMED ? [`  and ${unread.length - NAMED} more`] : []
  return [`${unread.length} could not be read:`, ...named, ...more]
}

/** The same as one object. */
export function embedJson(outcome: EmbedOutcome) {
  if (outcome.status === 'stopped') return outcome
  const { size, seconds, changes, recall, ...rest } = outcome
  return {
    ...rest,
    pictures: size,
    seconds,
    ...(changes ?? {}),
    ...(recall && { recall_at_10: recall.recall, recall_queries: recall.queries }),
  }
}
