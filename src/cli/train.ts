import type { Command } from 'commander'
import { duration } from '../duration.js'
import { printable } from '../printable.js'
import { openRun, type TrainingSummary } from '../run/index.js'
import { shellWord } from '../shell.js'
import { blaming } from '../trainer/config.js'
import { forecastInWords } from '../trainer/forecast.js'
import { hasEnded } from '../trainer/kept.js'
import { goOnCommand, inOptions } from './option-words.js'
import { addTrainOptions, type TrainOptions } from './options.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { planVerb, refuseChanges, resultOf, trainVerb } from './training.js'

export function define(command: Command): void {
  addTrainOptions(command)
    .argument(
      '[data]',
      'folder, tar, manifest or array of pictures, or a named set such as cifar10 (docs/data.md)',
    )
    .option('--resume', 'go on with the run in --run from its last checkpoint, as it was begun')
    .option('--plan', 'say what it would take, by a few steps that are thrown away, and train nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  npx selfsame train my-pictures --epochs 20 --run runs/mine\n  npx selfsame train my-pictures --epochs 20 --plan\n  npx selfsame train --run runs/mine --resume\n  npx selfsame train fashion-mnist --set target.tau=0 --set predictor=null',
    )
    .action((data: string | undefined, options: TrainOptions & { plan?: boolean }) =>
      blaming(options.config, () => act(data, options)),
    )
}

async function act(data: string | undefined, options: TrainOptions & { plan?: boolean }): Promise<void> {
  if (options.plan) {
    const forecast = await planVerb(data, options, new TerminalProgress())
    say(options.json ? JSON.stringify(forecast) : forecastInWords(forecast))
    return
  }
  if (options.resume && options.run) refuseChanges(openRun(options.run), data, options)
  const { run, summary } = await trainVerb(data, options, new TerminalProgress())
  if (options.json) say(JSON.stringify(resultOf(run, summary)))
  else say(closing(run, summary))
  if (summary.status === 'interrupted') process.exitCode = 130
}

function closing(
  run: string,
  { status, collapse, seconds, imagesPerSecond: speed, steps, totalSteps: total, setAside }: TrainingSummary,
): string {
  const lines = [
    hasEnded({ status })
      ? `Trained ${steps} steps in ${duration(seconds)}${speed > 0 ? ` (${Math.round(speed).toLocaleString('en')} pictures/s)` : ''}.`
      : `Stopped after step ${steps} of ${total}; everything is saved. Go on with:\n  ${goOnCommand(run)}`,
  ]
  if (collapse) lines.push(collapse.sentence, ...(collapse.remedy ? [inOptions(collapse.remedy)] : []))
  if (setAside > 0)
    lines.push(`${setAside} pictures could not be read; ${printable(run)}/quarantine.jsonl says why.`)
  if (hasEnded({ status })) lines.push(`Judge it with: npx selfsame evaluate ${shellWord(run)}`)
  return lines.join('\n')
}
