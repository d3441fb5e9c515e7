/** How many pictures a second are trained on, by us alone or beside a peer. */
import { UsageError } from '../errors.js'
import { openData } from '../images/index.js'
import { setting } from '../setting.js'
import type { Progress } from '../trainer/progress.js'
import { compare, type Figures, SPEEDS, type Speed } from './compare.js'
import { type Measurement, measureWorkload } from './measure.js'
import { announce, type BenchOptions, precisionGiven, precisionOf } from './options.js'
import { page } from './page.js'
import { checkPeer, commandOf, speedSides } from './sides.js'
import { WORKLOADS } from './workloads.js'
import { making, writePage } from './written.js'

const SECONDS = 20

/** Ours, once, in this process. @throws UsageError when the photographs are not there */
export async function speedHere(options: BenchOptions, progress: Progress): Promise<Measurement> {
  const { workload, parts, seconds = SECONDS } = options
  const photographs = await photographsOf(options)
  announce(options, `${parts.length} parts of ${seconds} s each`, progress)
  return await measureWorkload(workload, {
    precision: precisionGiven(options),
    seconds,
    parts,
    photographs,
    note: (text) => progress.note(text),
  })
}

/** All sides in turn. @returns the page @throws UsageError when the photographs or the peer are not there */
export async function speedInTurn(options: BenchOptions, progress: Progress): Promise<string> {
  const { workload, rounds, parts, seconds = SECONDS } = options
  await photographsOf(options)
  checkPeer(options)
  const sides = speedSides(options, seconds)
  announce(options, `${sides.length * rounds} × ${parts.length} parts of ${seconds} s each`, progress)
  const found = await compare<Figures>(sides, {
    rounds,
    onMeasured: (side, figures) => progress.note(`${side.name}: ${inWords(figures)}`),
  })
  const about = making(WORKLOADS[workload]?.title ?? workload, commandOf(options, seconds))
  const text = page(found, about)
  writePage(text, found, `${workload}-${precisionOf(options)}`, about, options, progress)
  return text
}

/** @throws UsageError when the workload's photographs are not there, before anything is measured */
async function photographsOf({ workload, photographs = '' }: BenchOptions): Promise<string> {
  if (WORKLOADS[workload]?.pictures !== 'photographs') return photographs
  if (!photographs)
    throw new UsageError(
      `workload ${workload} reads JPEG files: name their folder with ${setting('photographs')}`,
    )
  await openData(photographs)
  return photographs
}

function inWords(figures: Figures): string {
  const speeds = (Object.keys(SPEEDS) as Speed[]).filter((key) => figures[key] !== undefined)
  return [...speeds.map((key) => `${SPEEDS[key]} ${figures[key]}`), `${figures.peak_rss_mb} MB`].join(', ')
}
