const SHOWN = 4

/** The first of some names in quotes, and how many more there are. */
export function few(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `'${name}'`)
  const more = names.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
