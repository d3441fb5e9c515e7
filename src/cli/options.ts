/** The options of training. */
import { type Command, Option } from 'commander'
import { PRESET_NAMES } from '../learn/index.js'
import { counting, decimalIn, share, whole, wholeIn } from './numbers.js'
import { followLinksOption, TRUST_CONFIG } from './shared-options.js'

/** Threads that Node's pool can have. */
const MOST_WORKERS = 1024

export interface TrainOptions {
  method?: string
  preset?: (typeof PRESET_NAMES)[number]
  encoder?: string
  init?: string
  epochs?: number
  minutes?: number
  batch?: number
  accumulate?: number
  size?: number
  lr?: number
  tau?: number
  precision: 'auto' | 'float32' | 'bfloat16'
  seed?: number
  config?: string
  trustConfig?: boolean
  set: string[]
  followLinks?: boolean
  run?: string
  resume?: boolean
  checkpointEvery?: number
  badShare?: number
  workers?: number
  probeEvery?: number
  stopEarly?: number
  json?: boolean
}

/** Adds the options that say what is trained and how, with what the verb takes where none is given. */
export function addTrainOptions(
  command: Command,
  otherwise: { run: string; minutes?: string; method?: string } = { run: 'runs/<data>-<method>' },
): Command {
  const { run, minutes, method = 'byol unless given' } = otherwise
  return command
    .option('--method <name>', `method to train with; ${method} (npx selfsame methods lists them)`)
    .addOption(
      new Option('--preset <name>', 'whose numbers to start from; small unless given').choices(PRESET_NAMES),
    )
    .option(
      '--encoder <name>',
      'small, resnet18 … resnet200, resnet50x2 (twice the width), vit-mini/4, vit-s/16 (patches of 16 px) …',
    )
    .option(
      '--init <file>',
      'weights that the encoder begins from: a safetensors file, a run, or a published encoder by name (docs/init.md)',
    )
    .option('--epochs <n>', 'passes over all pictures', decimalIn({ above: 0 }))
    .option(
      '--minutes <n>',
      `without --epochs: as many passes as fit into this time${minutes ? `; default ${minutes}` : ''}`,
      decimalIn({ above: 0 }),
    )
    .option('--batch <n>', 'pictures an optimiser step', wholeIn({ from: 2 }))
    .option('--accumulate <n>', 'parts a batch is computed in, to save memory', counting)
    .option('--size <px>', 'side of the views', wholeIn({ from: 8, to: 1024 }))
    .option('--lr <rate>', 'learning rate for a batch of 256', decimalIn({ from: 0, to: 1e30 }))
    .option('--tau <share>', 'share of itself that the target keeps each step', share)
    .addOption(
      new Option(
        '--precision <type>',
        'auto takes bfloat16 where that is faster: for transformers on a processor that has it, and on a GPU',
      )
        .choices(['auto', 'float32', 'bfloat16'])
        .default('auto'),
    )
    .option('--seed <n>', 'number that all chance depends on', whole)
    .option('--config <file>', 'a .ts or .js file whose default export holds settings')
    .option(
      '--set <key=value>',
      'any single setting, e.g. target.tau=0 (repeatable)',
      (text, list: string[]) => [...list, text],
      [],
    )
    .option('--trust-config', TRUST_CONFIG)
    .addOption(followLinksOption())
    .option('--run <folder>', `where to write; default ${run}`)
    .option('--checkpoint-every <steps>', 'steps between checkpoints; default every two minutes', counting)
    .option('--bad-share <share>', 'share of unreadable pictures at which to stop; default 0.05', share)
    .option(
      '--workers <n>',
      'threads that decode pictures; 0 reads each batch only when it is needed',
      wholeIn({ from: 0, to: MOST_WORKERS }),
    )
    .option(
      '--probe-every <epochs>',
      'epochs between two looks at how well classes can be read off, or without labels halves be found; 0 for none, about ten a run unless given',
      decimalIn({ from: 0 }),
    )
    .option(
      '--stop-early <looks>',
      'looks in a row that know clearly less than the best after which training stops; 0 for never, 4 unless given; without labels never unless given',
      wholeIn({ from: 0 }),
    )
    .option('--json', 'print one JSON object with the results')
}
