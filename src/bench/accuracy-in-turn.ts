/** How soon features are good, by us alone or beside a peer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openData } from '../images/index.js'
import type { Progress } from '../trainer/progress.js'
import { type Accuracy, measureAccuracy } from './accuracy.js'
import { accuracyPage } from './accuracy-page.js'
import { compare } from './compare.js'
import { dump } from './dump.js'
import { announce, type BenchOptions, precisionGiven, precisionOf } from './options.js'
import { accuracySides, checkPeer, commandOf } from './sides.js'
import { making, writePage } from './written.js'

const SECONDS = 60

/** Ours, once, in this process. */
export function accuracyHere(options: BenchOptions, progress: Progress): Promise<Accuracy> {
  const { set, seconds = SECONDS } = options
  announce(options, `${seconds} s of training`, progress)
  return measureAccuracy({ data: set, precision: precisionGiven(options), seconds })
}

/** All sides in turn. @returns the page @throws UsageError when the peer is not there */
export async function accuracyInTurn(options: BenchOptions, progress: Progress): Promise<string> {
  const { set, rounds, peer, seconds = SECONDS } = options
  checkPeer(options)
  const arrays = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
  try {
    const { train, test } = await openData(set)
    if (peer)
      for (const [name, source] of Object.entries({ train, test }))
        if (source) await dump(source, arrays, name)
    const sides = accuracySides(options, seconds, arrays)
    announce(options, `${sides.length * rounds} × ${seconds} s of training`, progress)
    const found = await compare<Accuracy>(sides, {
      rounds,
      onMeasured: (side, { curve }) => progress.note(`${side.name}: ${curve.map(inWords).join(', ')}`),
    })
    const about = making(`BYOL on ${set}: k-NN accuracy against time`, commandOf(options, seconds))
    const text = accuracyPage(found, about)
    writePage(text, found, `d-${set}-${precisionOf(options)}`, about, options, progress)
    return text
  } finally {
    rmSync(arrays, { recursive: true, force: true })
  }
}

function inWords([seconds, knn]: [number, number]): string {
  return `${(100 * knn).toFixed(1)} % after ${seconds.toFixed(0)} s`
}
