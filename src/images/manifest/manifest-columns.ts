import { UsageError } from '../../errors.js'

/** What is read of a row of a manifest. */
export type Role = 'path' | 'label' | 'split'

// the name that is looked for first comes first
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  path: ['path', 'file', 'filename', 'file_name', 'image', 'image_path'],
  label: ['label', 'class', 'target', 'category'],
  split: ['split', 'subset', 'set'],
}

/** The first of a manifest's columns that states something, whatever the case of its name; nothing where none does. */
export function columnFor(role: Role, columns: readonly string[]): number | undefined {
  const plain = columns.map((column) => column.trim().toLowerCase())
  return NAMES[role].map((name) => plain.indexOf(name)).find((index) => index !== -1)
}

/** The complaint that a manifest has no column of paths. */
export function noPaths(manifest: string, columns: readonly string[]): UsageError {
  const shown = columns.slice(0, MOST_SHOWN).map((column) => `'${column.slice(0, MOST_CHARACTERS)}'`)
  const more = columns.length > MOST_SHOWN ? ` and ${columns.length - MOST_SHOWN} more` : ''
  const expected = `${NAMES.path.slice(0, -1).join(', ')} or ${NAMES.path.at(-1)}`
  return new UsageError(
    `'${manifest}' has no column of paths, only ${shown.join(', ')}${more}; name the one with the pictures' paths ${expected}`,
  )
}

const MOST_SHOWN = 12
const MOST_CHARACTERS = 40
