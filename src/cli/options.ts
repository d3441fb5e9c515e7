/** Options that several verbs share, and how their words become values. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { suggestion, UsageError } from '../errors.js'
import { parseEncoder } from '../learn/encoder/encoders.js'
import { PRESET_NAMES } from '../learn/presets.js'
import type { Overrides } from '../learn/settings.js'

/** What numbers an option takes. */
interface Range {
  /** The least, and the most. */
  from?: number
  to?: number
  /** Only numbers beyond this. */
  above?: number
}

/** A parser of numbers of a range, which it names to those who give another. */
export function decimalIn(range: Range): (text: string) => number {
  return (text) => parsed(text, 'a number', range, Number.isFinite)
}

/** The same for whole numbers. */
export function wholeIn(range: Range): (text: string) => number {
  return (text) => parsed(text, 'a whole number', range, Number.isSafeInteger)
}

/** From 0 on. */
export const whole = wholeIn({ from: 0 })
/** From 1 on. */
export const counting = wholeIn({ from: 1 })
export const share = decimalIn({ from: 0, to: 1 })

function parsed(text: string, what: string, range: Range, fits: (value: number) => boolean): number {
  const { from = -Infinity, to = Infinity, above = -Infinity } = range
  const value = Number(text)
  if (text.trim() !== '' && fits(value) && value >= from && value <= to && value > above) return value
  // beyond it numbers are no longer told apart
  const most = fits === Number.isSafeInteger ? Math.min(to, Number.MAX_SAFE_INTEGER) : to
  const bounds = [
    ...(from > -Infinity ? [`at least ${from}`] : []),
    ...(above > -Infinity ? [`more than ${above}`] : []),
    ...(to < Infinity || value > most ? [`at most ${most}`] : []),
  ]
  throw new InvalidArgumentError(
    `Expected ${what}${bounds.length > 0 ? ` of ${bounds.join(' and ')}` : ''}, got '${text}'.`,
  )
}

/**
 * Names with commas between, each one of `known`.
 * @throws UsageError with the nearest right name
 */
export function listed<T extends string>(text: string, known: readonly T[], what: string): T[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name.trim())
    if (!found) throw new UsageError(`there is no ${what} '${name}': ${suggestion(name, known)}`)
    return found
  })
}

/** Threads that Node's pool can have. */
const MOST_WORKERS = 1024

export interface TrainOptions {
  method?: string
  preset?: (typeof PRESET_NAMES)[number]
  encoder?: string
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
  json?: boolean
}

/** What every verb says of it that opens a run. */
export const TRUST_CONFIG =
  'run the config file of a run that was not begun here; it is a program, so look at it first'

/** For verbs that open a folder. */
export function followLinksOption(): Option {
  return new Option('--follow-links', 'follow links in a folder of pictures also where they lead out of it')
}

/** Adds the options that say what is trained and how, with what the verb takes where none is given. */
export function addTrainOptions(
  command: Command,
  otherwise: { run: string; minutes?: string } = { run: 'runs/<data>-<method>' },
): Command {
  const { run, minutes } = otherwise
  return command
    .option('--method <name>', 'method to train with; byol unless given (npx selfsame methods lists them)')
    .addOption(
      new Option('--preset <name>', 'whose numbers to start from; small unless given').choices(PRESET_NAMES),
    )
    .option(
      '--encoder <name>',
      'small, resnet18 … resnet200, resnet50x2 (twice the width), vit-mini/4, vit-s/16 (patches of 16 px) …',
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
      'epochs between two looks at how well classes can be read off; 0 for none, about ten a run unless given',
      decimalIn({ from: 0 }),
    )
    .option('--json', 'print one JSON object with the results')
}

const CHOSEN_AT_THE_START = [
  'method',
  'preset',
  'encoder',
  'epochs',
  'minutes',
  'batch',
  'accumulate',
  'size',
  'lr',
  'tau',
  'seed',
  'config',
] as const

/** The options among those given that a run which goes on has settled already. */
export function settingsGiven(options: TrainOptions): string[] {
  return [
    ...CHOSEN_AT_THE_START.filter((name) => options[name] !== undefined),
    ...(options.precision === 'auto' ? [] : ['precision']),
    ...(options.set.length > 0 ? ['set'] : []),
    ...(options.followLinks ? ['follow-links'] : []),
  ]
}

/** The settings that were given as options of their own. */
export function overridesOf(options: TrainOptions): Overrides {
  const { encoder, epochs, batch, accumulate, size, lr, tau, seed } = options
  return compact({
    encoder: encoder === undefined ? undefined : parseEncoder(encoder),
    epochs,
    batch,
    accumulate,
    size,
    learningRate: lr,
    seed,
    target: tau === undefined ? undefined : { tau },
  }) as Overrides
}

function compact(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined))
}
