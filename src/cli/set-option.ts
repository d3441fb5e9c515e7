/** Settings from `--set`. */
import { UsageError } from '../errors.js'
import type { Overrides } from '../learn/index.js'
import { refuseEmpty } from './empty-words.js'

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
