/** What can be done with data before anything is trained: `data check` and `data pack`. */
import type { Command } from 'commander'
import { checkJson, checkText } from '../images/index.js'
import { checkVerb, type DataCheckOptions } from './data-check.js'
import { type DataPackOptions, packJson, packText, packVerb } from './data-pack.js'
import { counting, share } from './numbers.js'
import { inOptions } from './option-words.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { followLinksOption } from './shared-options.js'

const NEAR =
  'Copies of another size, cut, mirrored or recoloured: npx selfsame embed RUN DATA --out INDEX, then npx selfsame duplicates INDEX.'

export function define(command: Command): void {
  const check = command
    .command('check')
    .description('read every picture once and say what there is and what is wrong')
    .exitOverride()
  check
    .argument('<data>', 'folder, tar, array or named set')
    .option('--sample <n>', 'look at this many pictures at even distances instead of all', counting)
    .addOption(followLinksOption())
    .option('--bad-share <share>', 'share of unreadable pictures that training is to be allowed', share, 0.05)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  npx selfsame data check my-pictures\n  npx selfsame data check cifar10 --json',
    )
    .action(async (data: string, options: DataCheckOptions) => {
      const checked = await checkVerb(data, options, new TerminalProgress())
      say(options.json ? JSON.stringify(checkJson(checked)) : `${inOptions(checkText(checked))}\n\n${NEAR}`)
      if (checked.interrupted) process.exitCode = 130
    })
  const pack = command
    .command('pack')
    .description('write all pictures into a few files that are read fast')
    .exitOverride()
  pack
    .argument('<data>', 'folder, tar, array or named set')
    .addOption(followLinksOption())
    .option('--out <folder>', 'where to write; a new folder, or one that the same command wrote to before')
    .option('--shard-mb <n>', 'MiB after which a tar ends and the next one begins; default 256', counting)
    .option(
      '--decoded',
      'arrays of pixels (.npy) instead of files: nothing is left to decode, but it takes more space',
    )
    .option(
      '--size <px>',
      'with --decoded: make pictures squares of this side; without it all must be of one size',
      counting,
    )
    .option('--force', 'replace what was packed there before')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  npx selfsame data pack my-pictures --out shards\n  npx selfsame data pack my-pictures --out small --decoded --size 96',
    )
    .action(async (data: string, options: DataPackOptions) => {
      const outcome = await packVerb(data, options, new TerminalProgress())
      say(options.json ? JSON.stringify(packJson(outcome)) : packText(outcome))
      if (outcome.status === 'stopped') process.exitCode = 130
    })
}
