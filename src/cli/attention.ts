/** What a trained vision transformer looks at, as PNG files. */
import type { Command } from 'commander'
import { type AttentionOptions, ROWS, showAttention } from '../library/attention.js'
import { printable } from '../printable.js'
import { counting, decimalIn } from './numbers.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { checkpointOption, TRUST_CONFIG } from './shared-options.js'

export function define(command: Command): void {
  command
    .argument('<run>', "folder that 'selfsame train' wrote with a vision transformer")
    .argument('[data]', 'pictures to look at; those it is judged on unless given')
    .option('--out <folder>', 'where the PNG files go; default RUN/attention')
    .option('--count <n>', 'pictures, at even distances', counting, ROWS)
    .option(
      '--size <px>',
      'side they are looked at, a multiple of the patch; default twice the judged one',
      counting,
    )
    .option(
      '--mass <share>',
      'show only the patches that hold this share of the attention',
      decimalIn({ above: 0, to: 1 }),
      1,
    )
    .addOption(checkpointOption())
    .option('--trust-config', TRUST_CONFIG)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  npx selfsame train my-pictures --method dino --encoder vit-mini/4 --run runs/vit\n  npx selfsame attention runs/vit --mass 0.6',
    )
    .action(async (run: string, data: string | undefined, options: AttentionOptions & { json?: boolean }) => {
      const files = await showAttention(run, { ...options, data, progress: new TerminalProgress() })
      if (options.json) say(JSON.stringify({ run, files }))
      else
        say(
          `Each row: the picture, the mean over the heads, then head by head; bright is looked at.\n${files.map(printable).join('\n')}`,
        )
    })
}
