/** Settings from a file and from `--set`. */
import { resolve } from 'node:path'
import { SelfsameError, UsageError } from '../errors.js'
import type { EncoderFactory } from '../learn/encoder/encoder.js'
import type { Method } from '../learn/method.js'
import { findMethod } from '../learn/methods.js'
import type { PresetName } from '../learn/presets.js'
import type { Overrides } from '../learn/settings.js'
import { shown } from '../printable.js'
import { refuseEmpty } from './empty-words.js'
import { evaluateDefault, programIn } from './program-file.js'

/**
 * What a config file may hold: any part of the settings, the preset by name, the method by name or as an object, and an
 * encoder of the user's own as a function.
 */
export type Config = Omit<Overrides, 'encoder'> & {
  method?: string | Method
  preset?: PresetName
  encoder?: Overrides['encoder'] | EncoderFactory
}

/** The config in a `.ts` or `.js` file, and the very bytes that it was read from. */
export async function loadConfig(path: string): Promise<{ config: Config; source: Buffer }> {
  const source = programIn(path, 'config')
  return { config: (await evaluateDefault(source.toString(), path, 'config')) as Config, source }
}

/** The method of a config with the encoder of a config, or the built-in one of a name. */
export function methodOf({ method, encoder }: Config, otherwise: string): Method {
  const named = method === undefined || typeof method === 'string'
  const chosen = named ? findMethod(method ?? otherwise) : checked(method)
  return typeof encoder === 'function' ? { ...chosen, encoder } : chosen
}

/** The method of a run that was begun with a config, where words on the command line came before the file. */
export function methodOfRun(config: Config, name: string, encoderName: string): Method {
  const { method, encoder } = config
  const own = typeof method === 'object' && method.name === name ? method : name
  const isUsed = typeof encoder === 'function' && labelOf(encoder) === encoderName
  return methodOf({ method: own, ...(isUsed && { encoder }) }, name)
}

/** What the settings call an encoder that is a function. */
export function labelOf(encoder: EncoderFactory): string {
  return encoder.name || 'own'
}

/** An error that came out of a user's own method or encoder, in one sentence that names its place there. */
export function ownFault(error: unknown, config: string): unknown {
  if (error instanceof SelfsameError) return error
  // no code of ours throws anything but errors
  if (!(error instanceof Error)) return new SelfsameError(`${config} throws ${shown(error)}`)
  const line = error.stack?.split('\n').find((one) => one.includes(config))
  const place = /:(\d+):\d+\)?$/.exec(line ?? '')?.[1]
  // what did not pass through the file is not its fault
  if (!place) return error
  const [message] = error.message.split('\n')
  return new SelfsameError(`${config}, line ${place}: ${message}`, { cause: error })
}

/** Runs `body`, with the errors of the user's own config told as those. */
export async function blaming<T>(config: string | undefined, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    throw config === undefined ? error : ownFault(error, resolve(config))
  }
}

const NEEDED = ['name', 'views', 'extract', 'projector', 'similarity', 'loss', 'target'] as const

/** @throws UsageError when it is no object, or a choice is missing */
function checked(method: Partial<Method> | null): Method {
  if (typeof method !== 'object' || method === null) {
    throw new UsageError(
      `the config's method must be a name or an object, got ${shown(method)}: write for example { ...METHODS.byol, name: 'mine' }`,
    )
  }
  const missing = NEEDED.filter((choice) => method[choice] === undefined)
  if (missing.length > 0) {
    throw new UsageError(
      `the config's method lacks ${missing.join(', ')}: begin with a built-in one, such as { ...METHODS.byol, name: 'mine' }`,
    )
  }
  const usual = {
    title: method.name,
    paper: 'your own',
    year: new Date().getFullYear(),
    idea: '',
    predictor: null,
  }
  return { ...usual, presets: {}, ...method } as Method
}

/** `a.b=1` pairs as a nested object; values are JSON where they can be, else text. */
export function parseSets(pairs: readonly string[]): Overrides {
  const settings: Record<string, unknown> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const path = pair.slice(0, at).split('.')
    // what every object has is no setting
    if (at < 1 || path.some((key) => key.trim() === '' || key === '__proto__'))
      throw new UsageError(
        `--set needs the name of a setting, = and its value, got '${pair}': for example --set target.tau=0.99`,
      )
    const value = pair.slice(at + 1)
    refuseEmpty(value, `the value of --set ${pair}`)
    assign(settings, path, parseValue(value))
  }
  return settings as Overrides
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function assign(into: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[key] = value
    return
  }
  const before = Object.hasOwn(into, key) ? into[key] : undefined
  const inner = (typeof before === 'object' ? before : undefined) ?? {}
  into[key] = inner
  assign(inner as Record<string, unknown>, rest, value)
}
