import type { Baseline } from './line.js'

const NAMES: Record<Baseline, string> = {
  pixels: 'raw pixels',
  whitened: 'whitened pixels',
  untrained: 'the untrained network',
  closed: 'the closed form',
}

/** What needs no training, as sentences have it. @param given whether training began from given weights */
export function baselineNames(given = false): Record<Baseline, string> {
  return given ? { ...NAMES, untrained: 'the encoder as given' } : NAMES
}
