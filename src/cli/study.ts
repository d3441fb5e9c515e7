/** One table of the articles, measured beside the published one. */

import { join } from 'node:path'
import { type Command, Option } from 'commander'
import {
  BUDGETS,
  type BudgetName,
  findStudies,
  type Outcome,
  runStudies,
  STUDIES,
  type Study,
  workerFor,
  writePaper,
} from '../lab/index.js'
import { precisionFor } from '../trainer/machine.js'
import type { Progress } from '../trainer/progress.js'
import { counting } from './numbers.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { StopRequest } from './stop.js'

interface StudyOptions {
  data?: string
  budget: BudgetName
  seeds?: number
  jobs?: number
  out?: string
  paper?: boolean
  json?: boolean
}

export function define(command: Command): void {
  command
    .argument(
      '[names...]',
      `which: ${Object.keys(STUDIES).join(', ')}, all, or a .ts file with one of your own`,
    )
    .option('--data <data>', "other labelled pictures than the study's own")
    .addOption(
      new Option('--budget <name>', 'quick: minutes; full: what docs/lab.md shows')
        .choices(BUDGETS)
        .default('quick'),
    )
    .option('--seeds <n>', 'networks a row, each with other chances', counting)
    .option('--jobs <n>', 'networks trained at a time; one a core unless given', counting)
    .option('--out <folder>', 'where lab.md and the pictures go; default runs/lab-BUDGET')
    .option('--paper', "write the paper's own configurations instead, for a machine that can run them")
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nA study that was stopped goes on with the same command; finished networks are kept and shared between studies.\n\nExamples:\n  npx selfsame study                       lists the studies\n  npx selfsame study predictor\n  npx selfsame study all --budget full --out docs\n  npx selfsame study tau --paper --out runs/paper',
    )
    .action(async (names: string[], options: StudyOptions) => {
      if (names.length === 0) {
        list(options.json ?? false)
        return
      }
      const studies = await findStudies(names)
      if (options.paper) {
        const written = studies.flatMap((study) =>
          writePaper(study, join(options.out ?? 'runs/paper', study.name)),
        )
        say(options.json ? JSON.stringify({ files: written }) : written.join('\n'))
        return
      }
      await studyVerb(studies, options, new TerminalProgress())
    })
}

async function studyVerb(
  studies: readonly Study[],
  options: StudyOptions,
  progress: Progress,
): Promise<void> {
  const { budget, data, seeds, jobs, json } = options
  const out = options.out ?? join('runs', `lab-${budget}`)
  const began = performance.now()
  const stop = new StopRequest(() => progress.note('Stopping.'))
  const networks = { done: 0, total: 0 }
  let outcomes: Outcome[]
  try {
    outcomes = await runStudies(studies, {
      out,
      budget,
      ...(data && { data }),
      ...(seeds && { seeds }),
      worker: workerFor(studies),
      ...(jobs !== undefined && { jobs }),
      precision: (encoder) => precisionFor(encoder),
      words: wordsOf(options),
      progress: (done, total, share) => {
        Object.assign(networks, { done, total })
        progress.work(`Trained ${done} of ${total} networks,`, share, 1, began)
      },
      note: (text) => progress.note(text),
      signal: stop.signal,
    })
  } finally {
    stop.end()
    progress.close()
  }
  if (stop.requested) {
    const { done, total } = networks
    progress.note(
      `Stopped: ${done} of ${total} networks are trained and kept in ${out}; the same command goes on from there.`,
    )
    process.exitCode = 130
  }
  if (json) say(JSON.stringify({ studies: outcomes.map((one) => one.json), page: join(out, 'lab.md') }))
  else say(`${outcomes.map((one) => one.text).join('\n\n')}\n\nPage: ${join(out, 'lab.md')}`)
}

function list(json: boolean): void {
  const all = Object.values(STUDIES)
  if (json)
    say(JSON.stringify({ studies: all.map(({ name, title, question }) => ({ name, title, question })) }))
  else say(all.map(({ name, title }) => `${name.padEnd(18)}${title}`).join('\n'))
}

/** What is typed after the study's name to get the same page. */
function wordsOf({ data, budget, seeds, out }: StudyOptions): string {
  return [
    `--budget ${budget}`,
    ...(data ? [`--data ${data}`] : []),
    ...(seeds ? [`--seeds ${seeds}`] : []),
    ...(out ? [`--out ${out}`] : []),
  ].join(' ')
}
