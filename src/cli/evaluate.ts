import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { suggestion, UsageError } from '../errors.js'
import { BANK_PROTOCOLS, type BankProtocol } from '../judge/index.js'
import { terminalLabelFree, terminalTable } from '../report/index.js'
import { evaluationOf } from './judging/json.js'
import { type Judgement, judgeRun } from './judging.js'
import { whole } from './options.js'
import { Progress } from './progress.js'
import { writeReport } from './write-report.js'

interface EvaluateOptions {
  data?: string
  protocol: string
  seed: number
  json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<run>', "folder that 'selfsame train' wrote")
    .option('--data <data>', 'judge on other pictures than it was trained on')
    .option('--protocol <list>', `any of ${BANK_PROTOCOLS.join(',')}`, BANK_PROTOCOLS.join(','))
    .option('--seed <n>', 'number that all chance depends on', whole, 0)
    .option('--json', 'print one JSON object with the results')
    .addHelpText('after', '\nExample:\n  selfsame evaluate runs/my-pictures-byol --protocol knn,few')
    .action(async (run: string, options: EvaluateOptions) => {
      const { judgement, report } = await evaluateVerb(run, options, new Progress())
      if (options.json) console.log(JSON.stringify({ ...evaluationOf(run, judgement), report }))
      else console.log(closing(judgement, report))
    })
}

/** Judges a run and writes its report. */
export async function evaluateVerb(
  run: string,
  { data, protocol, seed }: Omit<EvaluateOptions, 'json'>,
  progress: Progress,
): Promise<{ judgement: Judgement; report: string }> {
  const judgement = await judgeRun(
    run,
    { protocols: protocolsOf(protocol), seed, ...(data && { data }) },
    progress,
  )
  try {
    return { judgement, report: await writeReport(run, judgement, progress, ownVersion()) }
  } finally {
    judgement.shown.dispose()
  }
}

function protocolsOf(list: string): BankProtocol[] {
  return list.split(',').map((name) => {
    const known = BANK_PROTOCOLS.find((protocol) => protocol === name.trim())
    if (!known) throw new UsageError(`there is no protocol '${name}': ${suggestion(name, BANK_PROTOCOLS)}`)
    return known
  })
}

function ownVersion(): string {
  return (
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  ).version
}

/** The end of an evaluation on a terminal. */
export function closing({ table, labelFree, conclusion, notes }: Judgement, report: string): string {
  const parts = [
    notes.join('\n'),
    terminalTable(table),
    terminalLabelFree(labelFree.lines),
    conclusion,
    `Report: ${report}`,
  ]
  return parts
    .filter((part) => part !== '')
    .map((part) => `\n${part}`)
    .join('\n')
}
