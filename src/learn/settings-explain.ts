/** What is wrong with settings, in one plain sentence. */
import type { z } from 'zod'
import { suggestion } from '../errors.js'
import { shown } from '../printable.js'
import { settingsSchema } from './settings-schema.js'

/** The first thing that is wrong. */
export function explain(issue: z.core.$ZodIssue, settings: unknown): string {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string
    const where = path === '' ? 'the settings have' : `'${path}' has`
    return `${where} no key '${key}': ${suggestion(key, keysAt(issue.path, settings))}`
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], settings)
  const subject = path === '' ? 'the settings are' : `the setting '${path}' is`
  if (value === undefined) return `${subject} missing: ${expectation(issue)}`
  return `${subject} not right: ${expectation(issue)}, got ${shown(value)}`
}

/** zod's message in plain words. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${issue.origin === 'array' ? ' of them' : ''}`
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'array' ? ' of them' : ''}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`
    case 'invalid_type':
      return `expected ${NOUNS[issue.expected] ?? issue.expected}`
    case 'invalid_union':
      if (issue.errors.length > 0) return 'expected a number, a word, or true or false'
      return issue.message.replace(/^Invalid discriminator value. E/, 'e')
    default:
      return issue.message.replace(/^Invalid discriminator value. E/, 'e')
  }
}

const NOUNS: Partial<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a word',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
}

type AnySchema = {
  shape?: Record<PropertyKey, AnySchema>
  options?: readonly AnySchema[]
  element?: AnySchema
  unwrap?: () => AnySchema
}

/** The keys that the settings may have at `path`. */
function keysAt(path: readonly PropertyKey[], settings: unknown): string[] {
  let schema = objectOf(settingsSchema as unknown as AnySchema, settings)
  let value = settings
  for (const key of path) {
    value = (value as Record<PropertyKey, unknown>)[key]
    schema = objectOf((schema.shape?.[key] ?? schema.element) as AnySchema, value)
  }
  return Object.keys(schema.shape ?? {})
}

/** A schema without its wrappers; of several forms the one that `value` names. */
function objectOf(schema: AnySchema, value: unknown): AnySchema {
  if (schema.options) {
    const fits = ({ shape = {} }: AnySchema) =>
      Object.entries(shape).some(
        ([key, one]) =>
          'value' in one && (one as z.ZodLiteral).value === (value as Record<string, unknown>)[key],
      )
    return schema.options.find(fits) ?? schema
  }
  return schema.shape || schema.element || !schema.unwrap ? schema : objectOf(schema.unwrap(), value)
}
