/** `selfsame bench` of how many pictures a second are trained on. */
import {
  compare,
  type Figures,
  type Measurement,
  measureWorkload,
  PARTS,
  type Part,
  page,
  SPEEDS,
  WORKLOADS,
} from '../../bench/index.js'
import { UsageError } from '../../errors.js'
import { openData } from '../../images/index.js'
import { listed } from '../numbers.js'
import { TerminalProgress } from '../progress.js'
import {
  announce,
  type BenchOptions,
  checkPeer,
  making,
  ours,
  peers,
  precisionGiven,
  precisionOf,
  writePage,
} from './sides.js'

const SECONDS = 20

export async function speedHere(options: BenchOptions): Promise<Measurement> {
  const { workload, seconds = SECONDS } = options
  const progress = new TerminalProgress()
  const [parts, photographs] = [partsOf(options), await photographsOf(options)]
  announce(options, `${parts.length} parts of ${seconds} s each`, progress)
  return await measureWorkload(workload, {
    precision: precisionGiven(options),
    seconds,
    parts,
    photographs,
    note: (text) => progress.note(text),
  })
}

/** @returns the page */
export async function speedInTurn(options: BenchOptions): Promise<string> {
  const { workload, rounds, peer, photographs, seconds = SECONDS } = options
  await photographsOf(options)
  checkPeer(options)
  const parts = partsOf(options)
  const own = ['--parts', parts.join(','), ...(photographs ? ['--photographs', photographs] : [])]
  const theirs = [
    ...['--parts', parts.filter((part) => part !== 'limit').join(',')],
    ...(photographs ? ['--photos', photographs] : []),
  ]
  const progress = new TerminalProgress()
  const sides = [ours(options, seconds, own), ...(peer ? peers(options, peer, seconds, theirs) : [])]
  announce(options, `${sides.length * rounds} × ${parts.length} parts of ${seconds} s each`, progress)
  const found = await compare<Figures>(sides, {
    rounds,
    onMeasured: (side, figures) => progress.note(`${side.name}: ${inWords(figures)}`),
  })
  const about = { title: WORKLOADS[workload]?.title ?? workload, ...making(wordsOf(options, seconds)) }
  const text = page(found, about)
  writePage(text, found, { name: `${workload}-${precisionOf(options)}`, ...about }, options, progress)
  return text
}

function partsOf({ parts }: BenchOptions): readonly Part[] {
  return listed(parts, PARTS, 'part')
}

/** @throws UsageError when the workload's photographs are not there, before anything is measured */
async function photographsOf({ workload, photographs = '' }: BenchOptions): Promise<string> {
  if (WORKLOADS[workload]?.pictures !== 'photographs') return photographs
  if (!photographs)
    throw new UsageError(`workload ${workload} reads JPEG files: name their folder with --photographs`)
  await openData(photographs)
  return photographs
}

function inWords(figures: Figures): string {
  const speeds = (Object.keys(SPEEDS) as (keyof typeof SPEEDS)[]).filter((key) => figures[key] !== undefined)
  return [...speeds.map((key) => `${SPEEDS[key]} ${figures[key]}`), `${figures.peak_rss_mb} MB`].join(', ')
}

function wordsOf(options: BenchOptions, seconds: number): string {
  const { workload, rounds, parts, peer, photographs } = options
  return [
    `--workload ${workload} --precision ${precisionOf(options)} --seconds ${seconds} --rounds ${rounds}`,
    ...(parts === PARTS.join(',') ? [] : [`--parts ${parts}`]),
    ...(photographs ? ['--photographs DIR'] : []),
    ...(peer ? ['--peer DIR'] : []),
  ].join(' ')
}
