/** Options that several verbs share, and how their words become values. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { suggestion, UsageError } from '../errors.js'
import { parseEncoder } from '../learn/encoder/encoders.js'
import { PRESET_NAMES } from '../learn/presets.js'
import type { Overrides } from '../learn/settings.js'

export function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError(`Expected a whole number, got '${text}'.`)
  return value
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

/** From 1 on. */
export function counting(text: string): number {
  const value = whole(text)
  if (value === 0) throw new InvalidArgumentError('Expected 1 or more.')
  return value
}

export function decimal(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError(`Expected a number, got '${text}'.`)
  return value
}

/** 0 or a positive number. */
export function period(text: string): number {
  const value = decimal(text)
  if (value < 0) throw new InvalidArgumentError(`Expected 0 or a number above it, got '${text}'.`)
  return value
}

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
    .option('--epochs <n>', 'passes over all pictures', decimal)
    .option(
      '--minutes <n>',
      `without --epochs: as many passes as fit into this time${minutes ? `; default ${minutes}` : ''}`,
      decimal,
    )
    .option('--batch <n>', 'pictures an optimiser step', whole)
    .option('--accumulate <n>', 'parts a batch is computed in, to save memory', whole)
    .option('--size <px>', 'side of the views', whole)
    .option('--lr <rate>', 'learning rate for a batch of 256', decimal)
    .option('--tau <share>', 'share of itself that the target keeps each step', decimal)
    .addOption(
      new Option('--precision <type>', 'auto takes bfloat16 where the processor has it')
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
    .option('--run <folder>', `where to write; default ${run}`)
    .option('--checkpoint-every <steps>', 'steps between checkpoints; default every two minutes', whole)
    .option('--bad-share <share>', 'share of unreadable pictures at which to stop; default 0.05', decimal)
    .option('--workers <n>', 'threads that decode pictures; 0 reads each batch only when it is needed', whole)
    .option(
      '--probe-every <epochs>',
      'epochs between two looks at how well classes can be read off; 0 for none, about ten a run unless given',
      period,
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
