/** The encoder on sets that it was not trained on: the linear transfer table of the BYOL paper. */
import { UsageError } from '../errors.js'
import type { OpenOptions } from '../images/index.js'
import { type Line, lineOf } from '../judge/index.js'
import type { Settings } from '../learn/settings.js'
import { list } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import { Attempts } from './attempts.js'
import { judgeBanks } from './banks.js'
import type { Course } from './course.js'
import { fitting } from './fitting.js'
import type { Judging, Tell } from './judging.js'
import { disposeSide, embedSide, type Parts, partsOf, type SideOptions } from './sides.js'

export interface TransferSet {
  /** As it was asked for. */
  set: string
  pictures: { train: number; test: number }
  classes: number
  /** Logistic regression on all labels of the set, for each contender. */
  line: Line
}

export interface TransferResult {
  sets: TransferSet[]
  /** What a reader must know of the sets, such as that their colours were taken away. */
  notes: string[]
}

/** A set that was opened, and what was done to make it fit. */
export interface Opened {
  set: string
  parts: Parts
  note?: string
}

/**
 * Opens the sets that an encoder is to be judged on, in the channels that it knows.
 * @throws UsageError for a set without classes, before anything is embedded
 */
export async function openTransfer(
  sets: readonly string[],
  settings: Settings,
  seed: number,
  progress: Progress,
  links: Pick<OpenOptions, 'followLinks'> = {},
): Promise<Opened[]> {
  const opened: Opened[] = []
  for (const set of sets) {
    const { note, ...data } = fitting(set, await list(set, progress, links), settings)
    const parts = partsOf(data, seed)
    if (!parts.labelled) {
      throw new UsageError(
        `transfer to ${set} needs pictures of two classes or more, and it has none that are known: give a set with labels, or class folders`,
      )
    }
    opened.push({ set, parts, ...(note && { note }) })
  }
  return opened
}

/** Judges every set by logistic regression with the paper's 45 penalties on all of its labels. */
export async function judgeTransfer(
  opened: readonly Opened[],
  judging: Judging,
  embedding: Pick<SideOptions, 'settings' | 'embedders'>,
  course: Course,
): Promise<TransferResult> {
  const notes = opened.flatMap(({ note }) => note ?? [])
  const sets: TransferSet[] = []
  for (const { set, parts } of opened) {
    const progress = course.next()
    const stage =
      (from: number, to: number): Tell =>
      (done, total, what) =>
        progress(from + ((to - from) * done) / total, 1, what)
    await judging.attempts.of(`Transfer to ${set}`, async () => {
      const test = await embedSide(parts.test, { ...judging, ...embedding, progress: stage(0, 0.2) })
      try {
        const train = await embedSide(parts.train, { ...judging, ...embedding, progress: stage(0.2, 0.6) })
        try {
          const own = new Attempts((text) => notes.push(`${set}: ${text}`), [], judging.signal)
          const context = { ...judging, attempts: own }
          const table = await judgeBanks(train, test, ['logistic'], context, stage(0.6, 1))
          judging.attempts.failures.push(
            ...own.failures.map(({ reason }) => ({ what: `Transfer to ${set}`, reason })),
          )
          const line = lineOf(table, 'logistic')
          const { labels } = parts.train
          if (line) {
            const pictures = { train: parts.train.size, test: parts.test.size }
            sets.push({ set, pictures, classes: new Set(labels).size, line })
          }
        } finally {
          disposeSide(train)
        }
      } finally {
        disposeSide(test)
      }
    })
  }
  return { sets, notes }
}
