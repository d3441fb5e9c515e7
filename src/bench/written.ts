/** A page of figures on disk. */
import { join } from 'node:path'
import { writeAtomically, writeJson } from '../run/index.js'
import { deviceInUse } from '../torch/index.js'
import { machineInWords } from '../trainer/machine.js'
import type { Progress } from '../trainer/progress.js'
import type { Rounds } from './compare.js'
import type { BenchOptions } from './options.js'
import type { PageOptions } from './page.js'

/** What a page says of its making. */
export function making(title: string, command: string): PageOptions {
  return { title, date: new Date().toISOString().slice(0, 10), machine: machineInWords(), command }
}

/** Writes the page, and its figures as JSON, where it is asked for, and beside a peer into `bench/results` otherwise. */
export function writePage<F>(
  text: string,
  rounds: Rounds<F>,
  name: string,
  about: PageOptions,
  { out, peer }: BenchOptions,
  progress: Progress,
): void {
  const folder = out ?? (peer ? join('bench', 'results') : undefined)
  if (!folder) return
  const device = deviceInUse() === 'cpu' ? '' : `-${deviceInUse().replace(':', '')}`
  const path = join(folder, `${about.date}-${name}${device}`)
  writeAtomically(`${path}.md`, text)
  const sides = [...rounds].map(([side, figures]) => ({ name: side.name, figures }))
  writeJson(`${path}.json`, { ...about, sides })
  progress.note(`Written to ${path}.md`)
}
