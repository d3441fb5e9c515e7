/** How fast training is on this machine, beside lightly where its sources are given. */
import { type Command, Option } from 'commander'
import {
  accuracyHere,
  accuracyInTurn,
  type BenchOptions,
  PARTS,
  PRECISIONS,
  speedHere,
  speedInTurn,
  WORKLOADS,
} from '../bench/index.js'
import { counting, decimalIn, listed } from './numbers.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'

export function define(command: Command): void {
  command
    .addOption(
      new Option(
        '--workload <name>',
        'a: ResNet-18 at 32 px; b: ResNet-50 at 224 px; c: ViT-S/16 with multi-crop; d: the quick start, accuracy against time',
      )
        .choices([...Object.keys(WORKLOADS), 'd'])
        .default('a'),
    )
    .addOption(
      new Option('--precision <type>', 'auto takes what a run with that encoder would')
        .choices(PRECISIONS)
        .default('auto'),
    )
    .option(
      '--seconds <n>',
      'how long each part is timed, default 20; of training in workload d, default 60',
      decimalIn({ above: 0 }),
    )
    .option('--rounds <n>', 'how often each side is measured, in turn', counting, 3)
    .addOption(
      new Option('--parts <list>', `of workloads a to c, any of ${PARTS.join(',')}`)
        .argParser((text) => listed(text, PARTS, 'part'))
        .default(PARTS, `"${PARTS.join(',')}"`),
    )
    .option('--photographs <folder>', 'JPEG files for workloads b and c')
    .option('--set <name>', 'labelled pictures for workload d', 'fashion-mnist')
    .option('--peer <folder>', 'the sources of lightly, to be measured in turn')
    .option('--python <program>', 'a Python that has PyTorch and torchvision', '/usr/bin/python3')
    .option('--out <folder>', 'where a dated page is written; bench/results with --peer')
    .option('--json', 'measure ours once and print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame bench --workload a --precision f32 --seconds 10 --json')
    .action(async ({ json, ...options }: BenchOptions & { json?: boolean }) => {
      const [here, inTurn] =
        options.workload === 'd' ? [accuracyHere, accuracyInTurn] : [speedHere, speedInTurn]
      const progress = new TerminalProgress()
      if (json) say(JSON.stringify(await here(options, progress)))
      else say(await inTurn(options, progress))
    })
}
