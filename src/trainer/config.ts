/** Settings, a method and an encoder from a file. */
import { resolve } from 'node:path'
import { SelfsameError } from '../errors.js'
import { defineMethod } from '../learn/define.js'
import { parseEncoder } from '../learn/encoder/encoders.js'
import type { EncoderFactory } from '../learn/encoder/spec.js'
import type { Method } from '../learn/method.js'
import { findMethod } from '../learn/methods/index.js'
import type { PresetName } from '../learn/presets.js'
import type { Overrides } from '../learn/settings.js'
import { shown } from '../printable.js'
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
  const chosen = named ? findMethod(method ?? otherwise) : defineMethod(method)
  return typeof encoder === 'function' ? { ...chosen, encoder } : chosen
}

/** The method of a run that was begun with a config, where words on the command line came before the file. */
export function methodOfRun(config: Config, name: string, encoderName: string): Method {
  const { method, encoder } = config
  const own = typeof method === 'object' && method.name === name ? method : name
  const isUsed = typeof encoder === 'function' && labelOf(encoder) === encoderName
  return methodOf({ method: own, ...(isUsed && { encoder }) }, name)
}

/** The settings in a config; of an encoder that is a function they only hold a label. */
export function overridesIn({ method: _, preset: __, encoder, ...settings }: Config): Overrides {
  const own = typeof encoder === 'function' ? { name: labelOf(encoder) } : encoder
  return {
    ...settings,
    ...(own !== undefined && { encoder: typeof own === 'string' ? parseEncoder(own) : own }),
  }
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
