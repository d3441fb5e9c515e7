/** What `evaluate` and the second half of `npm start` do: judge a run and write its report, unless Ctrl-C stops it. */
import { type Judgement, type JudgingOptions, judgeRun, type Question } from '../evaluate/evaluate.js'
import { writeReport } from '../evaluate/write-report.js'
import type { Data } from '../images/index.js'
import { BANK_PROTOCOLS, type Clicked } from '../judge/index.js'
import { shellLine } from '../shell.js'
import type { Wanted } from '../trainer/judged-state.js'
import type { Progress } from '../trainer/progress.js'
import { version } from '../version.js'
import { refuseEmpty } from './empty-words.js'
import { listed } from './numbers.js'
import { StopRequest } from './stop.js'

/** What is asked unless told, in the order of the table. */
export const USUAL: readonly Question[] = [...BANK_PROTOCOLS, 'finetune']
/** All that can be asked for. */
export const OFFERED: readonly Question[] = [...USUAL, 'decide']

export interface EvaluateOptions {
  data?: string
  protocol: string
  transfer?: string
  followLinks?: boolean
  seed: number
  most?: number
  checkpoint?: Wanted
  clicks?: boolean
  clicked?: Clicked
  fresh?: boolean
  trustConfig?: boolean
  json?: boolean
}

/** What is asked, and the run's pictures where they are listed already. */
type Asked = Omit<EvaluateOptions, 'json'> & { listed?: Data }

/**
 * Judges a run and writes its report, unless Ctrl-C stops it.
 * @param again the command that goes on then
 */
export async function evaluateVerb(
  run: string,
  {
    data,
    listed: pictures,
    protocol,
    transfer,
    followLinks,
    seed,
    most,
    fresh,
    trustConfig,
    checkpoint,
    clicks,
    clicked,
  }: Asked,
  progress: Progress,
  again: readonly string[],
): Promise<{ judgement: Judgement; report: string | undefined } | undefined> {
  const options: JudgingOptions = {
    ...(checkpoint && { checkpoint }),
    protocols: listed(protocol, OFFERED, 'protocol'),
    seed,
    fresh: fresh ?? false,
    trustConfig: trustConfig ?? false,
    ...(data && { data }),
    ...(pictures && { listed: pictures }),
    followLinks,
    most,
    clicks: clicks ?? false,
    clicked,
    transfer: listOf(transfer),
  }
  const stop = new StopRequest(() => progress.note('Stopping. Ctrl-C again stops at once.'))
  try {
    const judgement = await judgeRun(run, { ...options, signal: stop.signal }, progress)
    try {
      const report = await writeReport(run, judgement, progress, version, stop.signal)
      return { judgement, report }
    } finally {
      judgement.shown.dispose()
    }
  } catch (error) {
    if (error !== stop.signal.reason) throw error
    progress.note(
      `Stopped; what was embedded and judged by now is kept. Go on with: npx selfsame ${shellLine(again)}`,
    )
    process.exitCode = 130
    return undefined
  } finally {
    stop.end()
  }
}

function listOf(text: string | undefined): string[] {
  const names = text?.split(',').map((name) => name.trim()) ?? []
  for (const name of names) refuseEmpty(name, `a part of --transfer '${text}'`)
  return names
}
