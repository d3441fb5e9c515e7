import type { Command } from 'commander'
import { askedInWords } from '../evaluate/asked.js'
import { failuresInWords } from '../evaluate/attempts.js'
import type { Judgement } from '../evaluate/evaluate.js'
import { evaluationOf } from '../evaluate/json.js'
import { printable } from '../printable.js'
import { terminalDecision, terminalLabelFree, terminalTable, terminalTransfer } from '../report/index.js'
import { FAILURE } from './fail.js'
import { type EvaluateOptions, evaluateVerb, OFFERED, USUAL } from './judging.js'
import { chosenOf, counting, whole } from './numbers.js'
import { inOptions } from './option-words.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { checkpointOption, followLinksOption, TRUST_CONFIG } from './shared-options.js'

export function define(command: Command): void {
  command
    .argument('<run>', "folder that 'selfsame train' wrote")
    .option('--data <data>', 'judge on other pictures than it was trained on')
    .option('--protocol <list>', `any of ${OFFERED.join(',')}`, USUAL.join(','))
    .option(
      '--transfer <sets>',
      'other sets or folders with labels to judge the encoder on, with commas between',
    )
    .addOption(followLinksOption())
    .option('--most <n>', 'training pictures that classifiers learn from, at most', counting)
    .addOption(checkpointOption())
    .option('--clicks', 'put twenty blind questions into the report: whose neighbours look better to you?')
    .option('--clicked <n/20>', 'what you chose there; it decides where there are no labels', chosenOf)
    .option('--fresh', 'embed all pictures anew, whatever features are kept in the run')
    .option('--trust-config', TRUST_CONFIG)
    .option('--seed <n>', 'number that all chance depends on', whole, 0)
    .option('--json', 'print one JSON object with the results')
    .addHelpText('after', '\nExample:\n  npx selfsame evaluate runs/my-pictures-byol --protocol knn,few')
    .action(async (run: string, options: EvaluateOptions) => {
      const again = process.argv.slice(2).filter((word) => word !== '--fresh')
      const found = await evaluateVerb(run, options, new TerminalProgress(), again)
      if (!found) return
      const { judgement, report } = found
      if (options.json) say(JSON.stringify({ ...evaluationOf(run, judgement), report }))
      else say(closing(judgement, report))
      if (judgement.failures.length > 0) process.exitCode = FAILURE
    })
}

/** The end of an evaluation on a terminal. @param told a note that was read before */
export function closing(judgement: Judgement, report: string | undefined, told?: string): string {
  const given = judgement.record.init !== undefined
  const {
    table,
    asked,
    labelFree,
    decision,
    supervised,
    clicks,
    transfer,
    conclusion,
    advice,
    notes,
    failures,
  } = judgement
  const parts = [
    notes
      .filter((note) => note !== told)
      .map(printable)
      .join('\n'),
    terminalTable(table, given),
    supervised
      ? `The supervised network names ${(100 * supervised.accuracy.mean).toFixed(1)} % of the test pictures rightly itself.`
      : '',
    transfer ? terminalTransfer(transfer, given) : '',
    labelFree.lines.length > 0 ? terminalLabelFree(labelFree.lines, given) : '',
    decision ? terminalDecision(decision, given) : '',
    askedInWords(asked),
    [conclusion, inOptions(advice.sentence), ...(advice.command ? [`  ${advice.command}`] : [])]
      .map(printable)
      .join('\n'),
    failuresInWords(failures).map(printable).join('\n'),
    report === undefined
      ? ''
      : `Report: ${printable(report)}${clicks ? ', with questions for your eyes' : ''}`,
  ]
  return parts
    .filter((part) => part !== '')
    .map((part) => `\n${part}`)
    .join('\n')
}
