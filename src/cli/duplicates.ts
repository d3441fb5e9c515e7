import { type Command, Option } from 'commander'
import { KEEP_DEFAULT, KEEP_RULES } from '../use/alike/keep.js'
import { type DuplicatesVerbOptions, duplicatesVerb } from './duplicating.js'
import { decimalIn } from './numbers.js'
import { say } from './say.js'

export function define(command: Command): void {
  command
    .argument('[index]', "folder that 'selfsame embed' wrote")
    .option(
      '--near <score>',
      'from which score on pictures are copies; found out unless given',
      decimalIn({ from: 0, to: 1 }),
    )
    .option('--similar <cosine>', 'from which cosine on others are similar', decimalIn({ from: 0, to: 1 }))
    .option(
      '--burst <seconds>',
      'within which pictures that differ are one burst',
      decimalIn({ from: 0 }),
      10,
    )
    .option(
      '--keep <rules>',
      `which of several to keep, with commas between: ${KEEP_RULES.join(', ')}`,
      KEEP_DEFAULT.join(','),
    )
    .option('--trash <folder>', 'move copies there, with a log that moves them back; nothing is ever deleted')
    .addOption(
      new Option('--level <level>', 'what is moved: the same files, the same pixels too, or near copies too')
        .choices(['file', 'pixels', 'near'])
        .default('pixels'),
    )
    .option('--protect <folders>', 'move nothing out of these, with commas between')
    .option('--undo <log>', 'move back what a log names')
    .option('--html <file>', 'write a page with the pictures')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npx selfsame duplicates my-index --html copies.html\n  npx selfsame duplicates my-index --level near --keep folder:originals,largest --trash ../copies\n  npx selfsame duplicates --undo ../copies/2026-11-30T12-00-00-1a2b3c4d/undo.jsonl',
    )
    .action(async (index: string | undefined, options: DuplicatesVerbOptions) => {
      const { text, json } = await duplicatesVerb(index, options)
      say(options.json ? JSON.stringify(json) : text)
    })
}
