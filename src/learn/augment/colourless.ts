import type { View } from '../settings-schema.js'

/** Operations of these views that mean something for colour pictures only, and are left out where there are not three channels. */
export function leftOut(views: readonly View[], channels: number): string[] {
  if (channels === 3) return []
  const uses: Record<string, (view: View) => boolean> = {
    saturation: ({ jitter }) => jitter.probability * jitter.saturation > 0,
    hue: ({ jitter }) => jitter.probability * jitter.hue > 0,
    grayscale: ({ grayscale }) => grayscale > 0,
  }
  return Object.keys(uses).filter((name) => views.some((view) => uses[name]?.(view)))
}
