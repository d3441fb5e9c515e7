/** What can be done with data before anything is trained: `data check` and `data pack`. */
import type { Command } from 'commander'

import { checkVerb, type DataCheckOptions } from './data-check.js'
import { checkJson, checkText } from './data-report.js'
import { decimal, whole } from './options.js'
import { Progress } from './progress.js'

export function define(command: Command): void {
  const check = command
    .command('check')
    .description('read every picture once and say what there is and what is wrong')
    .exitOverride()
  check
    .argument('<data>', 'folder, tar, array or named set')
    .option('--sample <n>', 'look at this many pictures at even distances instead of all', whole)
    .option('--near <bits>', 'bits of 64 by which pictures that look alike may differ, 0 to 16', whole)
    .option(
      '--bad-share <share>',
      'share of unreadable pictures that training is to be allowed',
      decimal,
      0.05,
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  selfsame data check my-pictures\n  selfsame data check cifar10 --json',
    )
    .action(async (data: string, options: DataCheckOptions) => {
      const checked = await checkVerb(data, options, new Progress())
      console.log(options.json ? JSON.stringify(checkJson(checked)) : checkText(checked))
      if (checked.interrupted) process.exitCode = 130
    })
}
