import { html, type Markup } from '../html.js'

// twelve hues told apart on white and on black
const hues = [
  '#4269d0',
  '#e8a70e',
  '#f0604d',
  '#3fb8a4',
  '#3ca951',
  '#f078aa',
  '#9f5bf0',
  '#7fa9ef',
  '#9c6b4e',
  '#8f939c',
]

/** Rules that give the classes `g0` to `g{n-1}` a colour of their own in `--c`. */
export function groupRules(groups: number): Markup {
  const rules = Array.from({ length: groups }, (_, i) => `.g${i}{--c:${groupColour(i)}}`)
  return html`<style>${rules.join('')}</style>`
}

function groupColour(index: number): string {
  // beyond the chosen ones, hues a golden angle apart
  return hues[index] ?? `hsl(${Math.round((index * 137.508) % 360)} 60% ${index % 2 ? 45 : 60}%)`
}
