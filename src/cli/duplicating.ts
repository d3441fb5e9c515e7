/** What `selfsame duplicates` does, and how it tells of it. */
import { UsageError } from '../errors.js'
import { writeWhole } from '../images/index.js'
import { printable } from '../printable.js'
import { shellWord } from '../shell.js'
import { findDuplicates } from '../use/alike/duplicates.js'
import { planned, type Trashed, trashCopies } from '../use/alike/trash.js'
import { type Undone, undo } from '../use/alike/undo.js'
import { duplicatesJson, duplicatesPage, duplicatesText } from '../use/alike/words.js'
import { openIndex } from '../use/store/open-index.js'
import { working } from './working.js'

export interface DuplicatesVerbOptions {
  near?: number
  similar?: number
  burst: number
  keep: string
  trash?: string
  level: 'file' | 'pixels' | 'near'
  protect?: string
  undo?: string
  html?: string
  json?: boolean
}

const NAMED = 10

export async function duplicatesVerb(
  folder: string | undefined,
  options: DuplicatesVerbOptions,
): Promise<{ text: string; json: object }> {
  if (options.undo !== undefined) return undoing(options.undo)
  if (folder === undefined)
    throw new UsageError("an index is missing: give the folder that 'selfsame embed' wrote")
  const { near, similar, burst, trash, level, html } = options
  const protect = options.protect?.split(',')
  return working(async ({ signal, told }) => {
    const index = await openIndex(folder)
    try {
      const keep = options.keep.split(',')
      const found = await findDuplicates(index, { near, similar, burst, keep, told, signal })
      if (html !== undefined)
        await writeWhole(html, await duplicatesPage(index, found), { otherwise: 'give another file' })
      const would = { level, ...(protect && { protect }) }
      const moved =
        trash === undefined
          ? undefined
          : await trashCopies(index, found.groups, trash, {
              ...would,
              signal,
              told: (done, total) => told('Moved', done, total),
            })
      const plan = planned(found.groups, would).length
      const texts = [
        duplicatesText(found),
        ...(html === undefined ? [] : [`Page: ${printable(html)}`]),
        moved
          ? movedText(moved, folder)
          : `Nothing was moved. ${plan === 0 ? `No copies of level ${level}` : `With --level ${level} --trash FOLDER ${plan.toLocaleString('en')} would be`}.`,
      ]
      return {
        text: texts.join('\n\n'),
        json: {
          index: folder,
          ...duplicatesJson(found),
          ...(moved
            ? { moved: moved.moved, left: moved.left, log: moved.log ?? null }
            : { would_move: plan }),
          ...(html !== undefined && { html }),
        },
      }
    } finally {
      await index.close()
    }
  })
}

function movedText({ moved, left, log }: Trashed, folder: string): string {
  const bytes = moved.reduce((sum, one) => sum + one.bytes, 0)
  return [
    `Moved ${moved.length.toLocaleString('en')} pictures, ${(bytes / 2 ** 20).toFixed(1)} MiB; left ${left.length}.`,
    ...leftLines(left),
    ...(log === undefined
      ? []
      : [
          `Back with: npx selfsame duplicates --undo ${shellWord(log)}`,
          `The index ${printable(folder)} still lists them until it is embedded again.`,
        ]),
  ].join('\n')
}

function leftLines(left: readonly { path: string; reason: string }[]): string[] {
  const more = left.length > NAMED ? [`  … and ${left.length - NAMED} more`] : []
  return [...left.slice(0, NAMED).map(({ path, reason }) => `  ${printable(path)}: ${reason}`), ...more]
}

async function undoing(log: string): Promise<{ text: string; json: Undone }> {
  const undone = await working(({ signal }) => undo(log, signal))
  const { restored, left } = undone
  return {
    text: [
      `Moved ${restored.length.toLocaleString('en')} pictures back; left ${left.length}.`,
      ...leftLines(left),
    ].join('\n'),
    json: undone,
  }
}
