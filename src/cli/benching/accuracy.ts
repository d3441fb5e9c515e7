/** `selfsame bench` of how soon features are good. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Accuracy, accuracyPage, compare, dump, measureAccuracy } from '../../bench/index.js'
import { openData } from '../../images/index.js'
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

const SECONDS = 60

export function accuracyHere(options: BenchOptions): Promise<Accuracy> {
  const { set, seconds = SECONDS } = options
  announce(options, `${seconds} s of training`, new TerminalProgress())
  return measureAccuracy({ data: set, precision: precisionGiven(options), seconds })
}

/** @returns the page */
export async function accuracyInTurn(options: BenchOptions): Promise<string> {
  const { set, rounds, peer, seconds = SECONDS } = options
  checkPeer(options)
  const progress = new TerminalProgress()
  const arrays = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
  try {
    const { train, test } = await openData(set)
    if (peer)
      for (const [name, source] of Object.entries({ train, test }))
        if (source) await dump(source, arrays, name)
    const sides = [
      ours(options, seconds, ['--set', set]),
      // at its best settings alone: each of its curves takes four times as long as ours
      ...(peer ? peers(options, peer, seconds, ['--arrays', arrays]).slice(-1) : []),
    ]
    announce(options, `${sides.length * rounds} × ${seconds} s of training`, progress)
    const found = await compare<Accuracy>(sides, {
      rounds,
      onMeasured: (side, { curve }) => progress.note(`${side.name}: ${curve.map(inWords).join(', ')}`),
    })
    const words = `--workload d --set ${set} --precision ${precisionOf(options)} --seconds ${seconds} --rounds ${rounds}`
    const about = {
      title: `BYOL on ${set}: k-NN accuracy against time`,
      ...making(`${words}${peer ? ' --peer DIR' : ''}`),
    }
    const text = accuracyPage(found, about)
    writePage(text, found, { name: `d-${set}-${precisionOf(options)}`, ...about }, options, progress)
    return text
  } finally {
    rmSync(arrays, { recursive: true, force: true })
  }
}

function inWords([seconds, knn]: [number, number]): string {
  return `${(100 * knn).toFixed(1)} % after ${seconds.toFixed(0)} s`
}
