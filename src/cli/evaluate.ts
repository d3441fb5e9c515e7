import type { Command } from 'commander'
import { askedInWords } from '../evaluate/asked.js'
import { failuresInWords } from '../evaluate/attempts.js'
import { type Judgement, judgeRun } from '../evaluate/evaluate.js'
import { evaluationOf } from '../evaluate/json.js'
import { writeReport } from '../evaluate/write-report.js'
import type { Data } from '../images/index.js'
import { BANK_PROTOCOLS, type Protocol } from '../judge/index.js'
import { printable } from '../printable.js'
import { terminalLabelFree, terminalTable, terminalTransfer } from '../report/index.js'
import type { Progress } from '../trainer/progress.js'
import { refuseEmpty } from './empty-words.js'
import { FAILURE } from './fail.js'
import { listed, whole } from './numbers.js'
import { inOptions } from './option-words.js'
import { followLinksOption, TRUST_CONFIG } from './options.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { version } from './version.js'

interface EvaluateOptions {
  data?: string
  protocol: string
  transfer?: string
  followLinks?: boolean
  seed: number
  fresh?: boolean
  trustConfig?: boolean
  json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<run>', "folder that 'selfsame train' wrote")
    .option('--data <data>', 'judge on other pictures than it was trained on')
    .option('--protocol <list>', `any of ${OFFERED.join(',')}`, OFFERED.join(','))
    .option(
      '--transfer <sets>',
      'other sets or folders with labels to judge the encoder on, with commas between',
    )
    .addOption(followLinksOption())
    .option('--fresh', 'embed all pictures anew, whatever features are kept in the run')
    .option('--trust-config', TRUST_CONFIG)
    .option('--seed <n>', 'number that all chance depends on', whole, 0)
    .option('--json', 'print one JSON object with the results')
    .addHelpText('after', '\nExample:\n  npx selfsame evaluate runs/my-pictures-byol --protocol knn,few')
    .action(async (run: string, options: EvaluateOptions) => {
      const { judgement, report } = await evaluateVerb(run, options, new TerminalProgress())
      if (options.json) say(JSON.stringify({ ...evaluationOf(run, judgement), report }))
      else say(closing(judgement, report))
      if (judgement.failures.length > 0) process.exitCode = FAILURE
    })
}

/** What is asked, and the run's pictures where they are listed already. */
type Asked = Omit<EvaluateOptions, 'json'> & { listed?: Data }

/** Judges a run and writes its report. */
export async function evaluateVerb(
  run: string,
  { data, listed: pictures, protocol, transfer, followLinks, seed, fresh, trustConfig }: Asked,
  progress: Progress,
): Promise<{ judgement: Judgement; report: string | undefined }> {
  const judgement = await judgeRun(
    run,
    {
      protocols: listed(protocol, OFFERED, 'protocol'),
      seed,
      fresh: fresh ?? false,
      trustConfig: trustConfig ?? false,
      ...(data && { data }),
      ...(pictures && { listed: pictures }),
      followLinks,
      transfer: listOf(transfer),
    },
    progress,
  )
  try {
    return { judgement, report: await writeReport(run, judgement, progress, version) }
  } finally {
    judgement.shown.dispose()
  }
}

/** All that can be asked for, in the order of the table. */
export const OFFERED: readonly Protocol[] = [...BANK_PROTOCOLS, 'finetune']

function listOf(text: string | undefined): string[] {
  const names = text?.split(',').map((name) => name.trim()) ?? []
  for (const name of names) refuseEmpty(name, `a part of --transfer '${text}'`)
  return names
}

/** The end of an evaluation on a terminal. */
export function closing(judgement: Judgement, report: string | undefined): string {
  const { table, asked, labelFree, supervised, transfer, conclusion, advice, notes, failures } = judgement
  const parts = [
    notes.map(printable).join('\n'),
    terminalTable(table),
    supervised
      ? `The supervised network names ${(100 * supervised.accuracy.mean).toFixed(1)} % of the test pictures rightly itself.`
      : '',
    transfer ? terminalTransfer(transfer) : '',
    labelFree.lines.length > 0 ? terminalLabelFree(labelFree.lines) : '',
    askedInWords(asked),
    [conclusion, inOptions(advice.sentence), ...(advice.command ? [`  ${advice.command}`] : [])]
      .map(printable)
      .join('\n'),
    failuresInWords(failures).map(printable).join('\n'),
    report === undefined ? '' : `Report: ${printable(report)}`,
  ]
  return parts
    .filter((part) => part !== '')
    .map((part) => `\n${part}`)
    .join('\n')
}
