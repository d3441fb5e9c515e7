import type { Command } from 'commander'
import { type LabelVerbOptions, labelVerb } from './labelling.js'
import { counting, share, whole } from './numbers.js'
import { say } from './say.js'

export function define(command: Command): void {
  command
    .argument('<index>', "folder that 'selfsame embed' wrote")
    .option('--labels <file>', "lines of 'path,label' or JSON; the labels of the index itself unless given")
    .option('--out <file>', 'write all labels with their confidence as CSV; with --next, what to label')
    .option('--unsure <confidence>', 'below which a label is unsure', share, 0.5)
    .option('--next <n>', 'pick the next pictures to label instead; works without any label, too', counting)
    .option('--none', 'pick as if no picture had a label')
    .option(
      '--html <file>',
      'write a page: what to label next, or of each class the surest and the least sure',
    )
    .option('--seed <n>', 'number that all chance depends on', whole, 0)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npx selfsame label my-index --next 20 --out ask.csv --html ask.html\n  (fill in the second column)\n  npx selfsame label my-index --labels ask.csv --out labels.csv',
    )
    .action(async (index: string, options: LabelVerbOptions) => {
      const { text, json } = await labelVerb(index, options)
      say(options.json ? JSON.stringify(json) : text)
    })
}
