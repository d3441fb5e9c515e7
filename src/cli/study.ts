/** One table of the articles, measured beside the published one. */
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { BUDGETS, findStudies, STUDIES, writePaper } from '../lab/index.js'
import { counting } from './numbers.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { type StudyOptions, studyVerb } from './study-run.js'

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

function list(json: boolean): void {
  const all = Object.values(STUDIES)
  if (json)
    say(JSON.stringify({ studies: all.map(({ name, title, question }) => ({ name, title, question })) }))
  else say(all.map(({ name, title }) => `${name.padEnd(18)}${title}`).join('\n'))
}
