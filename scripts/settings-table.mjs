// The tables of settings in docs/methods.md, from the schema of the settings and the methods' losses.
// usage: node scripts/settings-table.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { inRoot } from './lib/paths.mjs'

const BEGIN = '<!-- settings: node scripts/settings-table.mjs -->'
const END = '<!-- end of settings -->'
export const PAGE = inRoot('docs/methods.md')

/** The page with its tables made anew. */
export function withTables(page, schema, methods) {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (start < 0 || end < start) throw new Error(`docs/methods.md has no ${BEGIN} … ${END}`)
  const keys = table(['setting', 'values', 'says'], rowsOf(z.toJSONSchema(schema, { io: 'input' })))
  const losses = table(['method', 'options of its loss, as `loss.KEY`'], Object.values(methods).map(lossOf))
  return `${page.slice(0, start + BEGIN.length)}\n\n${keys}\n\n${losses}\n\n${page.slice(end)}`
}

/** A row a key: its path, what it may be, and what it says. */
export function rowsOf(schema, path = '', described = '') {
  const { description = described } = schema
  const forms = schema.oneOf ?? schema.anyOf?.filter(({ type }) => type !== 'null')
  const nullable = schema.anyOf?.some(({ type }) => type === 'null') ? ', or `null`' : ''
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, one]) =>
      rowsOf(one, path === '' ? key : `${path}.${key}`),
    )
  }
  if (schema.items?.properties) return rowsOf(schema.items, `${path}.N`)
  // forms of one setting, or a setting that may be null
  if (forms?.some(({ properties }) => properties)) {
    if (nullable)
      return [[`\`${path}\``, 'what follows, or `null`', 'null for none'], ...rowsOf(forms[0], path)]
    return forms.flatMap((form) => rowsOf(form, path))
  }
  const one = forms?.length === 1 ? forms[0] : schema
  return [[`\`${path}\``, `${valuesOf(one)}${nullable}`, description]]
}

function valuesOf(schema) {
  const { type, enum: words, prefixItems, items } = schema
  if ('const' in schema) return `\`${schema.const}\``
  if (words) return words.map((word) => `\`${word}\``).join(', ')
  if (type === 'boolean') return 'true, false'
  if (type === 'string') return 'a word'
  if (prefixItems) return `[low, high], each ${numbersOf(prefixItems[0])}`
  if (type === 'array') return `a list, each ${numbersOf(items)}`
  if (type === 'object') return 'an object'
  return numbersOf(schema)
}

function numbersOf({ type, minimum, exclusiveMinimum, maximum }) {
  const bounds = [
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? '' : `from ${minimum}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? '' : `up to ${maximum}`,
  ]
  return [type === 'integer' ? 'whole' : 'a number', ...bounds].filter((part) => part !== '').join(' ')
}

function lossOf({ name, loss }) {
  const options = Object.entries(loss.options).map(([key, value]) => `\`${key}\` ${value}`)
  return [`\`${name}\``, options.length > 0 ? options.join(', ') : 'none']
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { settingsSchema } = await import('../dist/learn/settings-schema.js')
  const { METHODS } = await import('../dist/learn/methods/index.js')
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), settingsSchema, METHODS))
}
