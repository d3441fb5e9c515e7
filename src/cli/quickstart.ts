/** `npm start`: trains, judges and reports in one go, on Fashion-MNIST or the user's own pictures. */

import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { duration } from '../duration.js'
import { evaluationOf } from '../evaluate/json.js'
import { samePlace } from '../images/index.js'
import { judgedUnlabelled, type Protocol } from '../judge/index.js'
import { METHODS } from '../learn/index.js'
import type { RunRecord } from '../run/index.js'
import { shellWord } from '../shell.js'
import { blaming } from '../trainer/config.js'
import { makeRoom } from '../trainer/make-room.js'
import { dataOf } from '../trainer/open.js'
import { closing } from './evaluate.js'
import { FAILURE } from './fail.js'
import { settingsGiven } from './given.js'
import { evaluateVerb } from './judging.js'
import { addTrainOptions, type TrainOptions } from './options.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { resultOf, trainVerb } from './training.js'

/** Of training; judging and the report take about two more. */
const MINUTES = 2.5
/** The best of all that were tried on folders of a few thousand pictures: docs/own-pictures.md. */
const METHOD = 'smt-distilled'
/** What is of one method or another; where any is given, BYOL is what it is of. */
const OF_METHODS = ['preset', 'encoder', 'init', 'tau', 'config'] as const
/** What tells most for its time; no network is trained for it. */
const PROTOCOLS: readonly Protocol[] = ['few', 'linear', 'knn', 'retrieval', 'clustering']
/** Training pictures that classifiers learn from: of more, judging would take as long as training did. */
const MOST = 10_000

export function define(command: Command): void {
  addTrainOptions(command, {
    run: 'runs/quickstart, or runs/<folder>',
    minutes: `${MINUTES}`,
    method: `${METHOD} unless one, ${OF_METHODS.join(', ')} or set is given`,
  })
    .argument('[data]', 'folder of pictures; without it, Fashion-MNIST')
    .addHelpText('after', '\nExample:\n  npm start -- my-pictures')
    .action(async (data: string | undefined, options: TrainOptions) => {
      const began = performance.now()
      const progress = new TerminalProgress()
      const pictures = data ?? 'fashion-mnist'
      const run = options.run ?? join('runs', data ? basename(resolve(data)) || 'pictures' : 'quickstart')
      const words = settingsGiven(options).length > 0 ? process.argv.slice(2) : undefined
      const resume = await makeRoom(run, (record) => asBegun(record, pictures, words), progress)
      const method = methodFor(options)
      if (method && !resume) progress.note(`${method}: ${METHODS[method].idea}`)
      const { minutes = options.epochs === undefined ? MINUTES : undefined } = options
      const given = { ...options, run, resume, ...(minutes !== undefined && { minutes }) }
      const { summary, listed } = await blaming(options.config, () =>
        trainVerb(pictures, given, progress, method),
      )
      if (summary.status === 'interrupted') {
        progress.note(
          `Stopped after step ${summary.steps} of ${summary.totalSteps}; everything is saved. The same command goes on from here.`,
        )
        if (options.json) say(JSON.stringify(resultOf(run, summary)))
        process.exitCode = 130
        return
      }
      progress.note(`Trained in ${duration(summary.seconds)}. ${summary.collapse?.sentence ?? ''}`)
      const protocol = PROTOCOLS.join(',')
      const found = await evaluateVerb(
        run,
        {
          protocol,
          seed: 0,
          most: MOST,
          listed,
          ...(options.trustConfig && { trustConfig: true }),
        },
        progress,
        ['evaluate', run, '--protocol', protocol, '--most', `${MOST}`],
      )
      if (!found) return
      const { judgement, report } = found
      if (judgement.failures.length > 0) process.exitCode = FAILURE
      if (options.json) {
        say(
          JSON.stringify({ ...resultOf(run, summary), judged: { ...evaluationOf(run, judgement), report } }),
        )
        return
      }
      // a new run was told so when it began
      say(closing(judgement, report, resume ? undefined : `${judgedUnlabelled(listed)}.`))
      if (judgement.table.length > 0)
        progress.note(
          `More, beside a supervised network and with fine-tuning: npx selfsame evaluate ${shellWord(run)}`,
        )
      progress.note(
        `Training ${duration(summary.seconds)}, judging ${duration(judgement.seconds)}, ${duration((performance.now() - began) / 1000)} in all.`,
      )
    })
}

/** Undefined where what is given decides. */
function methodFor(options: TrainOptions): typeof METHOD | undefined {
  if (options.method) return undefined
  return OF_METHODS.some((name) => options[name] !== undefined) || options.set.length > 0 ? undefined : METHOD
}

/**
 * Whether a run learns from the same pictures, by the same command.
 * @param words the command after `selfsame`, where it says more than which pictures
 */
export function asBegun(record: RunRecord, data: string, words?: readonly string[]): boolean {
  if (words && besides(record.data, record.command) !== besides(data, words)) return false
  return samePlace(dataOf(record), data)
}

/** A command but for the pictures, which have several names. */
function besides(data: string, command: readonly string[]): string {
  return command.filter((word) => word !== data).join('\n')
}
